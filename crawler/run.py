"""One run of one source: what its stages share, how it is accounted for, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections import Counter
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.fetch.quiet import QUIET_HOURS
from crawler.redact import redact, redact_url
from crawler.source import Expect
from crawler.state.db import open_database
from crawler.state.ledger import OUTCOMES, Ledger
from crawler.state.operations import (
    add_dead_letter,
    end_run,
    settle_dead_letters,
)
from crawler.state.owner import Owner
from crawler.state.paths import data_folder, database_url
from crawler.state.reprints import ensure_index
from crawler.state.revisit import Policy
from crawler.state.runs import REPLAY, beat, begin_run, shares_pass
from crawler.state.templates import TemplateStore, learner_of
from crawler.state.warc import WarcArchive
from crawler.state.writer import StorageError, Writer
from crawler.workers import Workers, default_count
from pipelines.dedup import ReprintIndex

if TYPE_CHECKING:
    from crawler.state.frontier import Frontier

logger = logging.getLogger(__name__)

LEASE_BEATS = 4  # heartbeats that a lease outlives its owner, where nobody can see that it died

# Reasons that end a crawl on a person's wish; every other reason is a failure.
GOOD_ENDINGS = ("finished", "closespider_itemcount", "closespider_pagecount", QUIET_HOURS)


class Run:
    """The extension that owns archive, ledger, writer, reprint index and workers of a crawl.

    `exit_code` is 0 good, 1 failed, 3 finished below expectation, with `reasons` in words.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.source: str = crawler.spidercls.name
        self.data = data_folder(settings)
        self.archive = WarcArchive(
            self.data / "archive",
            self.source,
            roll_bytes=settings.getint("QINGYUAN_WARC_BYTES"),
            keep_days=settings.getfloat("QINGYUAN_ARCHIVE_DAYS"),
        )
        self.ledger = Ledger(self.settled)
        self.writer = Writer(
            open_database(database_url(settings)), settings.getfloat("QINGYUAN_DATABASE_PATIENCE")
        )
        self.owner = Owner(self.data)
        self.frontier: Frontier | None = None
        self.number: int | None = None
        self.cycle = 0.0
        self.stopped = False
        self.starts: Counter[str] = Counter()
        """How many start pages were `read`, and how many `unread`."""
        self.known: set[str] = set()
        """Keys of articles that lists named and nobody read again, as many as are expected."""
        self.unchanged_lists = 0
        self._heart: asyncio.Task[None] | None = None
        self._ending: asyncio.Future[None] | None = None
        self.replayed: set[str] = set()
        self.dead: set[str] = set()
        self.dead_letters = 0
        self.exit_code = 1
        self.reasons: list[str] = []
        self._results: dict[int, str] = {}
        self._late: list[asyncio.Future[None]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Run:
        """Build for a crawler and listen to its signals; raises DatabaseError."""
        run = cls(crawler)
        for handler, signal in (
            (run._opened, signals.spider_opened),
            (run._scheduled, signals.request_scheduled),
            (run._scraped, signals.item_scraped),
            (run._dropped, signals.item_dropped),
            (run._item_error, signals.item_error),
            (run._spider_error, signals.spider_error),
            (run._closed, signals.spider_closed),
        ):
            crawler.signals.connect(handler, signal=signal)
        return run

    @classmethod
    def of(cls, crawler: Crawler) -> Run:
        """Give the run of a crawler; raises NotConfigured where the add-on is not installed."""
        run = crawler.get_extension(cls)
        if run is None:
            raise NotConfigured("crawler.run.Run is off: install crawler.addon.CrawlerAddon")
        return run

    @property
    def key(self) -> str:
        """The name of the frontier and of the run's record; the generic spider has one a host."""
        return str(getattr(self.crawler.spider, "frontier_key", self.source))

    @property
    def lease_seconds(self) -> float:
        """How long leases hold without a heartbeat."""
        return LEASE_BEATS * self.crawler.settings.getfloat("QINGYUAN_HEARTBEAT")

    @cached_property
    def workers(self) -> Workers:
        """The worker processes, started at the first use."""
        settings = self.crawler.settings
        wished = settings["QINGYUAN_WORKERS"]
        count = default_count() if wished is None else int(wished)
        memory = settings.getint("QINGYUAN_STAGE_MEMORY_MB")
        return Workers(count, settings.getfloat("QINGYUAN_STAGE_TIMEOUT"), memory)

    @cached_property
    def templates(self) -> TemplateStore:
        """What is known of the sites, and learnt from this run's pages."""
        return TemplateStore(self.data / "templates", self.crawler.stats, learner_of(self.workers))

    @property
    def index_path(self) -> Path:
        """Where the reprint index lies; workers add to it, the writer reads its clusters."""
        return self.data / "reprints.db"

    def ensure_index(self) -> None:
        """Make the reprint index from the store where it is lost, older or damaged."""
        ensure_index(self.index_path, self.writer.engine)

    @cached_property
    def index(self) -> ReprintIndex:
        """The writer's view of the reprint index."""
        return ReprintIndex(self.index_path)

    def note(self, item: Any, outcome: str) -> None:
        """Remember how a stage decided on an item, until Scrapy tells which response it is from."""
        self._results[id(item)] = outcome

    async def dead_letter(self, url: str, stage: str, error: str, archive: str) -> None:
        """Keep a failure; if even that fails, the run says so and exits 1."""
        self.dead_letters += 1
        self.dead.add(archive)
        self.crawler.stats.inc_value(f"dead_letters/{stage}")
        letter = {"run": self.number, "source": self.source, "url": redact_url(url)}
        letter |= {"stage": stage, "error": redact(error), "archive": archive}
        try:
            await self.writer.write(lambda connection: add_dead_letter(connection, letter))
        except StorageError as failure:
            self.stop(str(failure))
        except Exception as failure:
            self.reasons.append(f"a dead letter of {url} could not be written: {failure}")
            logger.critical(
                "dead letter not written, url %s, archive %s: %s", url, archive, failure
            )

    async def begin(self) -> None:
        """Open the run's record, once; raises StorageError."""
        if self.number is not None:
            return
        key, owner = self.key, self.owner
        spider = self.crawler.spider
        period = Policy.of(getattr(spider, "rhythm", "daily"), 0).period
        asked = _asked(spider)
        self.number, self.cycle = await self.writer.write(
            lambda c: begin_run(c, key, owner.name, owner.is_dead, period=period, asked=asked)
        )
        self._heart = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        while not self.stopped:
            await asyncio.sleep(self.crawler.settings.getfloat("QINGYUAN_HEARTBEAT"))
            until = time.time() + self.lease_seconds
            sign = partial(beat, run=self.number or 0, owner=self.owner.name, until=until)
            try:
                await self.writer.write(sign)
            except StorageError as error:
                self.stop(str(error))

    def stop(self, reason: str) -> None:
        """End the crawl because nothing can be kept any more: what is not stored stays leased."""
        if self.stopped:
            return
        self.stopped = True
        self.reasons.append(reason)
        logger.critical("the crawl ends: %s", reason)
        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            self._ending = asyncio.ensure_future(engine.close_spider_async(reason="storage_failed"))

    def settled(self, lease: int | None, outcome: str) -> None:
        """Tell the frontier, where there is one, what became of a lease's page."""
        if self.frontier is not None:
            self.frontier.settle(lease, outcome)

    async def _opened(self, spider: Spider) -> None:
        # A page leaves a few thousand objects and hardly a cycle: at Python's threshold of 700 the
        # collector takes a tenth of the process's CPU.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        await self.begin()

    def _scheduled(self, request: Request) -> None:
        # A redirect or retry carries its predecessor's meta, and with it the pointer.
        if pointer := request.meta.pop("archive", None):
            self.ledger.pass_on(pointer)
        request.meta["scheduled"] = True

    def _scraped(self, item: Any, response: Response | None) -> None:
        # Without the store stage nobody decided; the item went on to the feeds.
        self.ledger.item_ended(pointer_of(response), self._results.pop(id(item), "stored"))

    def _dropped(self, item: Any, response: Response | None, exception: BaseException) -> None:
        self._results.pop(id(item), None)
        self.ledger.item_ended(pointer_of(response), "quarantined")

    async def _item_error(self, item: Any, response: Response | None, failure: Failure) -> None:
        if isinstance(failure.value, StorageError):  # no fault of the item: it is fetched again
            self.stop(str(failure.value))
            self.ledger.item_ended(pointer_of(response), "failed")
            return
        url = getattr(item, "url", None) or (response.url if response else "")
        stage = failed_stage(failure.getTracebackObject())
        await self.dead_letter(url, stage, describe(failure.value), pointer_of(response))
        self.ledger.item_ended(pointer_of(response), "failed")

    def _spider_error(self, failure: Failure, response: Response | Failure) -> None:
        if not isinstance(response, Response):
            self.reasons.append(f"the spider failed: {describe(failure.value)}")
            return
        pointer = pointer_of(response)
        self.ledger.raised(pointer)
        task = self.dead_letter(response.url, "spider", describe(failure.value), pointer)
        self._late.append(asyncio.ensure_future(task))  # this signal does not wait for handlers

    async def _closed(self, spider: Spider, reason: str) -> None:
        if self._heart is not None:
            self._heart.cancel()
        await asyncio.gather(*self._late)
        await self._feeds_stored()
        self.exit_code, self.reasons = self._verdict(reason, shared=await self._shares_pass())
        outcomes = {name: self.ledger.outcomes[name] for name in OUTCOMES}
        status = {0: "good", 1: "failed", 3: "below"}[self.exit_code]
        self.reasons = [redact(line) for line in self.reasons]
        values = {"status": status, "exit_code": self.exit_code, "reasons": self.reasons}
        values["outcomes"] = outcomes | {
            "fetched": self.ledger.archived_count,
            "repaired": self.crawler.stats.get_value("charset/repaired_items", 0),
            "dead_letters": self.dead_letters,
        }
        try:
            if self.number is not None:
                number = self.number
                await self.writer.write(lambda c: end_run(c, number, values))
            settled = self.replayed - self.dead
            if settled:
                await self.writer.write(lambda c: settle_dead_letters(c, settled))
        except Exception as failure:
            self.exit_code = 1
            self.reasons.append(f"the run record could not be written: {failure}")
        for name, count in outcomes.items():
            self.crawler.stats.set_value(f"outcomes/{name}", count)
        self.crawler.stats.set_value("run/exit_code", self.exit_code)
        for line in self.reasons:
            logger.error("run of %s: %s", self.source, line)
        await asyncio.to_thread(self._release)

    async def _feeds_stored(self) -> None:
        from crawler.feeds import HonestFeedExporter  # which stands on this module

        exporter = self.crawler.get_extension(HonestFeedExporter)
        if exporter is not None:
            await exporter.closed.wait()

    def _release(self) -> None:
        self.archive.close()
        if "workers" in self.__dict__:
            self.workers.close()
        if "templates" in self.__dict__:
            try:
                self.templates.save()
            except OSError as error:
                logger.error("what was learnt of the sites is not kept: %s", error)
        if "index" in self.__dict__:
            self.index.close()
        self.writer.close()
        self.owner.close()

    async def _shares_pass(self) -> bool:
        number = self.number
        if number is None or self.stopped:
            return False
        try:
            return await self.writer.write(lambda c: shares_pass(c, number))
        except StorageError as failure:
            self.stop(str(failure))
            return False

    def _verdict(self, reason: str, *, shared: bool) -> tuple[int, list[str]]:
        failures = list(self.reasons)
        outcomes = self.ledger.outcomes
        if reason not in GOOD_ENDINGS:
            failures.append(f"the crawl ended early: {reason}")
        if self.dead_letters:
            failures.append(f"{self.dead_letters} dead letters, see `scrapy replay --dead`")
        failures += self.ledger.gaps(self.archive.written + len(self.replayed))
        # What is left is due next time; or other runs have done, or are doing, their part.
        cut_short = reason == QUIET_HOURS or shared
        read = any(outcomes[name] for name in OUTCOMES if name not in ("failed", "gone"))
        tried = any(outcomes.values()) or self.crawler.stats.get_value("fetch/refused")
        # Known pages may be read again all the same, and hide it.
        unread = self.starts["unread"] and not self.starts["read"] and not shared
        if unread or (not read and (tried or not cut_short)):
            failures.append("no start URL could be read")
        if failures:
            return 1, failures
        expect: Expect = getattr(self.crawler.spider, "expect", Expect())
        read_again = outcomes["unchanged"] - self.unchanged_lists
        articles = outcomes["stored"] + outcomes["reprint"] + read_again + len(self.known)
        below = expect.shortfalls(articles, outcomes["failed"], sum(outcomes.values()))
        return (3, below) if below and not cut_short else (0, [])


def _asked(spider: Any) -> str:
    """Say what a run does beside reading what is due."""
    if hasattr(spider, "replay"):
        return REPLAY
    since = getattr(spider, "since", None)
    return "full" if getattr(spider, "full", False) else f"since={since}" if since else ""


def pointer_of(response: Response | Failure | None) -> str:
    """Give the archive pointer of a response, or an empty string."""
    if not isinstance(response, Response) or response.request is None:
        return ""
    return str(response.request.meta.get("archive", ""))


def failed_stage(traceback: TracebackType | None) -> str:
    """Name the pipeline in whose `process_item` an error arose."""
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == "process_item" and "self" in frame.f_locals:
            stage = type(frame.f_locals["self"])
            parts = stage.__module__.split(".")
            return parts[1] if parts[0] == "pipelines" else stage.__qualname__
        traceback = traceback.tb_next
    return "pipelines"


def describe(error: BaseException | None) -> str:
    """Name an error in one line."""
    return f"{type(error).__name__}: {error}"
