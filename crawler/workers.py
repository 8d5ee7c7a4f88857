"""CPU-heavy stages in spawned worker processes, each call with a deadline."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as DeadlineExceeded
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")


class StageTimeout(Exception):
    """A stage took longer than its deadline on one page; its worker was replaced."""


class StageDied(Exception):
    """A worker process ended while it worked on one page; it was replaced."""


class Workers:
    """A pool of `count` spawned processes; with 0 the calls run in this process.

    Spawned, not forked: Twisted's threads and SQLite's handles must not be copied.
    """

    def __init__(self, count: int, deadline: float) -> None:
        self.deadline = deadline
        context = multiprocessing.get_context("spawn")
        self._pool = (
            ProcessPool(max_workers=count, context=context, initializer=_ignore_interrupt)
            if count
            else None
        )

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a module-level function in a worker.

        Raises what the function raised, StageTimeout or StageDied.
        """
        if self._pool is None:
            return function(*args, **kwargs)
        future = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self.deadline)
        try:
            result: T = await asyncio.wrap_future(future)
        except DeadlineExceeded as error:
            if not _is_ours(error):
                raise
            raise StageTimeout(f"{function.__name__} took over {self.deadline:g} s") from error
        except ProcessExpired as error:
            name = function.__name__
            raise StageDied(f"worker ended in {name}, exit code {error.exitcode}") from error
        return result

    def close(self) -> None:
        """Stop the workers."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()


def default_count() -> int:
    """Give a worker for each core but one, which the crawler itself needs."""
    return max(1, (os.cpu_count() or 2) - 1)


def _is_ours(error: BaseException) -> bool:
    # Pebble's own deadline has the words below; a TimeoutError of the function's has others.
    return bool(error.args) and "Task timeout" in str(error.args)


def _ignore_interrupt() -> None:
    # Ctrl-C reaches the whole group; the crawler decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
