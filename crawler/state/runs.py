"""The records of runs: opened before the first request, kept alive, and ended by whoever sees."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, exists, func, insert, select, text, update

from crawler.state.db import runs
from crawler.state.operations import now
from crawler.state.revisit import DAY

SILENT = timedelta(minutes=30)  # of another machine's run, after which it is taken for killed
REPLAY = "replay"  # what is asked of a run that fetches nothing, and has a pass of its own

_RENEW = (
    text("UPDATE runs SET heartbeat_at = :at WHERE id = :run"),
    text("UPDATE frontier SET lease_until = :until WHERE owner = :owner AND status = 'leased'"),
    text("UPDATE hosts SET until = :until WHERE owner = :owner"),
)


def begin_run(
    connection: Connection,
    source: str,
    owner: str,
    is_dead: Callable[[str], bool],
    *,
    period: float = DAY,
    asked: str = "",
) -> tuple[int, float]:
    """Open a run's record; gives its number and when its pass over the source began.

    A run that goes on after one that was killed, or works beside one that lives, shares its pass.
    A killed one's pass that began over half a `period` ago (seconds, the source's rhythm) is
    left: what was on the lists then is not what is on them now. So is one's that was `asked` for
    something else: it has not read what this one is to read again.
    """
    if connection.dialect.name == "postgresql":  # two that start at once would not see each other
        connection.execute(
            text("SELECT pg_advisory_xact_lock(7131915, hashtext(:source))"), {"source": source}
        )
    mark_interrupted(connection, is_dead)
    last = connection.execute(
        select(runs.c.status, runs.c.cycle, runs.c.asked)
        .where(runs.c.source == source, func.coalesce(runs.c.asked, "") != REPLAY)
        .order_by((runs.c.status == "running").desc(), runs.c.id.desc())
        .limit(1)
    ).first()
    began = time.time()
    cycle = began
    if last is not None and last.cycle and asked != REPLAY:
        recent = abs(began - last.cycle) < period / 2
        resumed = last.status == "interrupted" and (last.asked or "") == asked and recent
        if resumed or last.status == "running":
            cycle = float(last.cycle)
    values = {
        "source": source,
        "started_at": now(),
        "heartbeat_at": now(),
        "status": "running",
        "owner": owner,
        "cycle": cycle,
        "asked": asked or None,
    }
    key = connection.execute(insert(runs).values(values)).inserted_primary_key
    return (int(key[0]) if key else 0), cycle


def shares_pass(connection: Connection, number: int) -> bool:
    """Tell whether other runs worked, or work, at the same pass over the source."""
    own = runs.alias()
    other = (runs.c.source == own.c.source) & (runs.c.cycle == own.c.cycle) & (runs.c.id != number)
    return bool(connection.scalar(select(exists().where(own.c.id == number, other))))


def mark_interrupted(connection: Connection, is_dead: Callable[[str], bool]) -> None:
    """Close the records of runs that were killed, at their last heartbeat."""
    silent = (datetime.now(UTC) - SILENT).isoformat(timespec="seconds")
    rows = connection.execute(
        select(runs.c.id, runs.c.owner, runs.c.heartbeat_at, runs.c.started_at).where(
            runs.c.status == "running"
        )
    ).all()
    for row in rows:
        beat_at = row.heartbeat_at or row.started_at
        if (row.owner and is_dead(row.owner)) or beat_at < silent:
            connection.execute(
                update(runs)
                .where(runs.c.id == row.id)
                .values(
                    status="interrupted",
                    ended_at=beat_at,
                    exit_code=1,
                    reasons=["the process was killed, or lost its machine"],
                )
            )


def beat(connection: Connection, run: int, owner: str, until: float) -> None:
    """Say that a run lives; its leases hold until then."""
    for statement in _RENEW:
        connection.execute(statement, {"at": now(), "run": run, "owner": owner, "until": until})
