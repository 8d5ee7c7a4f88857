"""Visits what the environment's HOSTILE names, and writes down how long each visit took."""

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.items import Page
from crawler.sites.feed import FeedSpider
from crawler.sites.listing import ListingSpider
from crawler.sites.sitemap import SitemapSpider

TICK = 0.05  # seconds


class HostileSpider(ListingSpider):
    """Reads each URL as a list, a feed or a sitemap, by its path; every site is its own."""

    name = "hostile"
    title = "敌意"
    family = "portal"
    max_pages = 100

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = json.loads(os.environ["HOSTILE"])
        self._answered: list[float] = []
        self._stall = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "HostileSpider":
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.ended, signals.request_left_downloader)
        crawler.signals.connect(spider.written, signals.spider_closed)
        return spider

    def default_seeds(self) -> list[str]:
        return []

    async def start(self) -> AsyncIterator[Any]:
        self.watch = asyncio.ensure_future(self.tick())
        for url in self.plan["urls"]:
            named = re.search(r"/(feed|sitemap)", url)
            callback = getattr(self, named[1]) if named else self.parse
            try:
                yield self.request(url, callback)
            except ValueError:  # names no address that a request could have
                self.crawler.stats.inc_value("hostile/no_request")

    # Both ask a spider for no more than SourceSpider has; each source is one kind of them only.
    async def feed(self, response: Response) -> AsyncIterator[Request | Page]:
        async for output in FeedSpider.parse(self, response):  # type: ignore[arg-type]
            yield output

    async def sitemap(self, response: Response) -> AsyncIterator[Request | Page]:
        async for output in SitemapSpider.parse(self, response):  # type: ignore[arg-type]
            yield output

    async def tick(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            self._stall = max(self._stall, time.monotonic() - before - TICK)

    def ended(self, request: Request) -> None:
        if request.url.startswith(self.plan["good"]):
            self._answered.append(time.monotonic())

    def written(self) -> None:
        self.watch.cancel()
        stats = {k: v for k, v in self.crawler.stats.get_stats().items() if isinstance(v, int)}
        report = {"good": self._answered, "stall": self._stall, "stats": stats}
        Path(self.plan["report"]).write_text(json.dumps(report))
