"""Lets the items of a replay through, and holds each against what the store has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from itemadapter import ItemAdapter, is_item
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from sqlalchemy import Engine

from crawler.compare import ACCEPTED, FAILED, QUARANTINED, Changes
from crawler.items import Page
from crawler.run import pointer_of
from crawler.state.former import Former, former
from pipelines.adapt import as_article
from pipelines.dedup import canonical_url
from pipelines.store import row_of


@dataclass(frozen=True, slots=True)
class Comparison:
    """The store that a replay is held against, and what was found so far."""

    engine: Engine
    changes: Changes


class ReplayedItems:
    """A spider middleware: no requests leave, and an item that is older than the store's neither.

    The spider's `comparison` takes what changed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._before: dict[tuple[str, str], Former] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReplayedItems:
        """Build for a crawler and listen to how its items end."""
        found = cls(crawler)
        crawler.signals.connect(found._scraped, signal=signals.item_scraped)
        crawler.signals.connect(found._dropped, signal=signals.item_dropped)
        crawler.signals.connect(found._failed, signal=signals.item_error)
        return found

    @property
    def comparison(self) -> Comparison:
        """What the command handed to the spider."""
        found: Comparison = self.crawler.spider.comparison  # type: ignore[union-attr]
        return found

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Let items through, with the moment at which their response was fetched."""
        fetched_at = response.meta["replayed_at"]
        async for output in result:
            if isinstance(output, Request):
                continue
            pointer = pointer_of(response)
            if isinstance(output, Page):
                output.fetched_at = fetched_at
                pointer = output.archive or pointer
            if url := _url(output):
                key = canonical_url(url)
                engine = self.comparison.engine
                found = await asyncio.to_thread(former, engine, key, url, pointer, fetched_at)
                if found.superseded:
                    self.comparison.changes.superseded += 1
                    continue
                self._before[pointer_of(response), key] = found
            yield output

    def _scraped(self, item: Any, response: Response | None) -> None:
        article = as_article(item)
        before = self._ended(item, response, ACCEPTED)
        if before is not None and before.row:
            self.comparison.changes.compare(article.url, before.row, row_of(article))

    def _dropped(self, item: Any, response: Response | None) -> None:
        self._ended(item, response, QUARANTINED)

    def _failed(self, item: Any, response: Response | None) -> None:
        self._ended(item, response, FAILED)

    def _ended(self, item: Any, response: Response | None, fate: str) -> Former | None:
        key = pointer_of(response), canonical_url(_url(item))
        before = self._before.pop(key, None)
        if before is not None:
            self.comparison.changes.add(before.fate, fate)
        return before


def _url(item: Any) -> str:
    return str(ItemAdapter(item).get("url") or "") if is_item(item) else ""
