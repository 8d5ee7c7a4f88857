"""The files that make up an index: opened, found missing, cleared away."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from pipelines.dedup.front import Front, FrontError
from pipelines.dedup.journal import Log, LogError
from pipelines.dedup.ledger import IndexFileError, Ledger, State
from pipelines.dedup.postings import PostingsView
from pipelines.dedup.segments import Segment, SegmentError

# Seconds since a file without a name in the ledger was last written. Who was only slow finds it
# gone, and begins again.
_ABANDONED = 600.0


def log_path(ledger: Ledger, first: int) -> Path:
    """Name the log that begins with a document."""
    return ledger.beside(f"{first}.log")


def front_path(ledger: Ledger) -> Path:
    """Name a new filter."""
    return ledger.beside(f"{secrets.token_hex(6)}.front")


def begin(ledger: Ledger) -> None:
    """Make the first log of a new index, and clear away what killed processes left.

    The filter is made anew after each boot: a power cut may have taken bits of it.

    Only under the index's lock. Raises IndexFileError where a log is missing.
    """
    state = ledger.state()
    logs = _logs(ledger)
    if state.flushed < 0:
        if not logs:
            Log.create(log_path(ledger, 1), 1)
        ledger.begun()
    elif state.flushed + 1 not in logs:
        missing = log_path(ledger, state.flushed + 1)
        raise IndexFileError(f"{ledger.path}: {missing.name} is missing")
    for first, path in logs.items():
        if first <= state.flushed:
            path.unlink(missing_ok=True)
    if not _is_current(ledger, state):
        _make_front(ledger, state)
    left = [
        *ledger.path.parent.glob(f"{ledger.base}.*.seg*"),
        *ledger.path.parent.glob(f"{ledger.base}.*.front*"),
    ]
    named = {*state.segments, ledger.state().front}
    for path in left:
        if path.name not in named and _is_abandoned(path):
            path.unlink(missing_ok=True)


def _is_current(ledger: Ledger, state: State) -> bool:
    try:
        return Front(ledger.path.parent / state.front).is_current
    except (OSError, FrontError):
        return False


def _make_front(ledger: Ledger, state: State) -> None:
    segments: list[Segment] = []
    try:
        for name in state.segments:
            segments.append(Segment(ledger.path.with_name(name)))
        path = front_path(ledger)
        Front.create(path, sum(segment.count for segment in segments))
        front = Front(path)
        for segment in segments:
            for features in segment.features():
                front.set(features)
        ledger.put_front(path.name)
    except (SegmentError, FileNotFoundError) as error:
        raise IndexFileError(f"{ledger.path}: {error}") from error
    finally:
        for segment in segments:
            segment.close()


def check_chain(ledger: Ledger, newest: Log) -> None:
    """See that no log stands behind the newest; only under the index's lock.

    An empty one was made by a process that was killed before it sealed the one before. Where a
    power cut has taken the seal, raises IndexFileError.
    """
    for first, path in _logs(ledger).items():
        if first > newest.first:
            log = Log(path, first)
            if log.read_new() or log.sealed:
                raise IndexFileError(f"{ledger.path}: {newest.path.name} is not whole")
            path.unlink()


def _logs(ledger: Ledger) -> dict[int, Path]:
    found = ledger.path.parent.glob(f"{ledger.base}.*.log")
    return {int(path.name.split(".")[-2]): path for path in found}


def _is_abandoned(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _ABANDONED
    except FileNotFoundError:
        return False


def reopen(ledger: Ledger, view: PostingsView) -> None:
    """Open the files that the ledger names now, keeping those that are open.

    Raises IndexFileError where one is missing or damaged.
    """
    while True:
        state = ledger.state()
        known = {segment.path.name: segment for segment in view.segments}
        opened: list[Segment] = []
        try:
            for name in state.segments:
                if name not in known:
                    opened.append(Segment(ledger.path.with_name(name)))
                    known[name] = opened[-1]
            front = view.front
            if front is None or front.path.name != state.front:
                front = Front(ledger.path.parent / state.front)
            logs = [log for log in view.logs if log.first > state.flushed]
            if not logs:
                first = state.flushed + 1
                logs = [Log(log_path(ledger, first), first)]
        except (SegmentError, FrontError, LogError, OSError) as error:
            for segment in opened:
                segment.close()
            if isinstance(error, FileNotFoundError) and ledger.state() != state:
                continue  # replaced meanwhile
            raise IndexFileError(f"{ledger.path}: {error}") from error
        view.replace(front, [known[name] for name in state.segments], logs)
        return


def follow(ledger: Ledger, view: PostingsView) -> None:
    """Take in what other processes have appended, log after log."""
    while True:
        newest = view.logs[-1]
        newest.read_new()
        if not newest.sealed:
            return
        first = newest.last + 1
        try:
            view.logs = [*view.logs, Log(log_path(ledger, first), first)]
        except FileNotFoundError as error:  # in a segment by now
            reopen(ledger, view)
            if view.logs[-1] is newest:
                raise IndexFileError(f"{ledger.path}: {error}") from error
        except LogError as error:
            raise IndexFileError(f"{ledger.path}: {error}") from error
