"""`make scrapyd` and `make deploy`: a scrapyd of this machine, and the project as an egg in it."""

from __future__ import annotations

import argparse
import netrc
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORT = 6800
PROJECT = "qingyuan"
ANSWER_WITHIN = 120  # seconds; scrapyd lists the spiders before it answers
PACKAGES = ("crawler", "pipelines", "spiders", "seeds")
FILES = ("pyproject.toml", "README.md", "LICENSE")

CONFIGURATION = """[scrapyd]
bind_address = {host}
http_port = {port}
username = {user}
password = {password}
jobstorage = scrapyd.jobstorage.SqliteJobStorage
poll_interval = 1.0
# Each crawl has worker processes of its own.
max_proc_per_cpu = 2
jobs_to_keep = 100
"""


class DeployError(Exception):
    """What the user can mend; the message says how."""


def home() -> Path:
    """Give the absolute folder where scrapyd keeps everything."""
    return Path(os.environ.get("QINGYUAN_DATA") or "data").absolute() / "scrapyd"


def credentials() -> tuple[str, str]:
    """Read user and password from the netrc file that `serve` wrote; raises DeployError."""
    path = home() / "credentials"
    try:
        found = netrc.netrc(str(path)).authenticators(HOST)
    except (OSError, netrc.NetrcParseError) as error:
        raise DeployError(f"cannot read {path}: {error}; start `make scrapyd` first") from error
    if found is None:
        raise DeployError(f"{path} names no password for {HOST}")
    return found[0], found[2]


def serve(port: int) -> NoReturn:
    """Become a scrapyd on the loopback interface; raises DeployError."""
    folder = home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_free(port)
    if not (folder / "credentials").exists():
        password = os.environ.get("QINGYUAN_SCRAPYD_PASSWORD") or secrets.token_urlsafe(24)
        user = os.environ.get("QINGYUAN_SCRAPYD_USER") or PROJECT
        _write_private(folder / "credentials", f"machine {HOST} login {user} password {password}\n")
    user, password = credentials()
    values = {"host": HOST, "port": port, "user": user, "password": password.replace("%", "%%")}
    _write_private(folder / "scrapyd.conf", CONFIGURATION.format(**values))
    print(f"scrapyd listens on http://{HOST}:{port}/ as user {user}")
    print(f"password {folder / 'credentials'} (a netrc file)")
    print(f"logs     {folder / 'logs'}", flush=True)
    # Its working folder is its own: there a job finds the egg, and not the checkout. It takes this
    # process's place, so that whoever ends that ends scrapyd.
    words, environment = [sys.executable, "-m", "scrapyd", "-n", "--pidfile="], _environment(folder)
    os.chdir(folder)
    os.execve(sys.executable, words, environment)  # noqa: S606 - our own interpreter


def _environment(folder: Path) -> dict[str, str]:
    """Give the jobs the folders of this process, whose relative paths would not be theirs."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SCRAPYD_")}
    environment["QINGYUAN_DATA"] = str(folder.parent)
    if url := environment.get("QINGYUAN_DATABASE_URL"):
        environment["QINGYUAN_DATABASE_URL"] = absolute_database(url)
    return environment


def absolute_database(url: str) -> str:
    """Make the file of an SQLite URL absolute; raises DeployError for what is no URL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DeployError(f"QINGYUAN_DATABASE_URL is not a database URL: {url!r}") from error
    path = parsed.database
    if parsed.get_backend_name() != "sqlite" or not path or path.startswith(":"):
        return url
    return parsed.set(database=str(Path(path).absolute())).render_as_string(hide_password=False)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DeployError(
                f"port {port} on {HOST} is in use; choose another by --port"
            ) from error


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def build_egg(folder: Path) -> Path:
    """Build the project's egg, seeds and tables in it, from a copy; raises DeployError."""
    copy = folder / "project"
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=ignore)
    for name in FILES:
        shutil.copy(ROOT / name, copy / name)
    build = "import setuptools; setuptools.setup()"
    words = [sys.executable, "-c", build, "-q", "bdist_egg", "--dist-dir", str(folder / "dist")]
    ended = subprocess.run(words, cwd=copy, capture_output=True, text=True, check=False)  # noqa: S603
    found = list((folder / "dist").glob("*.egg"))
    if ended.returncode or not found:
        raise DeployError(f"the egg could not be built:\n{ended.stderr[-2000:]}")
    return found[0]


def deploy(port: int) -> list[str]:
    """Build the egg, add it to scrapyd, and give the spiders it lists; raises DeployError."""
    import requests

    user, password = credentials()
    version = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    url = f"http://{HOST}:{port}/addversion.json"
    with tempfile.TemporaryDirectory() as folder:
        egg = build_egg(Path(folder))
        try:
            with egg.open("rb") as file:
                response = requests.post(
                    url,
                    data={"project": PROJECT, "version": version},
                    files={"egg": file},
                    auth=(user, password),
                    timeout=ANSWER_WITHIN,
                )
        except requests.RequestException as error:
            raise DeployError(f"no scrapyd answers at {url}; start `make scrapyd`") from error
    if response.status_code == 401:
        raise DeployError(f"scrapyd refuses the password in {home() / 'credentials'}")
    answer = response.json()
    if answer.get("status") != "ok":
        raise DeployError(f"scrapyd refuses the egg: {answer.get('message', answer)}")
    listed = requests.get(
        f"http://{HOST}:{port}/listspiders.json",
        params={"project": PROJECT, "_version": version},
        auth=(user, password),
        timeout=ANSWER_WITHIN,
    ).json()
    return list(listed["spiders"])


def main() -> int:
    """Serve or deploy; gives 1 with a message for what the user can mend."""
    parser = argparse.ArgumentParser(prog="python -m crawler.deploy", description=__doc__)
    parser.add_argument("action", choices=("serve", "deploy"))
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    try:
        if options.action == "serve":
            serve(options.port)
        print("deployed:", ", ".join(deploy(options.port)))
    except DeployError as error:
        print(f"{options.action}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
