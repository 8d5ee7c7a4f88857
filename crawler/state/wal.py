"""Switching an SQLite file to its write-ahead log while other processes do the same."""

from __future__ import annotations

import sqlite3
import time

PATIENCE = 60.0  # seconds, as long as every other wait for a lock


def use_wal(connection: sqlite3.Connection) -> None:
    """Switch a connection's file to WAL mode; raises sqlite3.OperationalError after a minute.

    SQLite does not call its busy handler where two connections change the journal mode of a new
    file at once: the later one is told "database is locked" at once, so it asks again here.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
