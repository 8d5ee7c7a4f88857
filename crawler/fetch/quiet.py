"""Quiet hours: when a source's site is not to be crawled."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.utils.asyncio import CallLaterResult, call_later
from scrapy.utils.defer import deferred_from_coro

from crawler.fetch.politeness import Politeness
from crawler.source import Quiet, read_quiet

logger = logging.getLogger(__name__)

QUIET_HOURS = "quiet_hours"  # the reason a run ends with
ZONE = ZoneInfo("Asia/Shanghai")
LONGEST_NAP = 60.0  # the clock is read again: a timer does not know that the machine slept


class QuietHours:
    """Ends the run of a source when its quiet hours begin, or at once within them.

    What was asked for comes in; nothing more is sent, and what is left is due next time.
    """

    def __init__(self, crawler: Crawler) -> None:
        declared: Quiet | None = getattr(crawler.spidercls, "quiet", None)
        if declared is None:
            raise NotConfigured
        self.crawler = crawler
        self.begin, self.end = read_quiet(declared)
        self._nap: CallLaterResult | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for a crawler; raises NotConfigured where the source has no quiet hours."""
        made = cls(crawler)
        crawler.signals.connect(made._opened, signal=signals.spider_opened)
        crawler.signals.connect(made._closed, signal=signals.spider_closed)
        return made

    def seconds_left(self, now: datetime) -> float:
        """Tell how many seconds may still be crawled; 0 within the quiet hours."""
        minute = now.hour * 60 + now.minute
        within = (minute - self.begin) % (24 * 60) < (self.end - self.begin) % (24 * 60)
        return 0.0 if within else (self.begin - minute) % (24 * 60) * 60.0 - now.second

    def _opened(self) -> None:
        if self.seconds_left(datetime.now(ZONE)) <= 0:
            logger.info("these are the source's quiet hours: nothing is fetched")
            raise CloseSpider(QUIET_HOURS)
        self._watch()

    def _watch(self) -> None:
        left = self.seconds_left(datetime.now(ZONE))
        if left > 0:
            self._nap = call_later(min(left, LONGEST_NAP), self._watch)
            return
        self._nap = None
        logger.info("the source's quiet hours begin: the run ends")
        closing = deferred_from_coro(self.crawler.engine.close_spider_async(reason=QUIET_HOURS))
        closing.addErrback(lambda failure: logger.error("cannot end the run: %s", failure.value))
        Politeness.of(self.crawler).empty_all()

    def _closed(self, *_: Any) -> None:
        if self._nap is not None:
            self._nap.cancel()
