"""What every test stands on: no socket beyond loopback, and no test skipped in CI."""

from __future__ import annotations

import ipaddress
import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import Postgres, PostgresMissingError
from tests.recorded import RecordedPage

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CI = os.environ.get("CI") == "true"

_connect = socket.socket.connect


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):  # a Unix socket
        return True
    try:
        return ipaddress.ip_address(address[0].partition("%")[0]).is_loopback
    except ValueError:
        return str(address[0]) == "localhost"


def pytest_configure() -> None:
    """Draw what the tests draw once for all of their processes; `QINGYUAN_TEST_SEED` repeats it."""
    os.environ.setdefault("QINGYUAN_TEST_SEED", str(random.SystemRandom().randrange(10**6)))


@pytest.fixture(autouse=True)
def _no_socket_beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_loopback(address):
            raise AssertionError(f"a test tried to reach {address}")
        _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture
def shared() -> Path:
    """The folder of real data beside the checkout, which users do not have."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which is kept beside the developers' checkouts")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; where none is installed, an error in CI and a skip elsewhere."""
    try:
        server = Postgres()
    except PostgresMissingError as error:
        if CI:
            raise
        pytest.skip(str(error))
    with server:
        yield server


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[None]:
    """Turn a skip into an error where CI promises that everything is there."""
    outcome: Any = yield
    report = outcome.get_result()
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a recorded page: one test per field."""
    if file_path.name != "response.json":
        return None
    return RecordedPage.from_parent(parent, path=file_path)
