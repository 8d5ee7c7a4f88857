"""Stores an article among its copies: the best stands in front, a sound one heals the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from crawler.state.db import articles
from crawler.state.decisions import Cluster, remember, with_decisions
from crawler.state.operations import now
from pipelines.dedup.best import SOUND, Copy, best, doubt, standing
from pipelines.dedup.heal import Healing, damages_of, forget, heal
from pipelines.dedup.places import is_open

HELPERS = 5  # sound copies that are asked for what another has lost

_OWN = {"id", "version", "is_current", "stored_at"}
# Statements without values in them are compiled once: half of what a stored article costs.
_CURRENT = select(
    articles.c.id,
    articles.c.version,
    articles.c.fingerprint,
    articles.c.reprint_of,
    articles.c.damages,
).where(articles.c.canonical_url == bindparam("key"), articles.c.is_current)
_INSERT = insert(articles).inline()
_EMPTY = {column.name: None for column in articles.columns if column.name != "id"}
_COPIES = select(
    articles.c.id,
    articles.c.canonical_url,
    articles.c.reprint_of,
    articles.c.damages,
    articles.c.published_at,
    articles.c.rank,
    func.length(articles.c.text).label("length"),
)
ARTICLE_COLUMNS = frozenset(column.name for column in articles.columns) - _OWN


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an article: `stored`, `reprint` or `unchanged`; and how much it healed."""

    outcome: str
    healed: int = 0


def store_article(
    connection: Connection, row: Mapping[str, Any], cluster: Cluster | None
) -> Stored:
    """Store one article; a known text refreshes the facts of its row, a new one is a new version.

    The best copy of its cluster is elected again, `reprint_of` of all its rows follows, and what
    is lost in one is filled from another that is sound, in this transaction.
    """
    key = row["canonical_url"]
    current = connection.execute(_CURRENT, {"key": key}).first()
    known = current is not None and current.fingerprint == row["fingerprint"]
    values = {name: value for name, value in row.items() if name in ARTICLE_COLUMNS}
    values.pop("reprint_of", None)  # the election's; without an index what was known stays
    if current is not None and known:
        if any(isinstance(d, Healing) for d in damages_of(current.damages or ())):
            # The page is damaged as ever, and its row healed.
            del values["text"], values["damages"]
        connection.execute(update(articles).where(articles.c.id == current.id).values(values))
    else:
        if current is not None:
            connection.execute(
                update(articles).where(articles.c.id == current.id).values(is_current=False)
            )
        version = current.version + 1 if current is not None else 1
        own = {"version": version, "is_current": True, "stored_at": now()}
        connection.execute(_INSERT, _EMPTY | values | own)
    copies, healed = 1, 0
    if cluster is not None:
        corrected = with_decisions(connection, cluster)
        former = (current.reprint_of or key) if current is not None else None
        copies, healed = elect(connection, [key], corrected, former=former, is_new=current is None)
    if known:
        return Stored("unchanged", healed)
    return Stored("reprint" if copies > 1 else "stored", healed)


def elect(
    connection: Connection,
    keys: Iterable[str],
    cluster: Cluster,
    *,
    former: str | None = None,
    is_new: bool = False,
) -> tuple[int, int]:
    """Elect the best copy of each key's cluster, and of the clusters that it leaves behind.

    `former` is the front of the cluster that the first key was in; of a new key none can be. Gives
    how many copies the first key's cluster has, and how many places were healed.
    """
    waiting, done = list(keys), set[str]()
    fronts = {former} if former else set()
    copies, healed = 0, 0
    while waiting:
        key = waiting.pop(0)
        if key in done:
            continue
        members = {key, *cluster(key)}
        done |= members
        if is_new and members == {key}:
            return 1, 0  # like no other: most are
        is_new = False  # of the first key only
        rows = _current(connection, members)
        fronts |= {row.reprint_of or row.canonical_url for row in rows}
        _put_in_front(connection, rows)
        healed += _heal_copies(connection, rows, {key})
        copies = copies or len(rows)
        # A cluster hangs together by its longest member. Where that has changed, those that
        # followed the old front may belong to another, or to none.
        waiting += _around(connection, fronts)
        fronts = set()
    return copies, healed


def _current(connection: Connection, keys: Collection[str]) -> Sequence[Any]:
    return connection.execute(
        _COPIES.where(articles.c.canonical_url.in_(keys), articles.c.is_current)
    ).all()


def _around(connection: Connection, fronts: Collection[str]) -> list[str]:
    """Give the keys of these fronts and of all that follow them."""
    found = or_(articles.c.canonical_url.in_(fronts), articles.c.reprint_of.in_(fronts))
    return sorted(
        connection.scalars(select(articles.c.canonical_url).where(found, articles.c.is_current))
    )


def _copy(row: Any) -> Copy:
    damages = damages_of(row.damages or ())
    grown = sum(len(d.after) - len(d.before) for d in damages if isinstance(d, Healing))
    return Copy(
        row.canonical_url, doubt(damages), row.length - grown, row.published_at, row.rank or 0
    )


def _put_in_front(connection: Connection, rows: Sequence[Any]) -> None:
    if not rows:
        return
    leader = best([_copy(row) for row in rows])
    for row in rows:
        wanted = None if row.canonical_url == leader else leader
        if row.reprint_of != wanted:
            _change(connection, row.id, {"reprint_of": wanted})


def _heal_copies(connection: Connection, rows: Sequence[Any], fresh: Collection[str]) -> int:
    """Fill what is open in copies from sound ones; pairs without a fresh key have met before."""
    found = {row.canonical_url: damages_of(row.damages or ()) for row in rows}
    ill = [row for row in rows if is_open(found[row.canonical_url])]
    ranked = sorted(map(_copy, rows), key=standing)
    sound = [copy.key for copy in ranked if copy.doubt < SOUND]
    if not ill or not sound:
        return 0
    healed = 0
    texts = _texts(connection, rows, {*sound[:HELPERS], *fresh} & set(sound))
    for row in ill:
        key = row.canonical_url
        text = before = _texts(connection, [row], {key})[key]
        damages = found[key]
        for helper in sound:
            if helper in texts and (key in fresh or helper in fresh):
                text, damages = heal(text, damages, texts[helper], helper).both
        if text != before:
            healed += len(damages) - len(found[key])
            _keep(connection, row.id, text, damages)
    return healed


def _texts(connection: Connection, rows: Sequence[Any], keys: Collection[str]) -> dict[str, str]:
    wanted = [row.id for row in rows if row.canonical_url in keys]
    columns = articles.c.canonical_url, articles.c.text
    found = connection.execute(select(*columns).where(articles.c.id.in_(wanted)))
    return {row.canonical_url: row.text for row in found}


def _keep(connection: Connection, row: int, text: str, damages: Sequence[Any]) -> None:
    _change(connection, row, {"text": text, "damages": [asdict(damage) for damage in damages]})


def _change(connection: Connection, row: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(articles).where(articles.c.id == row).values(values))


def decide(
    connection: Connection,
    one: str,
    other: str,
    *,
    apart: bool,
    cluster: Cluster,
    who: str | None = None,
) -> None:
    """Keep a person's decision on two articles and correct their clusters by it.

    What copies that are none any more have filled is taken out again.
    """
    before = with_decisions(connection, cluster)
    members = {*before(one), *before(other)}
    remember(connection, one, other, apart=apart, who=who)
    after = with_decisions(connection, cluster)
    elect(connection, sorted(members), after)
    for row in _current(connection, members):
        mine = set(after(row.canonical_url))
        damages = damages_of(row.damages or ())
        if any(isinstance(d, Healing) and d.source in members - mine for d in damages):
            text = _texts(connection, [row], {row.canonical_url})[row.canonical_url]
            rest = forget(text, damages, members - mine)
            _keep(connection, row.id, rest.text, rest.damages)
    for key in sorted(members):
        _heal_copies(connection, _current(connection, after(key)), {key})
