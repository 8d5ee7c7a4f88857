"""robots.txt as RFC 9309 reads it: unreachable means wait, never permission."""

from __future__ import annotations

import asyncio
import logging
import math
import random
import re
from time import time
from typing import Any, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured, StopDownload
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.misc import build_from_crawler, load_object
from w3lib.url import safe_url_string

from crawler.fetch.failures import class_of
from crawler.fetch.politeness import (
    FOR_ROBOTS,
    Politeness,
    RetryLater,
    authority_of,
    retry_after,
)
from pipelines.charset import decode

logger = logging.getLogger(__name__)

MOST_REDIRECTS = 5  # RFC 9309, 2.3.1.2
MOST_BYTES = 500 * 1024  # 2.5
KEPT_SECONDS = 24 * 3600.0  # 2.4
LONGEST_BACKOFF = 60.0
# Nothing of such a host can be had, or the failure is our own: only the usual retries.
NOT_THERE = ("dns", "bad_address", "refused", "tls", "closed_door", "other")


def product_of(agent: str) -> str:
    """Give a User-Agent without its comments.

    A group is for a product, not for who is to be written to (RFC 9309, 2.2.1).
    `Mozilla/5.0 (compatible; …)` names itself in the comment.
    """
    bare = re.sub(r"\([^()]*\)", "", agent).strip()
    return agent if not bare or bare.startswith("Mozilla/") else bare


class RobotsUnreachable(RetryLater):
    """A robots.txt stayed unreachable for as long as a run waits for it."""


class _Unreachable(Exception):  # noqa: N818 - a state, not an error
    def __init__(self, why: str, wait: float = 0.0, *, kind: str = "") -> None:
        super().__init__(why)
        self.wait, self.kind = wait, kind
        self.there = kind not in NOT_THERE


class _Failed(NamedTuple):
    message: str
    at: float


class _Known:
    """What is known of one authority: nothing until `answered`; no `rules` allow everything."""

    def __init__(self) -> None:
        self.answered = asyncio.Event()
        self.rules: RobotParser | None = None
        self.failed: _Failed | None = None
        self.until = math.inf
        self.task: asyncio.Task[None] | None = None


class Robots:
    """The downloader middleware that lets through what robots.txt allows (RFC 9309).

    4xx allows everything; 5xx, 429, a timeout or a broken connection hold the authority's requests
    while robots.txt is asked for again, up to QINGYUAN_ROBOTS_PATIENCE seconds, after which they
    fail. Crawl-delay is kept, up to QINGYUAN_MAX_CRAWL_DELAY seconds.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.patience = settings.getfloat("QINGYUAN_ROBOTS_PATIENCE")
        self.max_delay = settings.getfloat("QINGYUAN_MAX_CRAWL_DELAY")
        self.first_wait = settings.getfloat("QINGYUAN_BACKOFF")
        self.retry_delay = settings.getfloat("QINGYUAN_RETRY_DELAY")
        self.retries = settings.getint("RETRY_TIMES")
        self._agent = settings["ROBOTSTXT_USER_AGENT"]
        self._default_agent = settings["USER_AGENT"]
        self._parser = load_object(settings["ROBOTSTXT_PARSER"])
        self._known: dict[str, _Known] = {}
        self._sizes: dict[Request, int] = {}
        self._connections = asyncio.Semaphore(settings.getint("CONCURRENT_REQUESTS") or 16)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for a crawler; raises NotConfigured where ROBOTSTXT_OBEY is off."""
        made = cls(crawler)
        crawler.signals.connect(made._closed, signal=signals.spider_closed)
        return made

    async def process_request(self, request: Request) -> Request | None:
        """Let a request through, or put it off; raises IgnoreRequest or RobotsUnreachable."""
        if request.meta.get("dont_obey_robotstxt") or not request.url.startswith("http"):
            return None
        known = self._known_of(request)
        if not known.answered.is_set():
            politeness = Politeness.of(self.crawler)
            if politeness.holds(request):
                return politeness.give_back(request)
            await known.answered.wait()
        if known.failed:
            raise RobotsUnreachable(*known.failed)
        if known.rules and not known.rules.allowed(request.url, self._agent_of(request)):
            self.crawler.stats.inc_value("robotstxt/forbidden")
            raise IgnoreRequest("Forbidden by robots.txt")
        return None

    def _known_of(self, request: Request) -> _Known:
        authority = authority_of(request)
        known = self._known.get(authority)
        if known is None or known.until <= time():
            known = self._known[authority] = _Known()
            Politeness.of(self.crawler).held.add(authority)
            known.task = asyncio.ensure_future(self._learn(authority, known, request))
        return known

    def _agent_of(self, request: Request) -> str:
        own = request.headers.get("User-Agent") or b""
        return self._agent or product_of(own.decode("latin-1") or self._default_agent or "")

    async def _learn(self, authority: str, known: _Known, request: Request) -> None:
        politeness = Politeness.of(self.crawler)
        began, attempt = time(), 0
        try:
            while not known.answered.is_set():
                try:
                    response = await self._ask(f"{authority}/robots.txt")
                    known.rules = await self._parse(response, request) if response else None
                    known.until = time() + KEPT_SECONDS
                    known.answered.set()
                except _Unreachable as error:
                    wait = self._wait(error, attempt, began)
                    if wait is None:
                        known.failed = _Failed(
                            f"robots.txt of {authority} is unreachable: {error}",
                            time() + max(self.patience, error.wait),
                        )
                        known.until = known.failed.at
                        known.answered.set()
                    else:
                        logger.info("robots.txt of %s: %s; again in %.1f s", authority, error, wait)
                        await asyncio.sleep(wait)
                attempt += 1
            if known.rules:
                self._slow_down(known.rules, request)
        finally:
            if not known.answered.is_set():  # cancelled, or failed on what nobody foresaw
                known.failed = _Failed(f"robots.txt of {authority} was not read", time())
                known.answered.set()
            politeness.held.discard(authority)
            politeness.wake()

    def _wait(self, error: _Unreachable, attempt: int, began: float) -> float | None:
        """Give the seconds until the next attempt, None at the end of patience."""
        if error.kind == "closed_door" or (not error.there and attempt >= self.retries):
            return None
        first = self.first_wait if error.there else self.retry_delay
        own = min(first * 2.0 ** min(attempt, 20), LONGEST_BACKOFF)
        wait = max(own * random.uniform(0.75, 1.25), error.wait)  # noqa: S311
        return wait if time() + wait <= began + self.patience else None

    async def _ask(self, url: str) -> Response | None:
        """Fetch a robots.txt; None where there is none. Raises _Unreachable."""
        stats = self.crawler.stats
        for _ in range(MOST_REDIRECTS + 1):
            stats.inc_value("robotstxt/request_count")
            try:
                response = await self._download(url)
            except Exception as error:
                kind = class_of(error)
                stats.inc_value(f"robotstxt/exception_count/{kind}")
                raise _Unreachable(f"({kind}) {error}", kind=kind) from error
            stats.inc_value("robotstxt/response_count")
            stats.inc_value(f"robotstxt/response_status_count/{response.status}")
            location = response.headers.get("Location")
            if response.status == 429 or response.status >= 500:
                raise _Unreachable(f"status {response.status}", retry_after(response) or 0.0)
            if 200 <= response.status < 300:
                return response
            if not (300 <= response.status < 400 and location):
                return None
            url = urljoin(url, safe_url_string(location))
            if urlsplit(url).scheme not in ("http", "https"):
                return None
        stats.inc_value("robotstxt/too_many_redirects")
        return None

    async def _download(self, url: str) -> Response:
        meta = dict.fromkeys(
            (FOR_ROBOTS, "dont_obey_robotstxt", "dont_redirect", "dont_retry", "allow_offsite"),
            True,
        )
        request = Request(url, callback=NO_CALLBACK, priority=1000, meta=meta)
        async with self._connections:
            return await self._in_a_place_of_its_own(request)

    async def _in_a_place_of_its_own(self, request: Request) -> Response:
        # Sixteen hosts whose robots.txt hangs would otherwise stop the requests of all others.
        downloader = self.crawler.engine.downloader
        extra = int(downloader.total_concurrency > 0)
        downloader.total_concurrency += extra
        self._sizes[request] = 0
        # Only while it is needed: every chunk of every page is told to who listens.
        self.crawler.signals.connect(self._received, signal=signals.bytes_received)
        try:
            return await self.crawler.engine.download_async(request)
        finally:
            downloader.total_concurrency -= extra
            del self._sizes[request]
            if not self._sizes:
                self.crawler.signals.disconnect(self._received, signal=signals.bytes_received)

    def _received(self, data: bytes, request: Request) -> None:
        if request in self._sizes:
            self._sizes[request] += len(data)
            if self._sizes[request] > MOST_BYTES:
                raise StopDownload(fail=False)

    async def _parse(self, response: Response, request: Request) -> RobotParser:
        declared = response.headers.get("Content-Type")
        text = decode(response.body[:MOST_BYTES], declared.decode("latin-1") if declared else None)
        body = text.text.lstrip("\ufeff").encode("utf-8", "ignore")
        rules: RobotParser = build_from_crawler(self._parser, self.crawler, body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules

    def _slow_down(self, rules: RobotParser, request: Request) -> None:
        delay = rules.crawl_delay(self._agent_of(request))
        if delay is None or not delay > 0:  # NaN is not either
            return
        if delay > self.max_delay:
            self.crawler.stats.inc_value("robotstxt/crawl_delay_capped")
            logger.warning("%s: a Crawl-delay of %s s is cut", authority_of(request), delay)
        politeness = Politeness.of(self.crawler)
        politeness.slow_down(politeness.slot_of(request), min(delay, self.max_delay))

    def _closed(self, *_: Any) -> None:
        for known in self._known.values():
            if known.task is not None:
                known.task.cancel()
