"""The durable frontier: Scrapy's scheduler over the state database, in the dupefilter's place."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from scrapy import Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.squeues import FifoMemoryQueue
from scrapy.utils.defer import deferred_from_coro
from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from crawler.fetch.waiting import WaitingQueue
from crawler.run import Run, describe
from crawler.source import Expect
from crawler.state import leases
from crawler.state.held import UNREAD, Lease, Link, found_of, linked_by, settled
from crawler.state.requests import (
    ONLY_WITH_NEWS,
    RequestError,
    hidden,
    is_hidden,
    to_request,
    to_row,
)
from crawler.state.revisit import Policy
from crawler.state.writer import StorageError

logger = logging.getLogger(__name__)

# Leases held at once, in units of CONCURRENT_REQUESTS: what a kill costs at most.
HELD = 2
STARVING = 0.25  # seconds between two leases of a few pages
POLL = 1.0  # seconds between looks where other processes hold what is left


class Frontier(BaseScheduler):
    """Requests live in the table `frontier`; a page's row closes when all of it is committed.

    What a response yields is written in the transaction that closes its lease. A process that
    is killed leaves its leases, at most twice CONCURRENT_REQUESTS, to the next one.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.run = Run.of(crawler)
        self.most = HELD * settings.getint("CONCURRENT_REQUESTS")
        self.queue = WaitingQueue.from_crawler(crawler, FifoMemoryQueue, "")
        per_host = max(1, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self.share = max(HELD * per_host, self.most // 4)
        self.held: dict[int, Lease] = {}
        self._starts: list[Link] = []
        self._start_keys: set[str] = set()
        # Address and request with credentials, by key: whole only as long as this process lives.
        self._whole: dict[str, dict[str, Any]] = {}
        self._closing: list[Lease] = []
        self._flushing: asyncio.Task[None] | None = None
        self._leasing: asyncio.Task[None] | None = None
        self._leased_at = 0.0
        self._waking: asyncio.TimerHandle | None = None
        self._exhausted = False
        self._closed = False
        crawler.signals.connect(self._arrived, signal=signals.request_scheduled)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Frontier:
        """Share the run's writer."""
        return cls(crawler)

    def open(self, spider: Spider) -> Deferred[None]:
        """Begin the run's record, take dead leases over and wake what is due."""
        self.spider: Any = spider
        return deferred_from_coro(self._open())

    async def _open(self) -> None:
        self.run.frontier = self
        await self.run.begin()
        spider = self.spider
        policy = Policy.of(getattr(spider, "rhythm", "daily"), getattr(spider, "recheck", 14))
        self.policy = policy
        self.expected = getattr(spider, "expect", Expect()).articles
        self.over = leases.Pass(
            source=self.run.key,
            owner=self.run.owner.name,
            cycle=self.run.cycle,
            since=getattr(spider, "since", None),
            full=bool(getattr(spider, "full", False)),
            window=policy.window,
        )

        def begin(connection: Connection) -> int:
            now = time.time()
            count = leases.take_over(connection, self.over.source, self.run.owner.is_dead, now)
            leases.wake(connection, self.over.source, now)
            return count

        count = await self.run.writer.write(begin)
        if count:
            logger.info("%s: takes over %d pages of a run that was killed", self.run.key, count)
            self.crawler.stats.inc_value("frontier/taken_over", count)

    def enqueue_request(self, request: Request) -> bool:
        """Take a request; the database says later whether it is known."""
        leased = self.held.get(request.meta.get("lease", 0))
        if leased is not None and not leased.outcome:  # a retry or a redirect
            self.queue.push(request)
            return True
        parent = self.held.get(request.meta.get("from", 0))
        try:
            link = request.meta.get("link") or self._link(request)
        except RequestError as error:
            logger.error("%s", error)
            self.run.reasons.append(str(error))
            self.run.ledger.fail_unfetched()
            return False
        if parent is None:
            self._starts.append(link)
            if link[0] == "starts":
                self._start_keys.add(link[1]["key"])
            self._flush_soon()
        else:
            parent.children.append(link)
        self._exhausted = False
        return True

    def next_request(self) -> Request | None:
        """Give the next request that may be sent now."""
        self._lease_soon()
        request = self.queue.pop()
        if request is None:
            self._lease_soon(starving=True)
        return request

    def has_pending_requests(self) -> bool:
        """Tell whether there is, or may soon be, something to fetch."""
        if self.run.stopped:
            return False
        if len(self.queue) or self._starts or self._closing:
            return True
        if self._flushing is not None or self._leasing is not None:
            return True
        if not self._exhausted:
            self._lease_soon()
        return not self._exhausted

    def expect(self, lease_id: int, request: Request) -> None:
        """Note that a page yielded a request, on its way to `enqueue_request`.

        Raises RequestError where it cannot be kept.
        """
        if lease_id in self.held:
            request.meta["link"] = self._link(request)
            request.meta["from"] = lease_id
            self.held[lease_id].coming += 1

    def _link(self, request: Request) -> Link:
        if request.meta.get(ONLY_WITH_NEWS):
            place = "pages"
        elif request.meta.get("is_start_request"):
            place = "starts"
        else:
            place = "forced" if request.dont_filter else "rows"
        row = to_row(request, self.spider, self.crawler.request_fingerprinter)
        kept = hidden(row)
        if kept != row or is_hidden(row):
            self._whole[row["key"]] = {name: row[name] for name in ("url", "request")}
        return place, kept

    def _arrived(self, request: Request) -> None:
        """Note that a request has come, or will not, being refused as another site's."""
        lease = self.held.get(request.meta.get("from", 0))
        if lease is not None:
            lease.coming -= 1
            self._close_if_done(lease)

    def settle(self, lease_id: int | None, outcome: str) -> None:
        """Close a lease: all that came out of its page is committed, or it failed."""
        lease = self.held.get(lease_id or 0)
        if lease is not None and not lease.outcome:
            lease.outcome = outcome
            if lease.row["key"] in self._start_keys:
                self.run.starts["unread" if outcome in UNREAD else "read"] += 1
            self.run.unchanged_lists += lease.same_list
            self._close_if_done(lease)

    def put_off(self, lease_id: int | None, at: float) -> None:
        """Have a page that fails now asked for again at a time, for its host wants a pause."""
        if lease_id in self.held:
            self.held[lease_id].retry_at = at

    def _close_if_done(self, lease: Lease) -> None:
        if lease.outcome and lease.coming <= 0:
            self._closing.append(lease)
            self._flush_soon()

    def _flush_soon(self) -> None:
        if self._flushing is None and not self.run.stopped:
            self._flushing = asyncio.ensure_future(self._flush())

    async def _flush(self) -> None:
        """Write what has gathered; what gathers meanwhile goes into the next transaction."""
        try:
            while self._starts or self._closing:
                starts, self._starts = self._starts, []
                closing, self._closing = self._closing, []
                known = await self.run.writer.write(self._writes(starts, closing))
                if len(self.run.known) < self.expected:  # more need not be told apart
                    self.run.known |= known
                for lease in closing:
                    self.held.pop(lease.row["id"], None)
        except Exception as error:  # whatever it is: what was not written stays leased
            self.run.stop(describe(error))
        finally:
            self._flushing = None
            self._nudge()

    def _writes(self, starts: list[Link], closing: list[Lease]) -> Callable[[Connection], set[str]]:
        now = self._now()
        found = [found_of(starts), *(found_of(lease.children) for lease in closing)]
        own = {"owner": self.over.owner}
        rows = [settled(lease, self.policy, now) | own for lease in closing]
        lists = [lease for lease in closing if lease.outcome == "listing"]
        linked = [linked_by(lease) | own for lease in lists]
        same = [lease.row["key"] for lease in closing if lease.same_list]

        def write(connection: Connection) -> set[str]:
            known = [leases.add(connection, each, self.over, now) for each in found if each]
            leases.relink(connection, self.over, same, now)
            known.append(leases.named(connection, self.over, same))
            leases.keep_links(connection, linked)
            leases.close(connection, rows)
            return set().union(*known)

        return write

    def _now(self) -> float:
        """Give the time, in a pass never before its beginning: a clock may be set back."""
        return max(time.time(), self.over.cycle)

    def _lease_soon(self, *, starving: bool = False) -> None:
        room = self.most - len(self.held)
        idle = self._leasing is None and not (self._exhausted or self._closed or self.run.stopped)
        if not idle or not room:
            return
        if room > self.most // 2:
            self._leasing = asyncio.ensure_future(self._lease(room))
        elif starving:
            # Slow pages hold the rest. Not at once: each page that ends would cost a lease's query.
            wait = self._leased_at + STARVING - time.monotonic()
            if wait <= 0:
                self._leasing = asyncio.ensure_future(self._lease(room))
            elif self._waking is None:
                self._waking = asyncio.get_running_loop().call_later(wait, self._wake)

    def _wake(self) -> None:
        self._waking = None
        self._nudge()

    async def _lease(self, room: int) -> None:
        self._leased_at = time.monotonic()
        try:
            held = Counter(lease.row["host"] for lease in self.held.values())
            until = time.time() + self.run.lease_seconds

            def take(connection: Connection) -> tuple[list[dict[str, Any]], tuple[bool, int]]:
                rows = leases.lease(
                    connection, self.over, most=room, held=held, share=self.share, until=until
                )
                return rows, (True, 0) if rows else leases.left(connection, self.over)

            rows, (due, others) = await self.run.writer.write(take)
            for row in rows:
                self._take(row)
            if not rows:
                await self._nothing_leased(due, others)
        except Exception as error:
            self.run.stop(describe(error))
        finally:
            self._leasing = None
            self._nudge()

    async def _nothing_leased(self, due: bool, others: int) -> None:
        """End where nothing is left; wait where other processes are at it, or may have died."""
        if self._starts or self._closing or self._flushing is not None:
            return
        if not self.held and not due and not others:
            self._exhausted = True
            return
        if others or due:
            source, is_dead = self.over.source, self.run.owner.is_dead
            await self.run.writer.write(lambda c: leases.take_over(c, source, is_dead, time.time()))
        await asyncio.sleep(0.1 if self.held else POLL)

    def _take(self, row: Mapping[str, Any]) -> None:
        lease = Lease(row)
        self.held[row["id"]] = lease
        try:
            request = to_request(self._with_credentials(row), self.spider)
        except (RequestError, ValueError, TypeError) as error:
            logger.error("%s", error)
            self.run.reasons.append(str(error))
            self.run.ledger.fail_unfetched(row["id"])
            return
        request.meta.update({"lease": row["id"], "scheduled": True})
        if row["archived"]:
            request.meta["archive_known"] = json.loads(row["archived"])
        # A list that is as it was still links to what `since` asks for.
        anew = self.over.full or (self.over.since is not None and row["outcome"] == "listing")
        if row["archived"] and not anew and lease.is_comparable:
            request.meta["visited"] = {name: row[name] for name in ("etag", "last_modified")}
        self.queue.push(request)

    def _with_credentials(self, row: Mapping[str, Any]) -> dict[str, Any]:
        if not is_hidden(row):
            return dict(row)
        if row["key"] not in self._whole:
            said = f"{row['url']}: its credentials died with the process that found it"
            raise RequestError(said)
        return dict(row) | self._whole[row["key"]]

    def _nudge(self) -> None:
        # The engine asks again only when a download ends, or every five seconds.
        engine = self.crawler.engine
        if engine is not None and engine._slot is not None:
            engine._slot.nextcall.schedule()

    def close(self, reason: str) -> Deferred[None]:
        """Write the rest and give back what was not fetched."""
        self._closed = True
        if self._waking is not None:
            self._waking.cancel()
        return deferred_from_coro(self._close())

    async def _close(self) -> None:
        for task in (self._leasing, self._flushing):
            if task is not None:
                await task
        if self.run.stopped:
            return
        await self._flush()

        try:
            await self.run.writer.write(lambda c: leases.release(c, self.over, time.time()))
        except StorageError as error:
            self.run.stop(str(error))
        self.held.clear()
