"""A real scrapyd: the egg goes in, a source is scheduled, its articles come out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from crawler import deploy
from crawler.state.db import articles, open_database
from tests.crawl.conftest import ROOT
from tests.crawl.small_server import SmallServer
from tests.crawl.test_failures import TOPICS, site

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scrapyd is for Linux and macOS")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(action: str, port: int, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "crawler.deploy", action, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "QINGYUAN_DATA": str(data), "QINGYUAN_SCRAPYD_PASSWORD": "geheim-7%"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Scrapyd:
    """A running scrapyd and how to ask it."""

    def __init__(self, port: int, data: Path) -> None:
        self.port, self.data = port, data
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path: str, *, password: str = "geheim-7%", **words: Any) -> requests.Response:
        method = requests.post if words else requests.get
        return method(f"{self.url}{path}", auth=("qingyuan", password), timeout=120, **words)


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scrapyd]:
    data = tmp_path_factory.mktemp("deploy")
    server = Scrapyd(free_port(), data)
    process = command("serve", server.port, data)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                if server.ask("/daemonstatus.json").ok:
                    break
            except requests.ConnectionError:
                assert process.poll() is None and time.monotonic() < deadline, (
                    "scrapyd did not start"
                )
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(30)
    with pytest.raises(requests.ConnectionError):  # it ends with the command that began it
        server.ask("/daemonstatus.json")


def test_relative_folders_and_databases_are_those_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str] = {}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QINGYUAN_DATA", "own")
    monkeypatch.setenv("QINGYUAN_DATABASE_URL", "sqlite:///own.db")
    monkeypatch.setattr(os, "execve", lambda _program, _words, own: given.update(own))

    deploy.serve(free_port())

    assert given["QINGYUAN_DATA"] == str(tmp_path / "own")
    assert given["QINGYUAN_DATABASE_URL"] == f"sqlite:///{tmp_path / 'own.db'}"


@pytest.fixture(scope="module")
def deployed(scrapyd: Scrapyd) -> str:
    return command("deploy", scrapyd.port, scrapyd.data).communicate(timeout=180)[0]


def test_the_egg_lists_the_five_sources(deployed: str) -> None:
    assert "deployed:" in deployed
    for source in ("qcdy", "jszhaobiao", "guanchajia", "fuwufensi", "kuaixun"):
        assert source in deployed


def test_a_scheduled_source_stores_its_articles_and_logs(scrapyd: Scrapyd, deployed: str) -> None:
    with SmallServer(site()) as pages:
        job = scrapyd.ask(
            "/schedule.json",
            data={
                "project": "qingyuan",
                "spider": "site",
                "url": f"{pages.url}/",
                "setting": ["QINGYUAN_ALLOW_ADDRESSES=127.0.0.1/32", "DOWNLOAD_DELAY=0"],
            },
        ).json()["jobid"]
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            finished = scrapyd.ask("/listjobs.json?project=qingyuan").json()["finished"]
            if any(entry["id"] == job for entry in finished):
                break
            time.sleep(0.2)

    log = scrapyd.ask(f"/logs/qingyuan/site/{job}.log")
    engine = open_database(f"sqlite:///{scrapyd.data / 'qingyuan.db'}")
    with engine.connect() as connection:
        stored = connection.scalars(select(articles.c.title)).all()
    engine.dispose()
    assert len(stored) == len(TOPICS), log.text[-3000:]
    assert "Spider closed (finished)" in log.text


def test_the_seeds_are_read_from_the_zipped_egg(scrapyd: Scrapyd, deployed: str) -> None:
    job = scrapyd.ask(
        "/schedule.json", data={"project": "qingyuan", "spider": "guanchajia"}
    ).json()["jobid"]
    deadline = time.monotonic() + 90
    log = ""
    while time.monotonic() < deadline and "Spider closed" not in log:
        log = scrapyd.ask(f"/logs/qingyuan/guanchajia/{job}.log").text
        time.sleep(0.2)

    assert "http://www.guanchajia.example/" in log
    assert "no start URL could be read" in log


def test_a_wrong_password_is_refused(scrapyd: Scrapyd) -> None:
    assert scrapyd.ask("/listprojects.json", password="wrong").status_code == 401


def test_the_password_is_readable_by_its_owner_only(scrapyd: Scrapyd) -> None:
    for name in ("credentials", "scrapyd.conf"):
        assert (scrapyd.data / "scrapyd" / name).stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = command("serve", port, tmp_path)
        output = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert f"port {port} on 127.0.0.1 is in use" in output
    assert "Traceback" not in output


def test_deploying_without_a_server_says_so(tmp_path: Path) -> None:
    process = command("deploy", free_port(), tmp_path)
    output = process.communicate(timeout=120)[0]

    assert process.returncode == 1
    assert "make scrapyd" in output
    assert "Traceback" not in output
