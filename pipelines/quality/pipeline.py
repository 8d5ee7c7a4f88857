"""Lets articles through and sends everything else to the quarantine."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.run import Run
from crawler.state.operations import add_quarantine
from pipelines.adapt import as_article
from pipelines.chain import reject
from pipelines.quality import check


class QualityPipeline:
    """Drops what is no article, once its quarantine row is committed."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = Run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> QualityPipeline:
        """Share the run's writer."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Hand on the item; raises DropItem with the reason."""
        article = as_article(item)
        reason = check(article)
        if reason is None:
            return item
        rejected = reject(article, reason)
        source, number = article.source or self.run.source, self.run.number
        await self.run.writer.write(lambda c: add_quarantine(c, rejected, source, number))
        self.run.crawler.stats.inc_value(f"quarantine/{reason}")
        raise DropItem(reason)
