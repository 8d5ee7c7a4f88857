"""Turns pages into articles."""

from __future__ import annotations

from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler

from crawler.items import ARTICLE_FIELDS, Article, Page
from crawler.run import Run
from pipelines.adapt import put
from pipelines.boilerplate.memory import Kept, keep
from pipelines.boilerplate.template import Template
from pipelines.chain import observed


class BoilerplatePipeline:
    """Finds the article in a Page, or in the `html` of another item, which keeps its own facts."""

    def __init__(self, crawler: Crawler) -> None:
        run = Run.of(crawler)
        self.workers = run.workers
        self.templates = run.templates
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BoilerplatePipeline:
        """Share the run's workers."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Give the Article of a Page; fill the empty fields of another item."""
        page = item if isinstance(item, Page) else _page_of(item)
        if page is None:
            return item
        article = page.article
        if article is None:
            template = self.templates.of(page.url)
            found, kept = await self.workers.run(extract_and_keep, page, template)
            self.templates.learn(kept)
            article = found
        for dropped in article.dropped:
            self.stats.inc_value(f"boilerplate/dropped/{dropped.rule}")
        if isinstance(item, Page):
            return article
        adapter = ItemAdapter(item)
        for name in ARTICLE_FIELDS:
            if not adapter.get(name):
                put(item, name, getattr(article, name))
        return item


def extract_and_keep(page: Page, template: Template | None) -> tuple[Article, Kept | None]:
    """Find the article in a page, and keep what the page shows of its site."""
    article, observation = observed(page, template)
    return article, keep(observation) if observation else None


def _page_of(item: Any) -> Page | None:
    adapter = ItemAdapter(item)
    html = adapter.get("html")
    if not isinstance(html, str) or adapter.get("text"):
        return None
    return Page(url=adapter.get("url") or "", content=html, damages=adapter.get("damages") or ())
