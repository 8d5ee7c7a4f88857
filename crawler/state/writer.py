"""The one writer of a process: what waits is committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Operation = Callable[[Connection], Any]


class Writer:
    """Runs database operations in one thread, everything that waits in one transaction.

    `write` returns when its transaction is committed, which is the back-pressure on the crawl. An
    operation that raises is rolled back alone and raises at its caller; when the commit itself
    fails, all callers of the batch get the error.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._waiting: list[tuple[Operation, asyncio.Future[Any]]] = []
        self._flushing: asyncio.Task[None] | None = None

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
            batch, self._waiting = self._waiting, []
            operations = [operation for operation, _ in batch]
            try:
                results = await loop.run_in_executor(self._thread, self._commit, operations)
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
        try:
            with self.engine.begin() as connection:
                return [operation(connection) for operation in operations]
        except Exception as error:
            if len(operations) == 1:
                return [error]
        # One of several failed and took the batch with it: each on its own, without savepoints,
        # which would cost every good batch a quarter of its time.
        return [result for operation in operations for result in self._commit([operation])]

    def close(self) -> None:
        """Wait for the thread and close the connections."""
        self._thread.shutdown(wait=True)
        self.engine.dispose()
