"""The frontier in real crawls: killed, shared, and with its storage gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from benchmarks.reliability.kills import Crawl, kill_at_boundaries
from benchmarks.reliability.site import CountingSite
from crawler.state.db import articles, open_database
from tests.crawl.conftest import ROOT, Scrapy
from tests.crawl.moody_server import MoodyServer
from tests.crawl.small_server import SmallServer
from tests.crawl.test_failures import TOPICS, story
from tests.crawl.test_revisits import PATHS, QUICK, crawl, site
from tests.postgres import Postgres


def test_a_crawl_killed_at_every_boundary_loses_nothing_and_stores_nothing_twice(
    tmp_path: Path,
) -> None:
    with CountingSite(30) as pages:
        killed = Crawl(pages, tmp_path, None)

        result = kill_at_boundaries(killed, counts=[2])

    assert killed.engine is not None
    killed.engine.dispose()
    assert result.problems == []
    assert result.kills >= 4, "the others came too late to be kills"


def test_a_killed_run_is_shown_as_interrupted(scrapy: Scrapy, tmp_path: Path) -> None:
    with CountingSite(30) as pages:
        killed = Crawl(pages, tmp_path, None)
        killed.start("after leases are taken", "1").wait(120)
        killed.start().wait(120)

    engine = open_database(killed.url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT status, exit_code FROM runs ORDER BY id")).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [("interrupted", 1), ("good", 0)]


def test_after_a_killed_run_full_reads_everything_again(scrapy: Scrapy) -> None:
    with SmallServer(site()) as server:
        ended = crawl(scrapy, server)
        engine = open_database(f"sqlite:///{ended.data / 'qingyuan.db'}")
        with engine.begin() as connection:
            connection.execute(text("UPDATE runs SET status = 'interrupted'"))
        engine.dispose()
        first = len(server.asked)
        crawl(scrapy, server, "--full")
        asked = server.asked[first:]

    assert sorted(asked) == sorted(["/", "/robots.txt", *PATHS])


def test_the_day_after_a_killed_run_the_lists_are_read_again(scrapy: Scrapy) -> None:
    pages = site(count=4)
    with SmallServer(pages) as server:
        ended = crawl(scrapy, server)
        engine = open_database(f"sqlite:///{ended.data / 'qingyuan.db'}")
        with engine.begin() as connection:
            day_before = "cycle = cycle - 80000, status = 'interrupted'"
            connection.execute(text(f"UPDATE runs SET {day_before}"))
            connection.execute(text("UPDATE frontier SET fetched_at = fetched_at - 80000"))
        engine.dispose()
        pages["/"] = site()["/"]
        again = crawl(scrapy, server)

    assert again.outcomes()["stored"] == 2


def test_hosts_that_pause_do_not_hold_up_another(scrapy: Scrapy, tmp_path: Path) -> None:
    def answer(host: str, path: str, before: int) -> Any:
        if path == "/robots.txt":
            return 404, {}, ""
        if host.startswith("127.0.0.1:"):
            return site()[path]
        return story(TOPICS[0]) if before else (503, {"Retry-After": "4"}, "")

    paths = [f"/paused/{number}" for number in range(8)]
    with MoodyServer(answer) as server:
        hosts = [f"http://127.0.0.{number}:{server.port}" for number in (2, 3, 4)]
        seeds = tmp_path / "seeds.txt"
        seeds.write_text("\n".join([*(h + p for h in hosts for p in paths), f"{server.url}/"]))
        scrapy(
            "crawl", "site", "-a", f"seeds={seeds}",
            settings=QUICK | {
                "QINGYUAN_ALLOW_ADDRESSES": "127.0.0.0/8", "CONCURRENT_REQUESTS": "8",
            },
        )  # fmt: skip

    again = [server.times(path, host[7:])[1] for host in hosts for path in paths[:1]]
    assert max(at for path in PATHS for at in server.times(path)) < min(again)


def test_a_request_that_cannot_be_kept_is_named_and_the_run_goes_on(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    (tmp_path / "odd_source.py").write_text(
        "from crawler.sites.site import Site\n"
        "class Odd(Site):\n"
        "    name = 'odd'\n"
        "    async def parse(self, response, page=1):\n"
        "        outputs = [output async for output in super().parse(response, page)]\n"
        "        for output in outputs[:-1]:\n"
        "            yield output\n"
        "        yield outputs[-1].replace(meta={'session': object()})\n"
    )
    with SmallServer(site()) as server:
        ended = scrapy(
            "crawl", "odd", "-a", f"url={server.url}/",
            settings=QUICK | {"SPIDER_MODULES": "odd_source"},
            environment={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip

    assert ended.exit_code == 1
    [letter] = ended.rows("dead_letters")
    assert "meta['session']" in letter["error"]
    assert len(ended.rows("articles")) == len(TOPICS) - 1


def test_workers_share_a_frontier_in_postgresql_and_one_of_them_is_killed(
    tmp_path: Path, postgres: Postgres
) -> None:
    with CountingSite(20, hosts=2) as pages:
        shared = Crawl(pages, tmp_path, postgres.database())
        others = [shared.start(), shared.start()]
        shared.start("after leases are taken", "3").wait(120)
        codes = [process.wait(180) for process in others]
        last = shared.start().wait(120)
        shared.held()
        problems = shared.verdict()

    assert shared.engine is not None
    shared.engine.dispose()
    assert (codes, last) == ([0, 0], 0)
    assert problems == []


@pytest.mark.parametrize("way", ["full", "read-only", "gone"])
def test_a_database_that_cannot_be_written_ends_the_crawl_with_1_and_loses_nothing(
    way: str, tmp_path: Path
) -> None:
    with CountingSite(40) as pages:
        limited = Crawl(pages, tmp_path, None)
        words = [sys.executable, "-m", "tests.crawl.broken_storage", way, *limited.words()]
        environment = {**os.environ, "QINGYUAN_DATA": str(limited.data)}
        ended = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        if way == "gone":
            for ending in ("", "-wal", "-shm"):
                (limited.data / f"qingyuan.db{ending}").unlink(missing_ok=True)
            (limited.data / "qingyuan.away").rename(limited.data / "qingyuan.db")
        after_repair = limited.start().wait(120)
        limited.held()
        problems = limited.verdict()

    assert limited.engine is not None
    limited.engine.dispose()
    assert ended.returncode == 1, ended.stderr
    assert "the database cannot be written" in ended.stderr
    assert after_repair == 0
    assert problems == []


def test_a_database_that_comes_back_is_waited_for(tmp_path: Path, postgres: Postgres) -> None:
    with Postgres() as server, CountingSite(200) as pages:
        waiting = Crawl(pages, tmp_path, server.database())
        process = waiting.start()
        engine = open_database(waiting.url)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with engine.connect() as connection:
                if connection.execute(select(articles.c.id).limit(5)).all():
                    break
            time.sleep(0.05)
        engine.dispose()
        server.stop()
        server.start()
        code = process.wait(120)
        waiting.held()
        problems = waiting.verdict()

    assert waiting.engine is not None
    waiting.engine.dispose()
    assert code == 0
    assert problems == []
