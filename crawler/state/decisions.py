"""What a person decided about copies: kept, and respected by every later election."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, literal, or_, select

from crawler.state.db import articles, reprint_decisions
from pipelines.dedup import canonical_url
from pipelines.dedup.clusters import Decision, decided
from pipelines.dedup.heal import as_fetched, damages_of
from pipelines.dedup.verdict import verify

Cluster = Callable[[str], list[str]]

_ANY = select(literal(1)).select_from(reprint_decisions).limit(1)


def remember(connection: Connection, a: str, b: str, *, apart: bool, who: str | None) -> None:
    """Keep a decision; a former one on the same two articles gives way."""
    a, b = sorted((a, b))
    table = reprint_decisions
    connection.execute(delete(table).where(table.c.a == a, table.c.b == b))
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    decision = "apart" if apart else "together"
    connection.execute(insert(table).values(a=a, b=b, decision=decision, at=at, who=who))


def with_decisions(connection: Connection, cluster: Cluster) -> Cluster:
    """Give the clusters of the index as persons have corrected them."""

    def respelt(key: str) -> list[str]:
        # An index that is older than a rule about addresses has them as they were.
        return sorted({key, *map(canonical_url, cluster(key))})

    if connection.scalar(_ANY) is None:
        return respelt
    texts: dict[str, str] = {}

    def score(a: str, b: str) -> float:
        for key in {a, b} - texts.keys():
            texts[key] = _text(connection, key)
        verdict = verify(*sorted((texts[a], texts[b]))) if texts[a] and texts[b] else None
        return verdict.score if verdict else 0.0

    def corrected(key: str) -> list[str]:
        groups: list[list[str]] = []
        found: dict[tuple[str, str], Decision] = {}
        waiting = [key]
        while waiting:
            one = waiting.pop()
            if any(one in group for group in groups):
                continue
            groups.append(respelt(one))
            for decision in _decisions(connection, groups[-1]):
                found[decision.a, decision.b] = decision
                waiting += [] if decision.apart else [decision.a, decision.b]
        made = decided(groups, sorted(found.values(), key=lambda d: (d.at, d.a, d.b)), score)
        return next(group for group in made if key in group)

    return corrected


def stored_clusters(connection: Connection) -> Cluster:
    """Give the clusters as the store has them, for where no index is at hand."""

    def cluster(key: str) -> list[str]:
        mine = articles.c.canonical_url, articles.c.reprint_of
        row = connection.execute(
            select(*mine).where(articles.c.canonical_url == key, articles.c.is_current)
        ).first()
        front = (row.reprint_of or key) if row is not None else key
        here = or_(articles.c.canonical_url == front, articles.c.reprint_of == front)
        found = connection.scalars(
            select(articles.c.canonical_url).where(here, articles.c.is_current)
        )
        return sorted({key, *found})

    return cluster


def _decisions(connection: Connection, keys: Collection[str]) -> Sequence[Decision]:
    table = reprint_decisions
    rows = connection.execute(select(table).where(or_(table.c.a.in_(keys), table.c.b.in_(keys))))
    return [Decision(row.a, row.b, row.decision == "apart", row.at) for row in rows]


def _text(connection: Connection, key: str) -> str:
    columns = articles.c.text, articles.c.damages
    row = connection.execute(
        select(*columns).where(articles.c.canonical_url == key, articles.c.is_current)
    ).first()
    return as_fetched(row.text, damages_of(row.damages or ())) if row is not None else ""
