"""Repairs the text of items."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from crawler.items import Article, Damage, Page
from crawler.run import Run
from pipelines.adapt import put
from pipelines.boilerplate.pipeline import BoilerplatePipeline
from pipelines.chain import mend, to_article
from pipelines.charset import Repaired, repair

TEXT_FIELDS = ("content", "html", "text", "title")


class CharsetPipeline:
    """Undoes damage in every text field of an item and counts it by kind."""

    def __init__(self, crawler: Crawler) -> None:
        self.workers = Run.of(crawler).workers
        self.stats = crawler.stats
        self.share_trip = _boilerplate_follows(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CharsetPipeline:
        """Share the run's workers."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Repair the item in place."""
        if isinstance(item, Page) and self.share_trip:
            # One trip for both stages: the page crosses to the worker once, a tenth of the
            # crawler's CPU a page, and its repaired text need not come back.
            item.damages, item.article = await self.workers.run(mend_and_extract, item)
            self._count(item.damages)
            return item
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
        if damages:
            put(item, "damages", damages)
            self._count(damages)
        return item

    def _count(self, damages: tuple[Damage, ...]) -> None:
        for damage in damages:
            self.stats.inc_value(f"charset/repaired/{damage.kind}")
        if damages:
            self.stats.inc_value("charset/repaired_items")


def _boilerplate_follows(crawler: Crawler) -> bool:
    stages = build_component_list(crawler.settings.getwithbase("ITEM_PIPELINES"))
    classes = [load_object(stage) for stage in stages]
    return (CharsetPipeline, BoilerplatePipeline) in pairwise(classes)


def mend_and_extract(page: Page) -> tuple[tuple[Damage, ...], Article]:
    """Repair a page and find its article."""
    mended = mend(page)
    return mended.damages, to_article(mended)


def repair_if_damaged(text: str) -> Repaired | None:
    """Repair a text; None says that it is sound, which is cheaper to send back than the text."""
    repaired = repair(text)
    return None if repaired.text is text else repaired
