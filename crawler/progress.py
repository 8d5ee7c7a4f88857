"""Shows how a crawl goes: a live line on a terminal, plain lines in a log, a table at the end."""

from __future__ import annotations

import logging
import sys
from functools import cached_property

from rich.console import Console
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall

from crawler.report import Counts, print_table, progress_line
from crawler.run import Run

logger = logging.getLogger(__name__)

LIVE_SECONDS = 0.5
LOG_SECONDS = 60.0


class Progress:
    """The extension that reports on the run."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.live = sys.stderr.isatty() and not crawler.settings["LOG_FILE"]
        self._task = LoopingCall(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        """Build for a crawler and listen to its signals."""
        progress = cls(crawler)
        crawler.signals.connect(progress._opened, signal=signals.spider_opened)
        crawler.signals.connect(progress._closed, signal=signals.spider_closed)
        return progress

    def counts(self) -> Counts:
        """Count what has happened so far."""
        ledger, stats = self.run.ledger, self.crawler.stats
        return {
            "fetched": ledger.archived_count,
            "stored": ledger.outcomes["stored"],
            "repaired": stats.get_value("charset/repaired_items", 0),
            "reprints": ledger.outcomes["reprint"],
            "unchanged": ledger.outcomes["unchanged"],
            "quarantined": ledger.outcomes["quarantined"],
            "gone": ledger.outcomes["gone"],
            "failed": ledger.outcomes["failed"],
        }

    @cached_property
    def run(self) -> Run:
        """The run that is reported on; extensions cannot see one another when they are made."""
        return Run.of(self.crawler)

    def _opened(self, spider: Spider) -> None:
        self._task.start(LIVE_SECONDS if self.live else LOG_SECONDS, now=False)

    def _tick(self) -> None:
        line = progress_line(self.run.source, self.counts())
        if self.live:
            sys.stderr.write(f"\r\x1b[2K{line}")
            sys.stderr.flush()
        else:
            logger.info(line)

    def _closed(self, spider: Spider, reason: str) -> None:
        if self._task.running:
            self._task.stop()
        if self.live:
            sys.stderr.write("\r\x1b[2K")
            print_table([(self.run.source, self.counts(), reason)], Console(stderr=True))
        else:
            logger.info("end (%s) %s", reason, progress_line(self.run.source, self.counts()))
