"""CPU-heavy stages in spawned worker processes, each with limits of time and memory."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import struct
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_OUT_OF_MEMORY = 71  # exit code; EX_OSERR of sysexits.h
_ATTEMPTS = 3  # of a call whose worker ends before it begins with it: it is not the call's fault
PATIENCE = 120  # seconds that a worker may take to begin with a call, or stop while it sends

_SPAWN = multiprocessing.get_context("spawn")
_FAMILY = threading.Lock()  # multiprocessing keeps one list of children for all threads


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
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._workers = [_Worker(self._calls, deadline, memory) for _ in range(count)]

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
        try:
            if not self._workers:
                answer.set_result(function(*args, **kwargs))
                return answer
            call = _Call(function.__name__, pickle.dumps((function, args, kwargs)), answer)
        except Exception as error:
            answer.set_exception(error)
            return answer
        with self._lock:
            if self._is_closed:
                answer.set_exception(_stopped())
            else:
                self._calls.put(call)
        return answer

    def close(self) -> None:
        """Stop the workers."""
        with self._lock:
            self._is_closed = True
        for worker in self._workers:
            worker.stop()
        for _ in self._workers:
            self._calls.put(None)
        for worker in self._workers:
            worker.join()


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    pickled: bytes
    answer: Future[Any]


class _Worker:
    """One process after another, and the thread that brings each its calls over a pipe of its own.

    What processes share, a pipe or a lock, one that is killed leaves unusable for the others.
    """

    def __init__(self, calls: SimpleQueue[_Call | None], deadline: float, memory: int) -> None:
        self._calls, self._deadline, self._memory = calls, deadline, memory
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._is_stopped = False
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            if not call.answer.set_running_or_notify_cancel():
                continue
            try:
                result = self._result(call)
            except Exception as error:
                call.answer.set_exception(_stopped() if self._is_stopped else error)
            else:
                call.answer.set_result(result)
            del call  # may be large, and the next may be long in coming
        self._end()

    def _result(self, call: _Call) -> Any:
        """Give what a call returned in the worker, or raise what it raised."""
        pipe = self._begun(call)
        try:
            if not pipe.poll(self._deadline):
                self._end()
                raise StageTimeoutError(f"{call.name} took over {self._deadline:g} s")
            pickled = pipe.recv_bytes()
        except (EOFError, OSError):
            raise self._died(call.name) from None
        result, error = pickle.loads(pickled)  # noqa: S301 - our own worker's
        if error is not None:
            raise error
        return result

    def _begun(self, call: _Call) -> Connection:
        """Bring a call to the worker, or to a new one where that was killed; it has begun."""
        for attempt in range(1, _ATTEMPTS + 1):
            pipe = self._pipe or self._start()
            try:
                pipe.send_bytes(call.pickled)
                pipe.recv_bytes()
            except (EOFError, OSError):
                error = self._died(call.name)
                if attempt == _ATTEMPTS:
                    raise error from None
            else:
                break
        return pipe

    def _start(self) -> Connection:
        self._pipe, theirs = _SPAWN.Pipe()
        _limit_waits(self._pipe)
        with _FAMILY, theirs:
            if self._is_stopped:
                raise _stopped()
            # Daemonic: it ends with this process where nobody closes the pool.
            self._process = _SPAWN.Process(target=_serve, args=(theirs, self._memory), daemon=True)
            self._process.start()
        return self._pipe

    def _died(self, name: str) -> StageDiedError:
        code = self._end()
        if code == _OUT_OF_MEMORY:
            return StageMemoryError(f"{name} took over {self._memory} MB")
        return StageDiedError(f"the worker ended in {name}, exit code {code}")

    def _end(self) -> int | None:
        """End the process, if it has not ended; gives its exit code."""
        code = None
        with _FAMILY:
            if self._process is not None:
                self._process.kill()
                self._process.join()
                code = self._process.exitcode
                self._process.close()
            self._process = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        return code

    def stop(self) -> None:
        """Let the process end, and what waits with it."""
        with _FAMILY:
            self._is_stopped = True
            if self._process is not None:
                self._process.kill()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()


def _limit_waits(pipe: Connection) -> None:
    """Let a pipe raise OSError where the other side does not read, or stops in the midst."""
    with socket.socket(fileno=os.dup(pipe.fileno())) as same:
        for way in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            same.setsockopt(socket.SOL_SOCKET, way, struct.pack("ll", PATIENCE, 0))


def _stopped() -> StageDiedError:
    return StageDiedError("the workers were stopped")


def _serve(pipe: Connection, memory: int) -> None:
    """Answer calls until the crawler closes the pipe, or has ended."""
    _begin(memory)
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answer(pipe))


def _answer(pipe: Connection) -> bytes:
    """Take a call, and give its result and error, pickled; one of them is None."""
    pickled = pipe.recv_bytes()
    try:
        try:
            function, args, kwargs = pickle.loads(pickled)  # noqa: S301 - the crawler's
        finally:
            pipe.send_bytes(b"")  # from here on the deadline counts
        del pickled
        return pickle.dumps((function(*args, **kwargs), None))
    except BaseException as error:
        # What it took stays with the process, and libraries in C are in no known state after it.
        limited = resource.getrlimit(resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY
        if isinstance(error, MemoryError) and limited:
            os._exit(_OUT_OF_MEMORY)
        return pickle.dumps((None, _portable(error)))


def _portable(error: BaseException) -> Exception:
    """Give an error that survives pickling: lxml's do not."""
    with suppress(Exception):
        if isinstance(error, Exception):
            pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, made in this line
            return error
    return StageFailedError(f"{type(error).__name__}: {error}")


def default_count() -> int:
    """Give a worker for each core but one, which the crawler itself needs."""
    return max(1, (os.cpu_count() or 2) - 1)


def _begin(memory: int) -> None:
    # Ctrl-C reaches the whole group; the crawler decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if memory:
        # Not RLIMIT_AS: that counts files that are mapped and only read, as models are.
        resource.setrlimit(resource.RLIMIT_DATA, (memory * 2**20, memory * 2**20))
