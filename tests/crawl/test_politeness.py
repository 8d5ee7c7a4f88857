"""What a site asks of its visitors is done: robots.txt, pauses, delays, quiet hours."""

from __future__ import annotations

import email.utils
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.conftest import Ended, Scrapy
from tests.crawl.moody_server import MoodyServer
from tests.crawl.small_server import SmallServer
from tests.crawl.test_failures import story

FAST = {
    "QINGYUAN_ALLOW_ADDRESSES": "127.0.0.0/8",
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "QINGYUAN_WORKERS": "0",
    "QINGYUAN_BACKOFF": "0.4",
    "QINGYUAN_RETRY_DELAY": "0.3",
    "QINGYUAN_MAX_PAUSE": "30",
    "QINGYUAN_ROBOTS_PATIENCE": "20",
}
FREE: Any = (404, {}, "")
# The project of these tests: a spider that asks for given addresses and keeps what it reads.
SPIDER = """
import scrapy
from crawler.source import Source

class Asks(Source, scrapy.Spider):
    name = "asks"
    title = "问"
    family = "portal"
    quiet = {quiet!r}
    custom_settings = {settings!r}

    async def start(self):
        for url in self.urls.split(","):
            yield scrapy.Request(url, dont_filter=True)

    def parse(self, response):
        self.logger.info("read %s", response.url)
"""

THREE_SECONDS_LEFT = """
import datetime, time
from crawler.fetch import quiet

class Clock(datetime.datetime):
    began = None

    @classmethod
    def now(cls, zone):
        cls.began = cls.began or time.monotonic()
        past = datetime.timedelta(seconds=time.monotonic() - cls.began)
        return datetime.datetime(2024, 5, 10, 8, 29, 57, tzinfo=zone) + past

quiet.datetime = Clock
"""


@pytest.fixture
def ask(scrapy: Scrapy, tmp_path: Path) -> Any:
    """Crawl these addresses, with settings, and quiet hours of the source."""

    def run(
        *urls: str,
        quiet: Any = None,
        own: dict[str, Any] | None = None,
        before: str = "",
        **settings: str,
    ) -> Ended:
        (tmp_path / "asks.py").write_text(before + SPIDER.format(quiet=quiet, settings=own or {}))
        modules = {"SPIDER_MODULES": "asks", "SPIDER_LOADER_WARN_ONLY": "False"}
        return scrapy(
            "crawl", "asks", "-a", f"urls={','.join(urls)}",
            settings=FAST | modules | settings, environment={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip

    return run


def read(ended: Ended) -> list[str]:
    return re.findall(r"\[asks\] INFO: read (\S+)", ended.output)


def stats(ended: Ended, prefix: str) -> dict[str, int]:
    found = re.findall(rf"'({prefix}[^']*)': (\d+)", ended.output)
    return {name: int(count) for name, count in found}


def paths(ended: Ended) -> list[str]:
    return sorted("/" + url.split("/", 3)[3] for url in read(ended))


def test_a_robots_txt_that_fails_is_asked_again_and_then_obeyed(ask: Any) -> None:
    def answer(host: str, path: str, count: int) -> Any:
        if path != "/robots.txt":
            return story("石桥修缮")
        return (503, {}, "<h1>busy</h1>") if count < 2 else "User-agent: *\nDisallow: /closed\n"

    with MoodyServer(answer) as server:
        ended = ask(f"{server.url}/open", f"{server.url}/closed")

    first, second, third = server.times("/robots.txt")
    assert ended.exit_code == 0, ended.output
    assert paths(ended) == ["/open"]
    assert server.times("/closed") == []
    assert server.times("/open")[0] > third
    assert second - first > 0.25
    assert third - second > 0.5
    assert ended.outcomes()["failed"] == 0
    assert ended.outcomes()["fetched"] == 4


def test_a_robots_txt_that_stays_unreachable_permits_nothing(ask: Any) -> None:
    with MoodyServer(lambda host, path, count: (503, {}, "busy")) as server:
        ended = ask(f"{server.url}/1", f"{server.url}/2", QINGYUAN_ROBOTS_PATIENCE="2")

    assert ended.exit_code == 1
    assert {a.path for a in server.asked} == {"/robots.txt"}
    assert len(server.asked) >= 2
    assert stats(ended, "fetch/failed/") == {"fetch/failed/robots_unreachable": 2}
    assert ended.outcomes()["failed"] == 2


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (lambda host, path, count: (403, {}, "no"), ["/a", "/b/c"]),
        # every step leads to another: five are followed, then there is none (RFC 9309, 2.3.1.2)
        (lambda host, path, count: (302, {"Location": f"{path}x"}, ""), ["/a", "/b/c"]),
        (
            lambda host, path, count: (
                (301, {"Location": f"http://127.0.0.2:{host.split(':')[1]}/robots.txt"}, "")
                if "127.0.0.1" in host
                else "User-agent: *\nDisallow: /b\n"
            ),
            ["/a"],
        ),
        (
            lambda host, path, count: (
                b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /b\r\nAllow: /b/c\r\n# "
                + "注".encode("gbk") * 400_000
                + b"\nDisallow: /\n"
            ),
            ["/a", "/b/c"],
        ),
    ],
    ids=["forbidden", "loop", "elsewhere", "huge"],
)
def test_robots_txt_is_read_as_rfc_9309_says(robots: Any, allowed: list[str], ask: Any) -> None:
    def answer(host: str, path: str, count: int) -> Any:
        return robots(host, path, count) if "robots.txt" in path else story("图书下乡")

    with MoodyServer(answer) as server:
        ended = ask(f"{server.url}/a", f"{server.url}/b/c")

    assert ended.exit_code == 0, ended.output
    assert paths(ended) == allowed
    assert len([a for a in server.asked if "robots.txt" in a.path]) <= 6


def test_a_group_for_another_crawler_is_not_taken_by_the_contact(ask: Any) -> None:
    robots = "User-agent: *\nDisallow: /b\n\nUser-agent: example\nDisallow: /a\n"
    pages = {"/robots.txt": robots, "/a": story("图书下乡"), "/b": story("图书下乡")}
    with SmallServer(pages) as server:
        ended = ask(f"{server.url}/a", f"{server.url}/b", QINGYUAN_CONTACT="mailto:you@example.com")

    assert paths(ended) == ["/a"]


def test_crawl_delay_holds_for_its_host_alone(ask: Any) -> None:
    def answer(host: str, path: str, count: int) -> Any:
        if path == "/robots.txt":
            return "User-agent: *\nCrawl-delay: 1.5\n" if "127.0.0.2" in host else FREE
        return story("渔港改造")

    with MoodyServer(answer) as server:
        slow, quick = f"http://127.0.0.2:{server.port}/", f"{server.url}/"
        urls = [f"{slow}{i}" for i in range(4)] + [f"{quick}{i}" for i in range(8)]
        ended = ask(*urls, AUTOTHROTTLE_ENABLED="True")

    at = sorted(a.at for a in server.asked if "127.0.0.2" in a.host)
    fast = sorted(a.at for a in server.asked if "127.0.0.1" in a.host)
    assert ended.exit_code == 0, ended.output
    assert len(read(ended)) == 12
    assert min(b - a for a, b in pairwise(at)) > 1.4
    assert fast[-1] < at[2]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_pauses_the_whole_host_and_no_other(form: str, ask: Any) -> None:
    wait = 4.0

    def answer(host: str, path: str, count: int) -> Any:
        if path == "/robots.txt":
            return FREE
        if path == "/3" and "127.0.0.1" in host and not count:
            at = email.utils.formatdate(time.time() + wait + 1, usegmt=True)
            return 429, {"Retry-After": "4" if form == "seconds" else at}, "slow down"
        return story("果园套袋")

    with MoodyServer(answer) as server:
        urls = [f"http://127.0.0.{h}:{server.port}/{i}" for i in range(12) for h in (1, 2)]
        # Without a worker the first page holds everything up until the rules are loaded.
        ended = ask(*urls, QINGYUAN_WORKERS="1")

    [refused, again] = server.times("/3", "127.0.0.1")
    between = [a for a in server.asked if refused + 1.5 < a.at < refused + wait - 0.2]
    other = [a.at for a in server.asked if "127.0.0.2" in a.host]
    assert ended.exit_code == 0, ended.output
    assert len(read(ended)) == 24
    assert again - refused >= wait - 0.2
    assert [a for a in between if "127.0.0.1" in a.host] == []
    assert max(other) < refused + wait
    assert ended.outcomes()["failed"] == 0


def test_a_host_that_only_says_no_is_left_after_a_bounded_number_of_attempts(ask: Any) -> None:
    def answer(host: str, path: str, count: int) -> Any:
        if path == "/robots.txt":
            return FREE
        if path == "/long":
            return 503, {"Retry-After": "3600"}, "closed for an hour"
        return (429, {}, "slow down") if "127.0.0.1" in host else (500, {}, "broken")

    with MoodyServer(answer) as server:
        ended = ask(
            f"{server.url}/1", f"http://127.0.0.2:{server.port}/2",
            f"http://127.0.0.3:{server.port}/long", QINGYUAN_THROTTLE_TIMES="3",
        )  # fmt: skip

    throttled, broken = server.times("/1"), server.times("/2")
    assert ended.exit_code == 1
    assert len(throttled) == 3
    assert throttled[2] - throttled[0] > 0.8
    assert len(broken) == 3
    assert broken[2] - broken[0] > 0.6
    assert len(server.times("/long")) == 1
    assert stats(ended, "fetch/failed/") == {
        "fetch/failed/throttled": 2, "fetch/failed/http_5xx": 1,
    }  # fmt: skip


def test_a_challenge_is_a_failure_and_pauses_its_host(ask: Any) -> None:
    page = "<html><title>提示</title><body><p>您的访问过于频繁，请稍后再试</p></body></html>"

    def answer(host: str, path: str, count: int) -> Any:
        if path == "/robots.txt":
            return FREE
        return page if path == "/always" or (path == "/once" and not count) else story("校车换新")

    with MoodyServer(answer) as server:
        ended = ask(
            *(f"{server.url}/{name}" for name in ("once", "always", "never")),
            QINGYUAN_THROTTLE_TIMES="2",
        )

    assert paths(ended) == ["/never", "/once"]
    assert stats(ended, "fetch/failed/") == {"fetch/failed/challenge": 1}
    assert stats(ended, "fetch/blocked/") == {"fetch/blocked/rate": 3}
    assert ended.outcomes()["failed"] == 1
    assert ended.outcomes()["fetched"] == 6
    assert "responses have no outcome" not in ended.output


def test_nothing_is_fetched_in_quiet_hours_and_the_run_is_a_good_one(ask: Any) -> None:
    with SmallServer({"/": story("古井清淤")}) as server:
        ended = ask(server.url + "/", quiet=("00:00", "23:59"))

    assert ended.exit_code == 0, ended.output
    assert server.asked == []
    assert "Spider closed (quiet_hours)" in ended.output


def test_a_run_ends_when_the_quiet_hours_begin(ask: Any) -> None:
    with SmallServer({f"/{i}": story("古井清淤") for i in range(40)}) as server:
        ended = ask(
            *(f"{server.url}/{i}" for i in range(40)),
            quiet=("08:30", "18:00"), before=THREE_SECONDS_LEFT,
            DOWNLOAD_DELAY="0.5", CONCURRENT_REQUESTS_PER_DOMAIN="1",
        )  # fmt: skip

    assert ended.exit_code == 0, ended.output
    assert 1 < len(server.asked) < 20
    assert "Spider closed (quiet_hours)" in ended.output


def test_who_crawls_without_a_name_is_told_once(ask: Any) -> None:
    with SmallServer({"/": story("古井清淤")}) as server:
        hidden = ask(server.url + "/", own={"USER_AGENT": "Mozilla/5.0 (X11) Firefox/130.0"})

    assert hidden.output.count("QINGYUAN_CONTACT is not set") == 1
    assert hidden.output.count("pretends to be a browser") == 1
