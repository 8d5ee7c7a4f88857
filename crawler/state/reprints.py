"""The reprint index of a store: made from its articles where it is lost, older or damaged."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, select

from crawler.state.db import articles
from pipelines.dedup import IndexFileError, ReprintIndex
from pipelines.dedup.heal import as_fetched, damages_of
from pipelines.dedup.rebuild import rebuild

logger = logging.getLogger(__name__)


def ensure_index(path: Path, engine: Engine) -> None:
    """See that there is an index that can be opened; the store has the last word on its texts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".opening").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of crawls that start at once, one rebuilds
        reason = _problem(path)
        if reason:
            count = rebuild(path, _stored(engine))
            if count:
                logger.warning("reprint index made anew from %d articles: %s", count, reason)


def _problem(path: Path) -> str:
    if not path.exists():
        return f"{path} was not there"
    try:
        ReprintIndex(path).close()
    except IndexFileError as error:
        return str(error)
    return ""


def _stored(engine: Engine) -> Iterator[tuple[str, str, str | None]]:
    columns = articles.c.canonical_url, articles.c.text, articles.c.published_at, articles.c.damages
    wanted = select(*columns).where(articles.c.is_current).order_by(articles.c.id)
    with engine.connect().execution_options(reading=True, yield_per=500) as connection:
        for row in connection.execute(wanted):
            # What a copy lent a text is no evidence that the two are copies.
            text = as_fetched(row.text, damages_of(row.damages or ()))
            yield row.canonical_url, text, row.published_at
