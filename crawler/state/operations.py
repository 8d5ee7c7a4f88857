"""What is written to the database, each operation inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from crawler.items import Rejected
from crawler.state.db import articles, dead_letters, quarantine, runs
from pipelines.dedup import Copy, best

Cluster = Callable[[str], list[str]]

_OWN = {"id", "version", "is_current", "stored_at"}
# Statements without values in them are compiled once: half of what a stored article costs.
_CURRENT = select(articles.c.id, articles.c.version, articles.c.fingerprint).where(
    articles.c.canonical_url == bindparam("key"), articles.c.is_current
)
_INSERT = insert(articles).inline()
_EMPTY = {column.name: None for column in articles.columns if column.name != "id"}
ARTICLE_COLUMNS = frozenset(column.name for column in articles.columns) - _OWN


def now() -> str:
    """Give the time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def store_article(connection: Connection, row: Mapping[str, Any], cluster: Cluster | None) -> str:
    """Store one article and give its outcome: `stored`, `reprint` or `unchanged`.

    A known text refreshes the facts of its row; a new text becomes a new version. The cluster's
    best copy is elected again, and `reprint_of` of all its rows follows, in this transaction.
    """
    key = row["canonical_url"]
    current = connection.execute(_CURRENT, {"key": key}).first()
    known = current is not None and current.fingerprint == row["fingerprint"]
    values = {name: value for name, value in row.items() if name in ARTICLE_COLUMNS}
    if cluster is None:
        values.pop("reprint_of", None)  # without an index nobody can say; what was known stays
    if current is not None and known:
        connection.execute(update(articles).where(articles.c.id == current.id).values(values))
    else:
        if current is not None:
            connection.execute(
                update(articles).where(articles.c.id == current.id).values(is_current=False)
            )
        version = current.version + 1 if current is not None else 1
        own = {"version": version, "is_current": True, "stored_at": now()}
        connection.execute(_INSERT, _EMPTY | values | own)
    keys = cluster(key) if cluster else [key]
    copies = _elect(connection, keys) if len(keys) > 1 else 1
    if known:
        return "unchanged"
    if current is not None and cluster:
        _elect_those_left(connection, key, keys, cluster)
    return "reprint" if copies > 1 else "stored"


def _elect_those_left(connection: Connection, key: str, keys: list[str], cluster: Cluster) -> None:
    """Elect anew among the copies of a former text, which its new one is no longer like."""
    followers = connection.scalars(
        select(articles.c.canonical_url).where(articles.c.reprint_of == key, articles.c.is_current)
    ).all()
    for follower in set(followers) - set(keys):
        _elect(connection, cluster(follower))


def _elect(connection: Connection, keys: list[str]) -> int:
    """Elect the best copy of a cluster; gives how many copies are stored."""
    rows = connection.execute(
        select(
            articles.c.canonical_url,
            articles.c.damages,
            articles.c.text,
            articles.c.published_at,
            articles.c.reprint_of,
        ).where(articles.c.canonical_url.in_(keys), articles.c.is_current)
    ).all()
    leader = best(
        [Copy(r.canonical_url, len(r.damages or ()), len(r.text), r.published_at) for r in rows]
    )
    for row in rows:
        wanted = None if row.canonical_url == leader else leader
        if row.reprint_of != wanted:
            connection.execute(
                update(articles)
                .where(articles.c.canonical_url == row.canonical_url, articles.c.is_current)
                .values(reprint_of=wanted)
            )
    return len(rows)


def add_quarantine(
    connection: Connection, rejected: Rejected, source: str, run: int | None
) -> None:
    """Keep a rejected document with its reason; the same one again takes the former's place."""
    values = {
        "at": now(),
        "run": run,
        "source": source,
        "kind": rejected.kind,
        "title": rejected.title,
        "text": rejected.text,
        "archive": rejected.archive,
        "dropped": [asdict(line) for line in rejected.dropped],
    }
    same = (quarantine.c.url == rejected.url) & (quarantine.c.reason == rejected.reason)
    if not connection.execute(update(quarantine).where(same).values(values)).rowcount:
        connection.execute(
            insert(quarantine).values(values | {"url": rejected.url, "reason": rejected.reason})
        )


def add_dead_letter(connection: Connection, letter: Mapping[str, Any]) -> None:
    """Keep a failure: run, source, url, stage, error, archive; the same one again is one letter."""
    values = dict(letter) | {"at": now()}
    if letter["archive"]:
        same = (
            (dead_letters.c.archive == letter["archive"])
            & (dead_letters.c.stage == letter["stage"])
            & dead_letters.c.replayed_at.is_(None)
        )
        if connection.execute(update(dead_letters).where(same).values(values)).rowcount:
            return
    connection.execute(insert(dead_letters).values(values))


def settle_dead_letters(connection: Connection, pointers: Collection[str]) -> None:
    """Mark the letters of these archived responses as replayed."""
    chosen = dead_letters.c.archive.in_(pointers) & dead_letters.c.replayed_at.is_(None)
    connection.execute(update(dead_letters).where(chosen).values(replayed_at=now()))


def end_run(connection: Connection, run: int, values: Mapping[str, Any]) -> None:
    """Close a run record with status, exit_code, reasons, outcomes."""
    connection.execute(
        update(runs).where(runs.c.id == run).values(dict(values) | {"ended_at": now()})
    )
