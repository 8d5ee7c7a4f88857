"""Repairs the text of items."""

from __future__ import annotations

from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler

from crawler.run import Run
from pipelines.adapt import put
from pipelines.charset import Repaired, repair

TEXT_FIELDS = ("content", "html", "text", "title")


class CharsetPipeline:
    """Undoes damage in every text field of an item and counts it by kind."""

    def __init__(self, crawler: Crawler) -> None:
        self.workers = Run.of(crawler).workers
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CharsetPipeline:
        """Share the run's workers."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Repair the item in place."""
        adapter = ItemAdapter(item)
        damages = tuple(adapter.get("damages") or ())
        for name in TEXT_FIELDS:
            text = adapter.get(name)
            if not isinstance(text, str) or not text:
                continue
            repaired = await self.workers.run(repair_if_damaged, text)
            if repaired is not None:
                adapter[name] = repaired.text
                damages += repaired.damages
                for damage in repaired.damages:
                    self.stats.inc_value(f"charset/repaired/{damage.kind}")
                self.stats.inc_value("charset/repaired_items")
        if damages:
            put(item, "damages", damages)
        return item


def repair_if_damaged(text: str) -> Repaired | None:
    """Repair a text; None says that it is sound, which is cheaper to send back than the text."""
    repaired = repair(text)
    return None if repaired.text is text else repaired
