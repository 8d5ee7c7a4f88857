"""What the store says of a document before it is read again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, select

from crawler.compare import ACCEPTED, QUARANTINED, UNKNOWN
from crawler.state.db import articles, quarantine


@dataclass(frozen=True, slots=True)
class Former:
    """`fate` is accepted, quarantined or not known; `row` the article, empty without one.

    `superseded`: the store has an article of a later response of this URL.
    """

    fate: str = UNKNOWN
    row: dict[str, Any] = field(default_factory=dict)
    superseded: bool = False


def former(engine: Engine, key: str, url: str, pointer: str, fetched_at: str) -> Former:
    """Look up what an earlier run made of a response; `key` is the canonical URL.

    The article that was made of this very response is preferred to the current one.
    """
    with engine.connect().execution_options(reading=True) as connection:
        refused = connection.scalars(
            select(quarantine.c.archive).where(quarantine.c.url == url)
        ).all()
        rows = connection.execute(
            select(articles)
            .where(
                articles.c.canonical_url == key,
                articles.c.is_current | (articles.c.archive == pointer),
            )
            .order_by(articles.c.version)
        ).all()
    found = [dict(row._mapping) for row in rows]
    current = next((row for row in found if row["is_current"]), None)
    same = next((row for row in found if row["archive"] == pointer), None)
    later = current is not None and same is not current and _later(current, fetched_at)
    if same is None and (pointer in refused or (refused and current is None)):
        return Former(QUARANTINED, superseded=later)
    row = same or current
    return Former(ACCEPTED, row, later) if row else Former()


def _later(row: dict[str, Any], fetched_at: str) -> bool:
    return str(row["fetched_at"] or "")[:19] > fetched_at[:19]
