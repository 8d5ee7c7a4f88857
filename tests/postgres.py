"""A real PostgreSQL server for tests and benchmarks, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PACKAGE = "postgresql"
USER = "postgres"


class PostgresMissingError(Exception):
    """No PostgreSQL is installed; the message names the package."""


class Postgres:
    """One cluster in a temporary folder; `url` is SQLAlchemy's of an empty database.

    The server refuses to run as root, so there it runs as the package's own user.
    """

    def __init__(self) -> None:
        self._bin = _binaries()
        self._as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        if os.geteuid() != 0:
            self._as_user = []
        self._folder = Path(tempfile.mkdtemp(prefix="qingyuan-pg-"))
        if self._as_user:
            shutil.chown(self._folder, USER, USER)
        self.port = _free_port()
        self._databases = 0
        words = ["-D", "cluster", "-U", "qingyuan", "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run("initdb", *words)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers; raises RuntimeError after 30 s."""
        words = ["-D", "cluster", "-p", str(self.port), "-k", str(self._folder), "-h", "127.0.0.1"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_user, str(self._bin / "postgres"), *words, "-F"],
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 30
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGINT) -> None:
        """End the server: SIGINT is its fast shutdown, SIGQUIT its crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def database(self) -> str:
        """Make an empty database and give its URL."""
        self._databases += 1
        name = f"qingyuan{self._databases}"
        words = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "qingyuan"]
        self._run("createdb", *words, name)
        return f"postgresql+psycopg://qingyuan@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *words: str) -> None:
        ended = subprocess.run(
            [*self._as_user, str(self._bin / program), *words],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"{program}: {ended.stderr}")

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)


def _binaries() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if folders:
        return folders[-1].parent
    if found := shutil.which("postgres"):
        return Path(found).parent
    raise PostgresMissingError(f"no PostgreSQL: install the package {PACKAGE}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
