"""CPU-heavy stages in spawned worker processes, each with limits of time and memory."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as PoolTimeout
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

_OUT_OF_MEMORY = 71  # exit code; EX_OSERR of sysexits.h
_ATTEMPTS = 3  # of a call whose pool broke: most often it is not the call's fault

_STOPPED = "the workers were stopped"


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
        self._lock = threading.Lock()
        self._count = count
        self._pool = self._new_pool() if count else None

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._count,
            context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self.memory,),
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
        if not self._count:
            try:
                answer.set_result(function(*args, **kwargs))
            except Exception as error:
                answer.set_exception(error)
            return answer

        self._unanswered.add(answer)
        self._schedule(partial(_portably, function, *args, **kwargs), function.__name__, answer, 1)
        return answer

    def _schedule(self, call: Callable[[], T], name: str, answer: Future[T], attempt: int) -> None:
        def deliver(done: Future[T]) -> None:
            error = CancelledError() if done.cancelled() else done.exception()
            if isinstance(error, BrokenProcessPool) and attempt < _ATTEMPTS:
                self._schedule(call, name, answer, attempt + 1)
                return
            self._unanswered.discard(answer)
            if answer.done():  # closed meanwhile
                return
            if error is None:
                answer.set_result(done.result())
            else:
                answer.set_exception(self._named(error, name))

        with self._lock:
            if self._pool is None:
                if not answer.done():
                    answer.set_exception(StageDiedError(_STOPPED))
                return
            try:
                future = self._pool.schedule(call, timeout=self.deadline)
            except RuntimeError:
                # Pebble gives a pool up where a worker dies that it does not know to be at work:
                # an idle one that the kernel killed, or one that died as soon as it began.
                threading.Thread(target=_end, args=(self._pool,), daemon=True).start()
                self._pool = self._new_pool()
                future = self._pool.schedule(call, timeout=self.deadline)
        future.add_done_callback(deliver)

    def _named(self, error: BaseException, function: str) -> BaseException:
        # Pebble's own deadline is told from a TimeoutError of the function's by its words.
        if isinstance(error, PoolTimeout) and "Task timeout" in str(error.args):
            return StageTimeoutError(f"{function} took over {self.deadline:g} s")
        if isinstance(error, ProcessExpired) and error.exitcode == _OUT_OF_MEMORY:
            return StageMemoryError(f"{function} took over {self.memory} MB")
        if isinstance(error, ProcessExpired):
            return StageDiedError(f"the worker ended in {function}, exit code {error.exitcode}")
        if isinstance(error, BrokenProcessPool):
            return StageDiedError(f"{_ATTEMPTS} workers ended in {function}")
        if isinstance(error, CancelledError):
            return StageDiedError(f"{function} was cancelled")
        return error

    def close(self) -> None:
        """Stop the workers."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)
        for answer in self._unanswered.copy():
            if not answer.done():
                answer.set_exception(StageDiedError(_STOPPED))
        self._unanswered.clear()


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()


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
