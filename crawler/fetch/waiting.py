"""The queue in which requests wait for a host that must not be asked yet."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable
from time import time
from typing import Any

from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface

from crawler.fetch.politeness import NOT_BEFORE, Politeness, authority_of


class WaitingQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue by hosts, which keeps what is not due: no waiting request holds a place.

    A request with `meta["not_before"]` (Unix time) stays until then, and those of a host as long
    as Politeness says so. A middleware that waited instead would fill CONCURRENT_REQUESTS, and the
    requests of all other hosts with it.
    """

    def __init__(self, crawler: Crawler, *args: Any, **kwargs: Any) -> None:
        super().__init__(crawler, *args, **kwargs)
        self._politeness = Politeness.of(crawler)
        self._downloader_interface: _ReadyHosts = _ReadyHosts(crawler, self._politeness)
        self._later: list[tuple[float, int, Request]] = []
        self._order = itertools.count()
        self._politeness.queue_holds = True

    def push(self, request: Request) -> None:
        """Take a request, until it is due."""
        at = request.meta.get(NOT_BEFORE, 0.0)
        if at > time():
            heapq.heappush(self._later, (at, next(self._order), request))
        else:
            super().push(request)

    def pop(self) -> Request | None:
        """Give a request that may be sent now; None where all must wait."""
        self._take_due(time())
        request = super().pop()
        if request is None and len(self):
            due = self._later[0][0] if self._later else float("inf")
            self._politeness.wake_at(min(due, self._downloader_interface.next_ready(self.pqueues)))
        return request

    def peek(self) -> Request | None:
        """Show what `pop` would give."""
        self._take_due(time())
        return super().peek()

    def close(self) -> dict[str, list[int]]:
        """Leave everything to the queues on disk, if any."""
        self._take_due(float("inf"))
        return super().close()

    def __len__(self) -> int:
        return super().__len__() + len(self._later)

    def _take_due(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            super().push(heapq.heappop(self._later)[2])


class _ReadyHosts(DownloaderInterface):
    """Shows the queue only those of its parts whose host may be asked now.

    A part is an authority (robots.txt is each one's own) of a download slot (pauses are the
    host's): `http://host:port slot`.
    """

    def __init__(self, crawler: Crawler, politeness: Politeness) -> None:
        super().__init__(crawler)
        self._politeness = politeness

    def get_slot_key(self, request: Request) -> str:
        return f"{authority_of(request)} {super().get_slot_key(request)}"

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        now = time()
        return [
            (self._active_downloads(key.partition(" ")[2]), key)
            for key in possible_slots
            if self._ready_at(key) <= now
        ]

    def next_ready(self, keys: Iterable[str]) -> float:
        return min(map(self._ready_at, keys), default=float("inf"))

    def _ready_at(self, key: str) -> float:
        authority, _, slot = key.partition(" ")
        busy = self.downloader.slots.get(slot)
        if busy is not None and len(busy.active) >= busy.concurrency:
            return float("inf")  # the end of a download has the queue asked again
        return self._politeness.ready_at(authority, slot)
