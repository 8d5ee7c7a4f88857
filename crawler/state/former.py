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
    """Look up what an earlier run made of a response; `key` is the canonical URL."""
    with engine.connect().execution_options(reading=True) as connection:
        refused = connection.scalars(
            select(quarantine.c.archive).where(quarantine.c.url == url)
        ).all()
        found = connection.execute(
            select(articles).where(articles.c.canonical_url == key, articles.c.is_current)
        ).first()
    if found is None:
        return Former(QUARANTINED if refused else UNKNOWN)
    superseded = found.archive != pointer and str(found.fetched_at or "")[:19] > fetched_at[:19]
    if found.archive != pointer and pointer in refused:
        return Former(QUARANTINED, superseded=superseded)
    return Former(ACCEPTED, dict(found._mapping), superseded)
