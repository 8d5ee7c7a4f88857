"""Stores articles; returns when they are committed."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

from scrapy.crawler import Crawler

from crawler.items import Article
from crawler.run import Run
from crawler.source import rank_of
from crawler.state.election import store_article
from crawler.state.operations import storable
from pipelines.adapt import as_article
from pipelines.dedup import canonical_url, digest


class StorePipeline:
    """Hands each article to the run's writer."""

    def __init__(self, crawler: Crawler) -> None:
        self.run = Run.of(crawler)
        self.rank = rank_of(crawler.spidercls)
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        """Share the run's writer."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Store the item as an article; what it lacks of one is worked out."""
        article = as_article(item)
        row = row_of(article) | {"source": article.source or self.run.source, "rank": self.rank}
        cluster = self.run.index.cluster if self.run.index_path.exists() else None
        stored = await self.run.writer.write(lambda c: store_article(c, row, cluster))
        if stored.healed and self.stats is not None:
            self.stats.inc_value("reprints/healed", stored.healed)
        self.run.note(item, stored.outcome)
        return item


def row_of(article: Article) -> dict[str, Any]:
    """Make the database row of an article; tuples and nested records become JSON's own types."""
    row = {name: storable(_plain(value)) for name, value in _fields(article).items()}
    row["canonical_url"] = row["canonical_url"] or canonical_url(article.url)
    row["fingerprint"] = row["fingerprint"] or digest(article.text)
    return row


def _fields(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in article.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [asdict(v) if is_dataclass(v) and not isinstance(v, type) else v for v in value]
    return value
