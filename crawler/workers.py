"""CPU-heavy stages in spawned worker processes, each with limits of time and memory."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import resource
import signal
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as PoolTimeout
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

_OUT_OF_MEMORY = 71  # exit code; EX_OSERR of sysexits.h


class StageTimeoutError(Exception):
    """A stage took longer than its deadline on one page; its worker was replaced."""


class StageDiedError(Exception):
    """A worker process ended while it worked on one page; it was replaced."""


class StageMemoryError(StageDiedError):
    """A stage took more memory than it may on one page; its worker was replaced."""


class StageFailedError(Exception):
    """What a stage raised, in words, where the exception itself cannot leave its worker."""


class Workers:
    """A pool of `count` spawned processes; with 0 the calls run in this process.

    Spawned, not forked: Twisted's threads and SQLite's handles must not be copied. `deadline` is
    in seconds and counts from the moment a worker begins; `memory` is what a worker may take in
    MiB, 0 for no limit. Neither holds with 0 workers.
    """

    def __init__(self, count: int, deadline: float, memory: int = 0) -> None:
        self.deadline = deadline
        self.memory = memory
        self._unanswered: set[Future[Any]] = set()
        context = multiprocessing.get_context("spawn")
        self._pool = (
            ProcessPool(max_workers=count, context=context, initializer=_begin, initargs=(memory,))
            if count
            else None
        )

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a module-level function in a worker; raises as `submit`'s future does."""
        return await asyncio.wrap_future(self.submit(function, *args, **kwargs))

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a module-level function in a worker.

        The future raises what the function raised, StageFailedError in words where that cannot
        leave the worker, StageTimeoutError, StageMemoryError or StageDiedError (also for what
        waits at `close`).
        """
        answer: Future[T] = Future()
        if self._pool is None:
            try:
                answer.set_result(function(*args, **kwargs))
            except Exception as error:
                answer.set_exception(error)
            return answer

        def deliver(done: Future[T]) -> None:
            self._unanswered.discard(answer)
            error = None if done.cancelled() else done.exception()
            if done.cancelled():
                answer.set_exception(StageDiedError(f"{function.__name__} was cancelled"))
            elif error is None:
                answer.set_result(done.result())
            else:
                answer.set_exception(self._named(error, function.__name__))

        self._unanswered.add(answer)
        future = self._pool.schedule(
            _portably, args=(function, *args), kwargs=kwargs, timeout=self.deadline
        )
        future.add_done_callback(deliver)
        return answer

    def _named(self, error: BaseException, function: str) -> BaseException:
        # Pebble's own deadline is told from a TimeoutError of the function's by its words.
        if isinstance(error, PoolTimeout) and "Task timeout" in str(error.args):
            return StageTimeoutError(f"{function} took over {self.deadline:g} s")
        if isinstance(error, ProcessExpired) and error.exitcode == _OUT_OF_MEMORY:
            return StageMemoryError(f"{function} took over {self.memory} MB")
        if isinstance(error, ProcessExpired):
            return StageDiedError(f"the worker ended in {function}, exit code {error.exitcode}")
        return error

    def close(self) -> None:
        """Stop the workers."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
        for answer in self._unanswered:
            if not answer.done():
                answer.set_exception(StageDiedError("the workers were stopped"))
        self._unanswered.clear()


def _portably(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function; what it raises must survive pickling: lxml's errors do not."""
    try:
        return function(*args, **kwargs)
    except MemoryError:
        # What it took stays with the process, and libraries in C are in no known state after it.
        if resource.getrlimit(resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY:
            os._exit(_OUT_OF_MEMORY)
        raise
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, made in this line
        except Exception:
            # An exception that cannot be made again would take the whole pool down.
            raise StageFailedError(f"{type(error).__name__}: {error}") from None
        raise


def default_count() -> int:
    """Give a worker for each core but one, which the crawler itself needs."""
    return max(1, (os.cpu_count() or 2) - 1)


def _begin(memory: int) -> None:
    # Ctrl-C reaches the whole group; the crawler decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if memory:
        # Not RLIMIT_AS: that counts files that are mapped and only read, as models are.
        resource.setrlimit(resource.RLIMIT_DATA, (memory * 2**20, memory * 2**20))
