"""A PostgreSQL of Debian's package on a free loopback port, for one test module."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BINARIES = Path("/usr/lib/postgresql")


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server while the block runs; gives its URL. Skips where none is installed."""
    installed = sorted(BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not installed:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    # It refuses to run as root, and its user must reach the folder.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(name: str, *words: str) -> None:
        program = str(installed[-1].with_name(name))
        with (folder / "log").open("a") if user is None else open(os.devnull, "w") as log:  # noqa: PTH123
            subprocess.run(
                [program, *words], user=user, cwd=folder, check=True, stdout=log, stderr=log
            )

    data = str(folder / "data")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    try:
        run("initdb", "-D", data, "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C")
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "server"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
