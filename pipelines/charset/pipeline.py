"""Repairs the text of items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from crawler.items import Article, Damage, Page
from crawler.run import Run
from pipelines.adapt import put
from pipelines.boilerplate.pipeline import BoilerplatePipeline, extract_and_keep
from pipelines.chain import mend
from pipelines.charset import Repaired, repair
from pipelines.dedup.pipeline import DedupPipeline, add_to_index
from pipelines.quality import check
from pipelines.quality.pipeline import QualityPipeline

if TYPE_CHECKING:
    from pipelines.boilerplate import Template
    from pipelines.boilerplate.memory import Kept

TEXT_FIELDS = ("content", "html", "text", "title")


class CharsetPipeline:
    """Undoes damage in every text field of an item and counts it by kind."""

    def __init__(self, crawler: Crawler) -> None:
        run = Run.of(crawler)
        self.workers = run.workers
        self.templates = run.templates
        self.stats = crawler.stats
        following = _following(crawler)
        self.share_trip = following[:1] == [BoilerplatePipeline]
        whole = following[:3] == [BoilerplatePipeline, QualityPipeline, DedupPipeline]
        self.index_path = run.index_path if whole else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CharsetPipeline:
        """Share the run's workers."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Repair the item in place."""
        if isinstance(item, Page) and self.share_trip:
            # One trip for the stages that follow as the add-on orders them: each trip costs a
            # tenth of the crawler's CPU a page, and the repaired text need not come back.
            template = self.templates.of(item.url)
            item.damages, article, kept = await self.workers.run(
                mend_and_extract, item, template, self.index_path
            )
            self.templates.learn(kept)
            item.article = article
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


def _following(crawler: Crawler) -> list[type]:
    """Give the stages behind this one, in order."""
    stages = build_component_list(crawler.settings.getwithbase("ITEM_PIPELINES"))
    classes = [load_object(stage) for stage in stages]
    return classes[classes.index(CharsetPipeline) + 1 :] if CharsetPipeline in classes else []


def mend_and_extract(
    page: Page, template: Template | None, index_path: Path | None
) -> tuple[tuple[Damage, ...], Article, Kept | None]:
    """Repair a page and find its article; with an index, its copies too where it is one."""
    mended = mend(page)
    article, kept = extract_and_keep(mended, template)
    if index_path is not None and check(article) is None:
        article.fingerprint, match = add_to_index(
            index_path, article.canonical_url, article.text, article.published_at
        )
        article.reprint_of = match.key if match else None
    return mended.damages, article, kept


def repair_if_damaged(text: str) -> Repaired | None:
    """Repair a text; None says that it is sound, which is cheaper to send back than the text."""
    repaired = repair(text)
    return repaired if repaired.damages else None
