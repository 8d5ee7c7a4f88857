"""The newest documents of an index become segments, and small segments larger ones.

Both are paid in instalments by the processes that add: a thread would keep the others from the
interpreter for longer than the adds take.
"""

from __future__ import annotations

import fcntl
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from pipelines.dedup.ledger import IndexFileError, Ledger
from pipelines.dedup.segments import Segment, SegmentError, written

RATIO = 8  # a segment is written again when the younger ones have grown to an eighth of it
LARGE = 2**20  # postings; what is less is merged at once, in less than a tenth of a second


def opened_segments(path: Path, ledger: Ledger) -> list[Segment] | None:
    """Open the segments of an index; None where one has just been replaced: look again.

    Raises IndexFileError where one is missing or damaged.
    """
    segments: list[Segment] = []
    names = ledger.segments()
    try:
        for name in names:
            segments.append(Segment(path.with_name(name)))
    except (SegmentError, OSError) as error:
        for segment in segments:
            segment.close()
        if isinstance(error, FileNotFoundError) and _replaced(path, names):
            return None
        raise IndexFileError(f"{path}: {error}") from error
    return segments


def _replaced(path: Path, names: list[str]) -> bool:
    """Tell whether another process has put other segments in these ones' place by now."""
    now = Ledger(path)
    try:
        return now.segments() != names
    finally:
        now.close()


class Compaction:
    """One process's part in the compaction of an index."""

    def __init__(self, path: Path, ledger: Ledger, *, keep_texts: bool) -> None:
        self._path = path
        self._ledger = ledger
        self._keep_texts = keep_texts
        self._merge: Iterator[None] | None = None
        self._merge_lock: IO[str] | None = None

    def run(self, segments: list[Segment], seconds: float) -> bool:
        """Write the tail as a segment, and merge large ones for so many seconds at most.

        False where another process is at the tail. A kill at any moment leaves the index as it
        was, or changed, and perhaps a file that a later compaction removes.
        """
        with _locked(self._path, ".tail") as lock:
            if lock is None:
                return False
            self._flush(segments)
            if self._merge is None:
                self._begin(segments)
        until = time.monotonic() + seconds
        while self._merge is not None and time.monotonic() < until:
            self._step()
        return True

    def _flush(self, segments: list[Segment]) -> None:
        """Write the tail, together with the small segments that are not much larger."""
        until = self._ledger.last() - 1  # the newest stays: the next number is counted from it
        rows = list(self._ledger.tail(0, until))
        if not rows:
            return
        features = np.frombuffer(b"".join(features for _, features in rows), np.uint32)
        numbers = np.repeat([number for number, _ in rows], [len(f) // 4 for _, f in rows])
        postings = features.astype(np.uint64) << np.uint64(32) | numbers.astype(np.uint64)
        small = [segment for segment in segments if segment.count < LARGE]
        merged = _suffix(small, len(postings))
        path = self._fresh_path()
        for _ in written(path, postings, merged, self._dead()):
            pass
        with self._ledger.writing():
            self._ledger.flushed(until, self._keep_texts)
            self._ledger.replace([segment.path.name for segment in merged], path.name)
            self._ledger.publish()
        self._ledger.checkpoint("PASSIVE")
        _remove(merged)

    def _begin(self, segments: list[Segment]) -> None:
        """Begin to merge large segments, where no other process does."""
        large = [segment for segment in segments if segment.count >= LARGE]
        merged = _suffix(large, 0)
        if len(merged) < 2:
            return
        lock = self._path.with_name(self._path.name + ".merge").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return
        self._merge_lock = lock
        names = self._ledger.segments()
        if all(segment.path.name in names for segment in merged):
            # With both locks nobody writes: what is not named was left by a kill.
            for file in self._path.parent.glob(f"{self._path.name}.*.seg*"):
                if file.name not in names:
                    file.unlink(missing_ok=True)
            self._merge = self._merging([Segment(segment.path) for segment in merged])
        else:
            self.close()

    def _merging(self, merged: list[Segment]) -> Iterator[None]:
        path = self._fresh_path()
        none = np.empty(0, dtype=np.uint64)
        try:
            yield from written(path, none, merged, self._dead())
            with self._ledger.writing():
                self._ledger.replace([segment.path.name for segment in merged], path.name)
                self._ledger.publish()
            _remove(merged)
        finally:
            for segment in merged:
                segment.close()

    def _step(self) -> None:
        assert self._merge is not None
        try:
            next(self._merge)
        except StopIteration:
            self.close()

    def _dead(self) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        return np.asarray(self._ledger.dead(), dtype=np.uint32)

    def _fresh_path(self) -> Path:
        return self._path.with_name(f"{self._path.name}.{secrets.token_hex(6)}.seg")

    def close(self) -> None:
        """Leave a merge that is under way to the next process."""
        self._merge = None
        if self._merge_lock is not None:
            self._merge_lock.close()
            self._merge_lock = None


def _suffix(segments: list[Segment], count: int) -> list[Segment]:
    """Give the youngest segments that are worth merging with so many postings more."""
    chosen: list[Segment] = []
    for segment in reversed(segments):
        if chosen and segment.count >= RATIO * count:
            break
        if not chosen and count and segment.count >= RATIO * count:
            break
        chosen.append(segment)
        count += segment.count
    return chosen


def _remove(segments: list[Segment]) -> None:
    for segment in segments:  # who reads them has them open
        segment.path.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path, ending: str) -> Iterator[IO[str] | None]:
    with path.with_name(path.name + ending).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        yield lock
