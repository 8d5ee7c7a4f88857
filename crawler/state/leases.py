"""The frontier's statements: each inside the caller's transaction, the same on both databases."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from crawler.state.revisit import DAY

_INSERT = text(
    "INSERT INTO frontier (source, key, host, url, callback, request, priority, depth, status,"
    " next_due, first_seen, attempts) VALUES (:source, :key, :host, :url, :callback, :request,"
    " :priority, :depth, 'due', :now, :now, 0) ON CONFLICT (source, key) DO NOTHING"
)
_AGAIN = (
    "UPDATE frontier SET status = 'due', next_due = :now, callback = :callback,"
    " request = :request, priority = :priority"
    " WHERE source = :source AND key = :key AND status NOT IN ('due', 'leased')"
)
_FORCED = text(_AGAIN)
# A page of the future was fetched before the clock was set back.
_BEFORE = "(fetched_at IS NULL OR fetched_at < :cycle OR fetched_at > :now + :ahead)"
_OLDER = text(f"{_AGAIN} AND {_BEFORE}")
_SEEN_SINCE = text(f"{_AGAIN} AND {_BEFORE} AND first_seen >= :since")
# A list that is linked again is read again, once a cycle; its validators make that cheap.
# So is what was gone or given up: many a site links an article before it is there.
_COMES_BACK = (
    f"{_BEFORE}"
    " AND (outcome = 'listing' OR (status IN ('gone', 'failed') AND first_seen > :now - :window))"
)
_LISTS = text(f"{_AGAIN} AND {_COMES_BACK}")
_DUE_AGAIN = (
    "UPDATE frontier SET status = 'due', next_due = :now"
    " WHERE source = :source AND key IN :keys AND status NOT IN ('due', 'leased')"
)
_LINKED_LISTS = text(f"{_DUE_AGAIN} AND {_COMES_BACK}").bindparams(
    bindparam("keys", expanding=True)
)
_NEWS = text(
    "SELECT count(*) FROM frontier WHERE source = :source AND key IN :keys AND first_seen >= :since"
).bindparams(bindparam("keys", expanding=True))
_ARTICLES = text(
    "SELECT key FROM frontier WHERE source = :source AND key IN :keys"
    " AND status NOT IN ('due', 'leased') AND outcome IN ('stored', 'reprint', 'unchanged')"
    " AND fetched_at < :cycle"
).bindparams(bindparam("keys", expanding=True))

# Who had a host last waits longer for it than the others, so that they have their turn.
_FREE_HOST = (
    "NOT EXISTS (SELECT 1 FROM hosts WHERE hosts.host = frontier.host AND"
    " ((hosts.until > :now AND coalesce(hosts.owner, '') <> :owner)"
    " OR (hosts.owner IS NULL AND hosts.last = :owner AND hosts.until > :now - :turn)"
    " OR (hosts.owner = :owner AND hosts.wanted > hosts.since AND hosts.since < :now - :term)))"
)
_COLUMNS = (
    "id, key, url, host, callback, request, priority, attempts, outcome, revisit, first_seen,"
    " changed_at, fetched_at, etag, last_modified, archived, links IS NOT NULL AS has_links"
)
_DUE = (
    f"SELECT {_COLUMNS} FROM frontier"  # noqa: S608 - names of columns
    " WHERE source = :source AND status = 'due'"
    f" AND {_FREE_HOST} AND host NOT IN :full"
    " ORDER BY priority DESC, id LIMIT :most"
)
_CLAIM_HOST = text(
    "INSERT INTO hosts (host, owner, until, since) VALUES (:host, :owner, :until, :now)"
    " ON CONFLICT (host) DO UPDATE SET until = :until, owner = :owner,"
    " since = CASE WHEN hosts.owner = :owner THEN hosts.since ELSE :now END"
    " WHERE hosts.until <= :now OR hosts.owner = :owner"
)
_YIELD_HOSTS = text(
    "UPDATE hosts SET owner = NULL, last = :owner, until = :rest WHERE owner = :owner"
    " AND wanted > since AND since < :now - :term AND host NOT IN :busy"
).bindparams(bindparam("busy", expanding=True))
_WANT_HOSTS = text(
    "UPDATE hosts SET wanted = :now WHERE until > :now AND owner <> :owner AND host IN"
    " (SELECT DISTINCT host FROM frontier WHERE source = :source AND status = 'due')"
)
_LEASE = text(
    "UPDATE frontier SET status = 'leased', owner = :owner, lease_until = :until WHERE id IN :ids"
).bindparams(bindparam("ids", expanding=True))
_WAKE = text(
    "UPDATE frontier SET status = 'due' WHERE source = :source AND status = 'waiting'"
    " AND (next_due <= :now OR coalesce(fetched_at, first_seen) > :now + :ahead)"
)
_SETTLE = text(
    "UPDATE frontier SET status = :status, next_due = :next_due, attempts = :attempts,"
    " revisit = :revisit, outcome = :outcome, fetched_at = :fetched_at, changed_at = :changed_at,"
    " etag = :etag, last_modified = :last_modified, archived = :archived,"
    " owner = NULL, lease_until = NULL WHERE id = :id AND owner = :owner"
)
_LINKS = text("UPDATE frontier SET links = :links WHERE id = :id AND owner = :owner")
_LINKED = text(
    "SELECT links FROM frontier WHERE source = :source AND key IN :keys AND links IS NOT NULL"
).bindparams(bindparam("keys", expanding=True))
_GIVE_BACK = (
    "UPDATE frontier SET status = 'due', owner = NULL, lease_until = NULL"
    " WHERE status = 'leased' AND source = :source"
)
_RELEASE = text(f"{_GIVE_BACK} AND owner = :owner")
_EXPIRE = text(f"{_GIVE_BACK} AND lease_until < :now")
_LEAVE_HOSTS = text("UPDATE hosts SET owner = NULL, until = :until WHERE owner = :owner")
_FREE_HOSTS = text("DELETE FROM hosts WHERE owner = :owner")
_RESTED_HOSTS = text("DELETE FROM hosts WHERE owner IS NULL AND until > :now + :ahead")
_LEASE_OWNERS = text(
    "SELECT DISTINCT owner FROM frontier WHERE source = :source AND status = 'leased'"
)
_HOST_OWNERS = text("SELECT DISTINCT owner FROM hosts WHERE owner IS NOT NULL")
_ANY_DUE = text("SELECT 1 FROM frontier WHERE source = :source AND status = 'due' LIMIT 1")
_OTHERS = text(
    "SELECT count(*) FROM frontier WHERE source = :source AND status = 'leased' AND owner <> :owner"
)

HOST_REST = 1.0  # seconds between two processes at one host
TERM = 30.0  # seconds after which a host goes to a process that waits for it
AT_ONCE = 10_000  # keys in a statement: SQLite takes 32,766, PostgreSQL 65,535
LOOKS = 4  # into the due rows, each past the hosts that the last one found to have enough
AHEAD = 600.0  # seconds by which clocks may differ; what is later was written by a wrong one
TURN = 5.0  # seconds that who had it waits longer than the others


@dataclass(frozen=True, slots=True)
class Found:
    """What came out of one response: rows to be known, and rows that are to be due again.

    `forced` are due whatever is known of them, `lists` only if the response brought news.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    forced: Sequence[Mapping[str, Any]] = ()
    starts: Sequence[Mapping[str, Any]] = ()
    pages: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over a source: when it began, and what `-a since` and `--full` ask for."""

    source: str
    owner: str
    cycle: float
    since: float | None = None
    full: bool = False
    window: float = 14 * DAY
    """For so many seconds from its first sight a page that is gone or given up may come back."""


def add(connection: Connection, found: Found, over: Pass, now: float) -> set[str]:
    """Put what was found into the frontier; gives the keys of the known articles among its rows."""
    own = {"source": over.source, "now": now, "ahead": AHEAD}
    rows = [row | own for row in map(dict, found.rows)]
    known: set[str] = set()
    if rows:
        connection.execute(_INSERT, rows)
        _again(connection, rows, over)
        known = articles(connection, over, [row["key"] for row in rows])
    for statement, some in ((_FORCED, found.forced), (_OLDER, found.starts)):
        chosen = [row | own | {"cycle": over.cycle} for row in map(dict, some)]
        if chosen:
            connection.execute(_INSERT, chosen)
            connection.execute(statement, chosen)
    if found.pages and _has_news(connection, rows, over):
        pages = [row | own | {"cycle": over.cycle} for row in map(dict, found.pages)]
        connection.execute(_INSERT, pages)
        connection.execute(_OLDER, pages)
    elif found.pages:
        known |= named(connection, over, [row["key"] for row in found.pages])
    return known


def _again(connection: Connection, rows: list[dict[str, Any]], over: Pass) -> None:
    own = {"cycle": over.cycle, "since": over.since, "window": over.window}
    chosen = [row | own for row in rows]
    if over.full:
        connection.execute(_OLDER, chosen)
        return
    if over.since is not None:
        connection.execute(_SEEN_SINCE, chosen)
    connection.execute(_LISTS, chosen)


def _has_news(connection: Connection, rows: list[dict[str, Any]], over: Pass) -> bool:
    """Tell whether a list page shows anything first seen in this pass, or since the date asked."""
    if over.full:
        return True
    since = over.cycle if over.since is None else min(over.cycle, over.since)
    own = {"source": over.source, "since": since}
    keys = [row["key"] for row in rows]
    return any(connection.scalar(_NEWS, own | {"keys": each}) for each in _portions(keys))


def _portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Part keys into as many as a statement takes: a sitemap names 50,000."""
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def lease(
    connection: Connection,
    over: Pass,
    *,
    most: int,
    held: Mapping[str, int],
    share: int,
    until: float,
) -> list[dict[str, Any]]:
    """Lease at most so many due rows, of hosts that no other process is at, in order.

    `held` are the leases that this process has of each host, `share` is the most it may have:
    else one slow host would take all, and the others wait for it.
    """
    now = time.time()
    mine = {"source": over.source, "owner": over.owner, "now": now, "until": until}
    terms = {"term": TERM, "turn": TURN}
    # An IN wants a member: no host is a space.
    yielded = mine | terms | {"busy": [*held, " "], "rest": now + HOST_REST}
    connection.execute(_YIELD_HOSTS, yielded)
    rows = _due_rows(connection, mine | terms, most, Counter(held), share)
    claimed = {
        host: connection.execute(_CLAIM_HOST, mine | {"host": host}).rowcount == 1
        for host in sorted({row["host"] for row in rows})
    }
    chosen = [row for row in rows if claimed[row["host"]]]
    if chosen:
        connection.execute(_LEASE, mine | {"ids": [row["id"] for row in chosen]})
    return chosen


def _due_rows(
    connection: Connection, terms: Mapping[str, Any], most: int, held: Counter[str], share: int
) -> list[dict[str, Any]]:
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    chosen: dict[int, dict[str, Any]] = {}
    full = {host for host, count in held.items() if count >= share}
    for _ in range(LOOKS):
        before = len(full)
        rows = connection.execute(_due(lock), {**terms, "full": [*full, " "], "most": most})
        for row in rows.mappings():
            if held[row["host"]] >= share:
                full.add(row["host"])
            elif row["id"] not in chosen and len(chosen) < most:
                chosen[row["id"]] = dict(row)
                held[row["host"]] += 1
        if len(full) == before or len(chosen) == most:
            break
    return list(chosen.values())


def _due(lock: str) -> TextClause:
    if lock not in _due_statements:
        statement = text(_DUE + lock).bindparams(bindparam("full", expanding=True))
        _due_statements[lock] = statement
    return _due_statements[lock]


_due_statements: dict[str, TextClause] = {}


def wake(connection: Connection, source: str, now: float) -> None:
    """Make due what has waited long enough."""
    connection.execute(_WAKE, {"source": source, "now": now, "ahead": AHEAD})


def articles(connection: Connection, over: Pass, keys: Sequence[str]) -> set[str]:
    """Give the keys of those rows that are articles which this pass does not read again."""
    own = {"source": over.source, "cycle": over.cycle}
    some = (connection.scalars(_ARTICLES, own | {"keys": each}) for each in _portions(keys))
    return {key for found in some for key in found}


def relink(connection: Connection, over: Pass, lists: Sequence[str], now: float) -> None:
    """Do for what unchanged lists link as if they were read: a list behind one may have changed."""
    own = {"source": over.source, "cycle": over.cycle, "window": over.window}
    own |= {"now": now, "ahead": AHEAD}
    keys = [key for each in _linked(connection, over, lists) for key in each["rows"]]
    for some in _portions(keys):
        connection.execute(_LINKED_LISTS, own | {"keys": some})


def _linked(connection: Connection, over: Pass, lists: Sequence[str]) -> list[dict[str, Any]]:
    own = {"source": over.source, "keys": lists}
    return [json.loads(row) for row in connection.scalars(_LINKED, own)] if lists else []


def named(connection: Connection, over: Pass, lists: Sequence[str]) -> set[str]:
    """Give the same for what lists, and the pages behind them, linked when they were last read."""
    seen: set[str] = set()
    keys: list[str] = []
    while lists := [key for key in lists if key not in seen]:
        seen.update(lists)
        linked = _linked(connection, over, lists)
        keys += [key for each in linked for key in each["rows"]]
        lists = [key for each in linked for key in each["pages"]]
    return articles(connection, over, keys) if keys else set()


def keep_links(connection: Connection, linked: Sequence[Mapping[str, Any]]) -> None:
    """Keep what lists link, before their leases are closed."""
    if linked:
        connection.execute(_LINKS, [dict(row) for row in linked])


def close(connection: Connection, settled: Sequence[Mapping[str, Any]]) -> None:
    """Close leases; one that was taken over by another process stays that process's."""
    if settled:
        connection.execute(_SETTLE, [dict(row) for row in settled])


def take_over(
    connection: Connection, source: str, is_dead: Callable[[str], bool], now: float
) -> int:
    """Make the leases due of processes that have ended or let them expire; gives how many."""
    connection.execute(_RESTED_HOSTS, {"now": now, "ahead": AHEAD})
    count = connection.execute(_EXPIRE, {"source": source, "now": now}).rowcount
    for owner in connection.scalars(_LEASE_OWNERS, {"source": source}).all():
        if owner and is_dead(owner):
            count += connection.execute(_RELEASE, {"source": source, "owner": owner}).rowcount
    for owner in connection.scalars(_HOST_OWNERS).all():
        if is_dead(owner):
            connection.execute(_FREE_HOSTS, {"owner": owner})
    return count


def release(connection: Connection, over: Pass, now: float) -> None:
    """Give back all that this process holds."""
    connection.execute(_RELEASE, {"source": over.source, "owner": over.owner})
    connection.execute(_LEAVE_HOSTS, {"owner": over.owner, "until": now + HOST_REST})


def left(connection: Connection, over: Pass) -> tuple[bool, int]:
    """Tell whether anything is due, and how many pages other processes are at.

    What is due and cannot be leased is of hosts that others are at: they are told.
    """
    mine = {"source": over.source, "owner": over.owner, "now": time.time()}
    due = connection.scalar(_ANY_DUE, mine) is not None
    if due:
        connection.execute(_WANT_HOSTS, mine)
    return due, connection.scalar(_OTHERS, mine) or 0
