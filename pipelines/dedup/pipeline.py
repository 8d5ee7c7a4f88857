"""Finds the copies of an article."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler

from crawler.items import Article
from crawler.run import Run
from pipelines.adapt import put
from pipelines.dedup import Match, ReprintIndex, canonical_url, fingerprint


class DedupPipeline:
    """Fingerprints the clean text and notes the copy that the index knows."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = Run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DedupPipeline:
        """Share the run's workers."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """See that there is a sound index, before the workers open it."""
        await asyncio.to_thread(self.run.ensure_index)

    async def process_item(self, item: Any) -> Any:
        """Set `fingerprint`, and `reprint_of` where a copy is known; the store elects the best."""
        adapter = ItemAdapter(item)
        text, url = adapter.get("text"), adapter.get("url")
        shared = isinstance(item, Article) and item.fingerprint  # in an earlier stage's trip
        if not text or not url or shared:
            return item
        key = adapter.get("canonical_url") or canonical_url(url)
        digest, match = await self.run.workers.run(
            add_to_index, self.run.index_path, key, text, adapter.get("published_at")
        )
        put(item, "canonical_url", key)
        put(item, "fingerprint", digest)
        if match is not None:
            put(item, "reprint_of", match.key)
        return item


def add_to_index(
    path: Path, key: str, text: str, published: str | None
) -> tuple[str, Match | None]:
    """Add a text in a worker, where its signature and the verification of copies cost no crawl."""
    found = fingerprint(text)
    return found.digest, _opened(path).add_fingerprint(key, found, published=published)


@cache
def _opened(path: Path) -> ReprintIndex:
    return ReprintIndex(path)
