"""Feeds whose failures are the run's: Scrapy's own exporter only writes them into the log."""

from __future__ import annotations

import asyncio
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.extensions.feedexport import FeedExporter

from crawler.run import Run


class HonestFeedExporter(FeedExporter):
    """Scrapy's exporter; a feed that cannot be opened, written or stored fails the run."""

    def __init__(self, crawler: Crawler) -> None:
        self.closed = asyncio.Event()
        self.unusable = False
        try:
            super().__init__(crawler)
        except NotConfigured:  # where there are feeds: one's storage or format is not to be had
            if not (crawler.settings["FEEDS"] or crawler.settings["FEED_URI"]):
                raise
            self.unusable = True

    def open_spider(self, spider: Spider) -> None:
        """Open the feeds."""
        try:
            if self.unusable:
                self.feeds = {}
                raise ValueError("none is written, for a storage or format that is not to be had")
            super().open_spider(spider)
        except Exception as error:
            self._failed(error)
            raise

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Write an item."""
        try:
            super().item_scraped(item, spider)
        except Exception as error:
            self._failed(error)
            raise

    async def close_spider(self, spider: Spider) -> None:
        """Store the feeds, and see whether all were."""
        try:
            await super().close_spider(spider)
        except Exception as error:
            self._failed(error)
            raise
        finally:
            for name, count in self.crawler.stats.get_stats().items():
                if name.startswith("feedexport/failed_count/") and count:
                    self._failed(RuntimeError(f"{count} files were not stored"))
            self.closed.set()

    def _failed(self, error: Exception) -> None:
        reasons = Run.of(self.crawler).reasons
        said = f"a feed failed: {type(error).__name__}: {error}"
        if said not in reasons:
            reasons.append(said)
