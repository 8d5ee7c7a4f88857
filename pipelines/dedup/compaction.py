"""The newest documents of an index become a segment, beside the processes that use it."""

from __future__ import annotations

import fcntl
import secrets
from pathlib import Path

import numpy as np

from pipelines.dedup.ledger import IndexFileError, Ledger
from pipelines.dedup.segments import Segment, SegmentError, write_segment

RATIO = 8  # a segment is written again when a younger one has grown to an eighth of it


def opened_segments(path: Path, ledger: Ledger) -> list[Segment] | None:
    """Open the segments of an index; None where one is gone: look again, once.

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


def compact(path: Path, *, keep_texts: bool) -> bool:
    """Write the tail as a segment, together with those that are not much larger.

    False where another process is at it. A kill at any moment leaves the index as it was, or
    changed, and perhaps a file that the next compaction removes.
    """
    with path.with_name(path.name + ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        ledger = Ledger(path)
        try:
            _compact(path, ledger, keep_texts)
        finally:
            ledger.close()
    return True


def _compact(path: Path, ledger: Ledger, keep_texts: bool) -> None:
    names = ledger.segments()
    _remove_others(path, names)
    until = ledger.last() - 1  # the last stays: its number is where the next one counts from
    rows = list(ledger.tail(0, until))
    if not rows:
        return
    features = np.frombuffer(b"".join(features for _, features in rows), np.uint32)
    numbers = np.repeat([number for number, _ in rows], [len(f) // 4 for _, f in rows])
    postings = features.astype(np.uint64) << np.uint64(32) | numbers.astype(np.uint64)
    segments = opened_segments(path, ledger) or []
    merged: list[Segment] = []
    count = len(postings)
    try:
        while len(merged) < len(segments) and segments[-1 - len(merged)].count < RATIO * count:
            merged.append(segments[-1 - len(merged)])
            count += merged[-1].count
        name = f"{path.name}.{secrets.token_hex(6)}.seg"
        dead = np.asarray(ledger.dead(), dtype=np.uint32)
        write_segment(path.with_name(name), postings, merged, dead)
    finally:
        for segment in segments:
            segment.close()
    kept = names[: len(names) - len(merged)]
    ledger.compacted(until, [*kept, name], keep_texts)
    for old in merged:  # after a rebuild they may be named after another file
        old.path.unlink(missing_ok=True)


def _remove_others(path: Path, names: list[str]) -> None:
    """Remove the segments that the index does not name; who reads them has them open."""
    for file in path.parent.glob(f"{path.name}.*.seg*"):
        if file.name not in names:
            file.unlink(missing_ok=True)
