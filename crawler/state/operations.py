"""What is written to the database, each operation inside the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from crawler.items import Rejected
from crawler.state.db import dead_letters, quarantine, runs

# What no column can hold: PostgreSQL's text has no NUL, and UTF-8 no half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """Give a value with U+FFFD in the place of what no database can hold, in all that it holds."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value) if _UNSTORABLE.search(value) else value
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value


def now() -> str:
    """Give the time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


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
    values = storable(values)
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
    # The letters are few: a replay may have more responses than a statement takes parameters.
    table = dead_letters.c
    waiting = connection.execute(select(table.id, table.archive).where(table.replayed_at.is_(None)))
    replayed = set(pointers)
    settled = [{"letter": letter.id} for letter in waiting if letter.archive in replayed]
    if settled:
        statement = update(dead_letters).where(table.id == bindparam("letter"))
        connection.execute(statement.values(replayed_at=now()), settled)


def end_run(connection: Connection, run: int, values: Mapping[str, Any]) -> None:
    """Close a run record with status, exit_code, reasons, outcomes."""
    connection.execute(
        update(runs).where(runs.c.id == run).values(dict(values) | {"ended_at": now()})
    )
