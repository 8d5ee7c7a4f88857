"""Finds the copies of an article."""

from __future__ import annotations

from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler

from crawler.run import Run
from pipelines.adapt import put
from pipelines.dedup import canonical_url, fingerprint


class DedupPipeline:
    """Fingerprints the clean text and notes the copy that the index knows."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = Run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DedupPipeline:
        """Share the run's index and workers."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Set `fingerprint`, and `reprint_of` where a copy is known; the store elects the best."""
        adapter = ItemAdapter(item)
        text, url = adapter.get("text"), adapter.get("url")
        if not text or not url:
            return item
        key = adapter.get("canonical_url") or canonical_url(url)
        print_ = await self.run.workers.run(fingerprint, text)
        published = adapter.get("published_at")
        match = await self.run.in_index_thread(self._add, key, print_, published)
        put(item, "canonical_url", key)
        put(item, "fingerprint", print_.digest)
        if match is not None:
            put(item, "reprint_of", match.key)
            self.run.crawler.stats.inc_value(f"dedup/{match.relation}")
        return item

    def _add(self, key: str, print_: Any, published: str | None) -> Any:
        return self.run.index.add_fingerprint(key, print_, published=published)
