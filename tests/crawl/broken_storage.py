"""Runs `scrapy WORDS…` with a database that is full, read-only or gone after a while."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import Connection, Engine, event

AFTER = 8  # transactions


def break_down(way: str) -> None:
    """Have every connection fail from the ninth transaction on."""
    begun = 0

    @event.listens_for(Engine, "begin")
    def _limit(connection: Connection) -> None:
        nonlocal begun
        begun += 1
        if begun < AFTER:
            return
        if way == "full":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        elif way == "read-only":
            connection.exec_driver_sql("PRAGMA query_only=1")
        else:
            path = Path(connection.engine.url.database or "")
            if path.exists():
                path.rename(path.with_suffix(".away"))


if __name__ == "__main__":
    from scrapy.cmdline import execute

    break_down(sys.argv[1])
    execute(["scrapy", *sys.argv[2:]])
