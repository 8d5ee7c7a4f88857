"""The one writer of a process: what waits is committed together."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Operation = Callable[[Connection], Any]

PATIENCE = 60.0  # seconds that a database may be away: a restart takes fewer
PAUSE = 0.5
GATHER = 0.02  # seconds


class StorageError(Exception):
    """The database is gone, full or read-only: nothing can be kept, so nothing may be fetched."""


class Writer:
    """Runs database operations in one thread, everything that waits in one transaction.

    `write` returns when its transaction is committed, which is the back-pressure on the crawl. An
    operation that raises is rolled back alone and raises at its caller. A database that is away
    is waited for, `patience` seconds at most; then, and where it is full, every caller gets a
    StorageError, from then on at once.
    """

    def __init__(self, engine: Engine, patience: float = PATIENCE) -> None:
        self.engine = engine
        self.patience = patience
        self.failure: StorageError | None = None
        self._path = engine.url.database
        self._file = _file_of(engine)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._waiting: list[tuple[Operation, asyncio.Future[Any]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._ending = threading.Event()

    async def write(self, operation: Callable[[Connection], T]) -> T:
        """Run one operation and give its result once it is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((operation, future))
        if self._flushing is None or self._flushing.done():
            self._flushing = loop.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            # What comes within so short a time shares a transaction: each costs the crawl's thread
            # half a millisecond of changing over to the writer's.
            await asyncio.sleep(GATHER)
            batch, self._waiting = self._waiting, []
            operations = [operation for operation, _ in batch]
            try:
                results = await loop.run_in_executor(self._thread, self._commit, operations)
            except RuntimeError:  # the thread takes no more
                results = [StorageError("the writer was closed")] * len(batch)
            except Exception as error:
                results = [error] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                if future.cancelled():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _commit(self, operations: list[Operation]) -> list[Any]:
        until = time.monotonic() + self.patience
        if self.failure is None and _file_of(self.engine) != self._file:
            # SQLite would go on writing into a file that nobody can open any more.
            self.failure = StorageError(f"the database cannot be written: {self._path} is gone")
        while self.failure is None:
            try:
                return self._attempt(operations)
            except (OperationalError, InterfaceError) as error:
                if not _passes(error) or time.monotonic() > until or self._ending.is_set():
                    self.failure = StorageError(f"the database cannot be written: {error.orig}")
                else:
                    logger.warning("the database is away, trying again: %s", error.orig)
                    self._ending.wait(PAUSE)
        raise self.failure

    def _attempt(self, operations: list[Operation]) -> list[Any]:
        try:
            with self.engine.begin() as connection:
                return [operation(connection) for operation in operations]
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if len(operations) == 1:
                return [error]
        # One of several failed and took the batch with it: each on its own, without savepoints,
        # which would cost every good batch a quarter of its time. Each waits for the database by
        # itself, too: those before it are committed.
        return [result for operation in operations for result in self._commit([operation])]

    def close(self) -> None:
        """Wait for the thread and close the connections."""
        self._ending.set()
        self._thread.shutdown(wait=True)
        self.engine.dispose()


def _file_of(engine: Engine) -> tuple[int, int] | None:
    """Identify the file of an SQLite database by device and inode; None of another, or none."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return None
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _passes(error: DBAPIError) -> bool:
    """Tell whether an error is of a database that is away for a while, or of two that met."""
    if (state := getattr(error.orig, "sqlstate", None)) is not None:
        # Connections refused or broken, shutting down, deadlocks; not 53100, a full disk.
        return state[:2] in ("08", "40", "57") or state == "53300"
    said = str(error.orig)
    if "sqlite3" in type(error.orig).__module__:
        return "locked" in said or "busy" in said
    return True  # psycopg has no state for a connection that was lost or refused
