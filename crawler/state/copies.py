"""The copies of one story as the store has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from crawler.state.db import articles
from pipelines.dedup import canonical_url

_SHOWN = (
    *(articles.c.canonical_url, articles.c.url, articles.c.source, articles.c.title),
    *(articles.c.text, articles.c.published_at, articles.c.publisher, articles.c.damages),
    *(articles.c.reprint_of, articles.c.rank),
)


def key_of(connection: Connection, address: str) -> str | None:
    """Give the key of a stored article by any spelling of its address; None for an unknown one."""
    known = articles.c.canonical_url.in_({address, canonical_url(address)})
    key: str | None = connection.scalar(
        select(articles.c.canonical_url).where(
            or_(known, articles.c.url == address), articles.c.is_current
        )
    )
    return key


def copies_of(connection: Connection, key: str) -> Sequence[Any]:
    """Give the current rows of a cluster, the best copy first; none for an unknown address."""
    known = key_of(connection, key)
    if known is None:
        return []
    here = articles.c.canonical_url == known
    front = connection.scalar(select(articles.c.reprint_of).where(here, articles.c.is_current))
    front = front or known
    return connection.execute(
        select(*_SHOWN)
        .where(
            or_(articles.c.canonical_url == front, articles.c.reprint_of == front),
            articles.c.is_current,
        )
        .order_by(articles.c.reprint_of.is_not(None), articles.c.published_at)
    ).all()


def stories_of(connection: Connection, source: str) -> Sequence[Any]:
    """Give address, title and count of copies of the stories that a source has a copy of."""
    front = func.coalesce(articles.c.reprint_of, articles.c.canonical_url)
    mine = select(front).where(articles.c.source == source, articles.c.is_current)
    counted = (
        select(front.label("front"), func.count().label("copies"))
        .where(articles.c.is_current, front.in_(mine))
        .group_by(front)
        .having(func.count() > 1)
        .subquery()
    )
    return connection.execute(
        select(articles.c.url, articles.c.title, counted.c.copies)
        .join(counted, articles.c.canonical_url == counted.c.front)
        .where(articles.c.is_current)
        .order_by(counted.c.copies.desc(), articles.c.canonical_url)
    ).all()
