"""How soon a host is asked again: pauses after 429, 503 and challenges, Crawl-delay, back-off."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.utils.asyncio import CallLaterResult, call_later
from scrapy.utils.httpobj import urlparse_cached

logger = logging.getLogger(__name__)

SLOW_DOWN = frozenset({429, 503})

# Keys of `Request.meta`.
NOT_BEFORE = "not_before"  # Unix time before which the request is not sent
FOR_ROBOTS = "for_robots"  # a request for robots.txt: crawler.fetch.robots has its own patience
THROTTLED = "throttled"  # how often the host has asked for a pause instead of answering
_OWN_FILTER = "put_off"  # what the request's dont_filter was before it went back to the queue

# Hosts slower than this get their next request when it is due, not before: see ready_at.
SLOW = 1.0


class RetryLater(Exception):  # noqa: N818 - says what to do
    """A host wants a longer pause than a run waits for; ask again at `.at`, Unix time."""

    def __init__(self, message: str, at: float) -> None:
        super().__init__(message)
        self.at = at


@dataclass(slots=True)
class Host:
    """What is known of a host: paused `until` (Unix time), `strikes` pauses in a row, in seconds
    the least delay its robots.txt asks for."""

    until: float = 0.0
    strikes: int = 0
    crawl_delay: float = 0.0


class Politeness:
    """The downloader middleware that pauses a whole host, and no other, when it asks for it.

    Requests of a host that pauses go back to the queue and wait there (`crawler.fetch.waiting`).
    Under a scheduler that does not hold them they wait here, each in a place of
    CONCURRENT_REQUESTS; a scheduler that does sets `queue_holds` and asks `ready_at`.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.first_pause = settings.getfloat("QINGYUAN_BACKOFF")
        self.max_pause = settings.getfloat("QINGYUAN_MAX_PAUSE")
        self.max_retry_after = settings.getfloat("QINGYUAN_MAX_RETRY_AFTER")
        self.times = settings.getint("QINGYUAN_THROTTLE_TIMES")
        self.retries = settings.getbool("RETRY_ENABLED")
        self.retried = SLOW_DOWN & {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}
        self.hosts: defaultdict[str, Host] = defaultdict(Host)
        self.held: set[str] = set()  # authorities whose robots.txt is not known
        self.queue_holds = False
        self._wake: CallLaterResult | None = None
        self._wake_at = float("inf")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for a crawler and listen to its signals."""
        made = cls(crawler)
        crawler.signals.connect(made._downloaded, signal=signals.response_downloaded)
        crawler.signals.connect(made._scheduled, signal=signals.request_scheduled)
        crawler.signals.connect(made._closed, signal=signals.spider_closed)
        return made

    @classmethod
    def of(cls, crawler: Crawler) -> Politeness:
        """Give the politeness of a crawler; raises NotConfigured where it is off."""
        found = crawler.get_downloader_middleware(cls)
        if found is None:
            raise NotConfigured(f"{cls.__module__}.{cls.__name__} is off; robots and queue need it")
        return found

    async def process_request(self, request: Request) -> Request | None:
        """Put off what must wait; raises RetryLater where that is longer than a run waits."""
        if (own := request.meta.pop(_OWN_FILTER, None)) is not None:
            request.dont_filter = own
        if FOR_ROBOTS in request.meta:
            return None
        host = self.hosts[self.slot_of(request)]
        while (at := max(host.until, request.meta.get(NOT_BEFORE, 0.0))) > time():
            self._refuse_long_pause(request, host)
            if self.holds(request):
                return self.give_back(request)
            await asyncio.sleep(at - time())
        return None

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Ask again after the pause, a bounded number of times; raises RetryLater."""
        if FOR_ROBOTS in request.meta or response.status not in SLOW_DOWN:
            if response.status < 500:
                self.hosts[self.slot_of(request)].strikes = 0
            return response
        if response.status not in self.retried:
            return response
        return self.ask_again(request) or response

    def ask_again(self, request: Request, most: int | None = None) -> Request | None:
        """Give the request that follows one which was not answered; None after the last attempt.

        It is asked `most` times, or QINGYUAN_THROTTLE_TIMES where that is less. Raises RetryLater
        when its host pauses for longer than a run waits.
        """
        if not self.retries or request.meta.get("dont_retry"):
            return None
        times = request.meta.get(THROTTLED, 0) + 1
        if times >= min(self.times, most or self.times):
            logger.warning("%s: given up after %d attempts", request.url, times)
            return None
        self._refuse_long_pause(request, self.hosts[self.slot_of(request)])
        again = self.give_back(request)
        again.meta[THROTTLED] = times
        return again

    def pause(self, slot: str, retry_after: float | None = None) -> None:
        """Pause a host for as long as it says, in seconds, or ever longer; jittered.

        The requests that wait for a connection go back to the queue.
        """
        host, now = self.hosts[slot], time()
        asked = min(retry_after or 0.0, self.max_retry_after)
        if host.until > now:  # another answer to what was sent before the pause
            host.until = max(host.until, now + asked)
            return
        own = self.first_pause * 2**host.strikes * random.uniform(0.75, 1.25)  # noqa: S311
        # Once it is the host's own word that counts; a host that then says no again is tired.
        seconds = asked if asked and not host.strikes else max(asked, own)
        host.strikes = min(host.strikes + 1, 30)
        host.until = now + seconds
        self.crawler.stats.inc_value("politeness/pauses")
        logger.info("%s pauses for %.1f s", slot, seconds)
        self._empty(slot, seconds)

    def slow_down(self, slot: str, seconds: float) -> None:
        """Keep at least this delay between the requests of a host, whatever AutoThrottle finds."""
        self.hosts[slot].crawl_delay = max(self.hosts[slot].crawl_delay, seconds)
        downloader = self.crawler.engine.downloader
        own = downloader.per_slot_settings.get(slot, {})
        delay = max(float(own.get("delay", downloader._delay)), seconds)
        downloader.per_slot_settings[slot] = {**own, "delay": delay, "jitter": 0.0}
        if active := downloader.slots.get(slot):
            active.delay, active.jitter = max(active.delay, seconds), 0.0

    def ready_at(self, authority: str, slot: str) -> float:
        """Tell from when on (Unix time) a request of this authority and host can be sent.

        A request that would only wait for its host's delay is not due: twenty hosts with a
        Crawl-delay of a minute would otherwise fill all places.
        """
        if authority in self.held:
            return float("inf")
        now, host = time(), self.hosts[slot]
        at = host.until if host.until - now <= self.max_pause else 0.0
        active = self.crawler.engine.downloader.slots.get(slot)
        if active is None or active.delay <= SLOW:
            return at
        due = now + active.lastseen + active.delay * (1 - active.jitter) - monotonic()
        return max(at, due, now + 0.1 if active.queue else 0.0)

    def holds(self, request: Request) -> bool:
        """Tell whether a request that is given back waits in the scheduler."""
        return self.queue_holds and bool(request.meta.get("scheduled"))

    def give_back(self, request: Request) -> Request:
        """Copy a request for the scheduler, past the filter of duplicates."""
        self.crawler.stats.inc_value("politeness/put_off")
        again = request.copy()
        again.meta.setdefault(_OWN_FILTER, request.dont_filter)
        again.dont_filter = True
        return again

    def slot_of(self, request: Request) -> str:
        """Name the host whose pauses and delays a request shares."""
        return self.crawler.engine.downloader.get_slot_key(request)

    def wake_at(self, at: float) -> None:
        """Have the engine ask the queue again at this Unix time."""
        if at >= self._wake_at:
            return
        if self._wake is not None:
            self._wake.cancel()
        self._wake_at = at
        self._wake = call_later(max(0.0, at - time()) + 0.01, self.wake)

    def wake(self) -> None:
        """Have the engine ask the queue now: by itself it does so every five seconds."""
        self._wake, self._wake_at = None, float("inf")
        if slot := self.crawler.engine._slot:
            slot.nextcall.schedule()

    def empty_all(self) -> None:
        """Take back what waits for a connection to any host."""
        for slot in list(self.crawler.engine.downloader.slots):
            self._empty(slot, 0.0)

    def _empty(self, slot: str, seconds: float) -> None:
        downloader = self.crawler.engine.downloader
        if (active := downloader.slots.get(slot)) is None:
            return
        waiting = list(active.queue)
        active.queue.clear()
        for request, answer in waiting:
            if self.holds(request):
                # The middleware chain passes a request on as it does one that redirects.
                answer.callback(self.give_back(request))  # type: ignore[arg-type]
            else:
                active.queue.append((request, answer))
        if active.queue and seconds:
            active.close()
            active.latercall = call_later(seconds, downloader._latercall, active)

    def _refuse_long_pause(self, request: Request, host: Host) -> None:
        if host.until - time() > self.max_pause:
            wait = host.until - time()
            raise RetryLater(f"{request.url}: its host pauses for {wait:.0f} s", host.until)

    def _downloaded(self, response: Response, request: Request) -> None:
        # This signal comes before the downloader sends the host's next request. AutoThrottle, an
        # extension, has heard it before.
        slot = self.slot_of(request)
        active = self.crawler.engine.downloader.slots.get(slot)
        if active is not None and slot in self.hosts:
            active.delay = max(active.delay, self.hosts[slot].crawl_delay)
        if response.status in SLOW_DOWN and FOR_ROBOTS not in request.meta:
            self.pause(slot, retry_after(response))

    def _scheduled(self, request: Request) -> None:
        # Scrapy's redirects to another host keep the first one's slot, with its pauses and delays.
        before = request.meta.get("redirect_urls")
        if before and request.meta.get("download_slot") == urlsplit(before[-1]).hostname:
            del request.meta["download_slot"]

    def _closed(self, *_: Any) -> None:
        if self._wake is not None:
            self._wake.cancel()


def authority_of(request: Request) -> str:
    """Name what a robots.txt holds for: scheme, host and port, without a default port."""
    url = urlparse_cached(request)
    host = url.netloc.rpartition("@")[2].lower()
    return f"{url.scheme}://{host.removesuffix(':443' if url.scheme == 'https' else ':80')}"


def retry_after(response: Response) -> float | None:
    """Read Retry-After, seconds or an HTTP date (RFC 9110, 10.2.3), as seconds from now."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
        if at.tzinfo is None:  # asctime's form, which names no zone
            at = at.replace(tzinfo=UTC)
        return max(0.0, at.timestamp() - time())
    except (ValueError, OverflowError):
        return None
