"""Runs `scrapy WORDS…` with a database that fails after a while: `full`, or `gone`."""

from __future__ import annotations

import sys

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
        else:
            connection.exec_driver_sql("PRAGMA query_only=1")


if __name__ == "__main__":
    from scrapy.cmdline import execute

    break_down(sys.argv[1])
    execute(["scrapy", *sys.argv[2:]])
