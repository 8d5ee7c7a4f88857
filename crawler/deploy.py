"""`make scrapyd` and `make deploy`: a scrapyd of this machine, and the project as an egg in it."""

from __future__ import annotations

import netrc
import os
import secrets
from collections.abc import MutableMapping
from configparser import ConfigParser
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORT = 6800
PROJECT = "qingyuan"
ANSWER_WITHIN = 180  # seconds; scrapyd lists the spiders before it answers
# What neither netrc nor curl reads back as it was written.
FORBIDDEN = set("\"'#\\")
# What a job of scrapyd needs otherwise than scrapyd's own defaults.
OPTIONS = {
    "bind_address": HOST,
    "jobstorage": "scrapyd.jobstorage.SqliteJobStorage",
    "poll_interval": "1.0",
    "max_proc_per_cpu": "2",  # each crawl has worker processes of its own
    "jobs_to_keep": "100",  # as many logs as scrapyd lists finished jobs
    "items_dir": "",  # with a folder here scrapyd overrides FEEDS
}


class DeployError(Exception):
    """What the user can mend; the message says how."""


class Credentials(NamedTuple):
    """Who may use this scrapyd."""

    user: str
    password: str


def home(environment: MutableMapping[str, str]) -> Path:
    """Give the absolute folder where scrapyd keeps everything."""
    return Path(environment.get("QINGYUAN_DATA") or "data").absolute() / "scrapyd"


def read_credentials(file: Path) -> Credentials | None:
    """Read the netrc file that `serve` writes, None where there is none; raises DeployError."""
    try:
        found = netrc.netrc(str(file)).authenticators(HOST)
    except FileNotFoundError:
        return None
    except (OSError, netrc.NetrcParseError) as error:
        raise DeployError(f"cannot read {file}: {error}; delete it to get a new password") from None
    return Credentials(found[0], found[2]) if found else None


def take_credentials(environment: MutableMapping[str, str], file: Path) -> Credentials | None:
    """Take user and password out of the environment, what is not there from the file.

    None where neither has a password. Raises DeployError for one that cannot be written down.
    """
    kept = read_credentials(file)
    user = environment.pop("QINGYUAN_SCRAPYD_USER", "") or (kept.user if kept else PROJECT)
    # Popped, not read: the jobs inherit the environment and need no password.
    password = environment.pop("QINGYUAN_SCRAPYD_PASSWORD", "") or (kept.password if kept else "")
    for name, value in (("user name", user), ("password", password)):
        if not value.isascii() or not value.isprintable() or " " in value or FORBIDDEN & set(value):
            raise DeployError(f"the {name} of scrapyd must be ASCII without spaces, \" ' # or \\")
    if ":" in user:
        raise DeployError("the user name of scrapyd must hold no colon")
    return Credentials(user, password) if password else None


def write_private(file: Path, text: str) -> None:
    """Replace a file by one that only its owner may read."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    new.replace(file)


def absolute_database(url: str) -> str:
    """Make the file of an SQLite URL absolute; raises DeployError for what is no URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DeployError("QINGYUAN_DATABASE_URL is not a database URL") from None
    path = parsed.database
    if parsed.get_backend_name() != "sqlite" or not path or path.startswith((":", "file:")):
        return url
    return parsed.set(database=str(Path(path).absolute())).render_as_string(hide_password=False)


def configuration(folder: Path, port: int, credentials: Credentials) -> ConfigParser:
    """Write down what scrapyd shall do, in its own terms."""
    folders = {name: str(folder / name.removesuffix("_dir")) for name in FOLDERS}
    who = {"username": credentials.user, "password": credentials.password}
    options = OPTIONS | folders | who | {"http_port": str(port)}
    parser = ConfigParser()
    parser["scrapyd"] = {name: value.replace("%", "%%") for name, value in options.items()}
    return parser


FOLDERS = ("eggs_dir", "logs_dir", "dbs_dir")


def serve(port: int) -> None:
    """Run scrapyd on the loopback interface until a signal; raises DeployError."""
    folder = home(os.environ)
    credentials = take_credentials(os.environ, folder / "credentials")
    credentials = credentials or Credentials(PROJECT, secrets.token_urlsafe(24))
    if url := os.environ.get("QINGYUAN_DATABASE_URL"):
        os.environ["QINGYUAN_DATABASE_URL"] = absolute_database(url)
    os.environ["QINGYUAN_DATA"] = str(folder.parent)
    for name in [name for name in os.environ if name.startswith("SCRAPYD_")]:
        del os.environ[name]  # they beat the file
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chdir(folder)  # a job looks for scrapyd.conf there, and finds the egg, not the checkout
    own = configuration(folder, port, credentials)
    service, reactor = _listen(own, port)
    with Path("scrapyd.conf.new").open("w"):
        pass
    write_private(folder / "scrapyd.conf", _text(own))
    write_private(
        folder / "credentials",
        f"machine {HOST} login {credentials.user} password {credentials.password}\n",
    )
    _log_to(folder / "scrapyd.log")
    service.startService()
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    print(f"scrapyd listens on http://{HOST}:{port}/ as user {credentials.user}")
    print(f"password   {folder / 'credentials'} (a netrc file: curl --netrc-file)")
    print(f"log        {folder / 'scrapyd.log'}")
    print(f"jobs' logs {folder / 'logs'}", flush=True)
    reactor.run()
