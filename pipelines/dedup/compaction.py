"""A sealed log becomes a segment, and segments larger ones, a tenth of a millisecond at a time.

Each add pays a step, where there is work: a thread would keep the others from the interpreter for
longer than the adds take. A step moves 2048 postings, 120 documents' worth, and a posting is
written some ten times in an index of a million, so the work never piles up.
"""

from __future__ import annotations

import secrets
from array import array
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipelines.dedup import files
from pipelines.dedup.front import Front
from pipelines.dedup.journal import Log
from pipelines.dedup.ledger import Ledger, State
from pipelines.dedup.lock import Claim, Turn
from pipelines.dedup.outlines import Outlines
from pipelines.dedup.postings import PostingsView
from pipelines.dedup.segments import Fresh, Segment, written

SMALL = 2**18  # postings; a smaller segment is written again with every log
RATIO = 4  # a larger one when the younger ones have grown to a quarter of it
ROWS = 12  # documents that a step takes from the log
ROWS_PACKED = 6  # the same where their texts are packed
BITS_SET = 1024  # features that a step notes in the filter
# A process that claimed the work and now adds nothing would hold up the others: from so many logs
# or segments on another one does the same. Who is first wins.
_LOGS_AT_MOST, _SEGMENTS_AT_MOST = 3, 8


class Compaction:
    """One process's part in the compaction of an index.

    A kill at any moment leaves the index as it was, or changed, and perhaps a file that the next
    one to open it removes.
    """

    def __init__(self, ledger: Ledger, turn: Turn, outlines: Outlines, *, keep_texts: bool) -> None:
        self._ledger, self._turn, self._outlines = ledger, turn, outlines
        self._keep_texts = keep_texts
        self._claims = {name: Claim(ledger.beside(name)) for name in ("flush", "merge")}
        self._flush: Iterator[None] | None = None
        self._merge: Iterator[None] | None = None
        self._seen: list[Segment] = []
        self._chosen: list[Segment] = []

    def step(self, view: PostingsView) -> None:
        """Do a little of the work, where there is some."""
        if self._flush is None and len(view.logs) > 1:
            overdue = len(view.logs) > _LOGS_AT_MOST
            self._flush = self._flushing(view.logs[0], view.front, overdue)
        if self._flush is not None:
            if _is_done(self._flush):
                self._flush = None
            return
        if view.segments is not self._seen:
            self._seen, self._chosen = view.segments, _chosen(view.segments)
        if self._merge is None and self._chosen:
            self._merge = self._merging(view.segments, self._chosen)
        if self._merge is not None and _is_done(self._merge):
            self._merge = None

    def _flushing(self, log: Log, front: Front | None, overdue: bool) -> Iterator[None]:
        """Write a sealed log, together with the segments that are still small."""
        numbers = range(log.first, log.first + log.count)
        with self._claimed("flush", overdue) as mine:
            before = self._ledger.state()
            if not mine or before.flushed != log.first - 1:
                return
            features, sizes = array("Q"), []
            rows = ROWS_PACKED if self._keep_texts else ROWS
            for first in range(log.first, numbers.stop, rows):
                taken = range(first, min(first + rows, numbers.stop))
                texts = map(log.text, taken) if self._keep_texts else ()
                self._ledger.keep(map(log.document, taken), texts)
                self._outlines.put(first, b"".join(map(log.outline, taken)))
                for number in taken:
                    own = log.features(number)
                    features.extend(own)
                    sizes.append(len(own))
                yield
            fresh = Fresh(features, sizes, log.first)
            yield
            self._outlines.sync()
            yield
            with self._opened(before) as segments:
                small = [segment for segment in segments if segment.count < SMALL]
                oldest = min([log.first, *(segment.first for segment in small)])
                path = self._fresh_path()
                whole = range(oldest, numbers.stop)
                yield from written(path, fresh, small, whole, self._ledger.dead())
                # Not mapped anew where it need not be: of that every page would fault.
                if front is None or front.path.name != before.front:
                    front = Front(self._ledger.path.with_name(before.front))
                postings = sum(segment.count for segment in segments) + len(features)
                if not front.has_room(postings):
                    front = yield from self._larger(postings, segments)
                for first in range(0, len(features), BITS_SET):
                    with self._turn:
                        front.set(fresh.features[first : first + BITS_SET])
                    yield
                self._replace(before, small, path, numbers, front.path)
            log.path.unlink(missing_ok=True)
            self._ledger.checkpoint()

    def _merging(self, segments: list[Segment], chosen: list[Segment]) -> Iterator[None]:
        """Write large segments as one."""
        with self._claimed("merge", len(segments) > _SEGMENTS_AT_MOST) as mine:
            before = self._ledger.state()
            if not mine or before.segments != tuple(segment.path.name for segment in segments):
                return
            younger = segments[segments.index(chosen[-1]) + 1 :]
            stop = younger[0].first if younger else before.flushed + 1
            path = self._fresh_path()
            names = tuple(segment.path.name for segment in chosen)
            with self._opened(replace(before, segments=names)) as merged:
                whole = range(merged[0].first, stop)
                yield from written(path, Fresh(), merged, whole, self._ledger.dead())
                self._replace(before, merged, path)

    def _larger(self, postings: int, segments: list[Segment]) -> Generator[None, None, Front]:
        """Make a filter with room for more postings."""
        path = files.front_path(self._ledger)
        Front.create(path, postings)
        front = Front(path)
        for segment in segments:
            for features in segment.features():
                front.set(features)
                yield
        return front

    def _replace(
        self,
        before: State,
        merged: list[Segment],
        path: Path,
        numbers: range | None = None,
        front: Path | None = None,
    ) -> None:
        """Put a segment in the place of others, unless another process was faster.

        With the documents of a log that it has taken in, and the filter in which their bits are.
        """
        names = [segment.path.name for segment in merged]
        left = [segment.path for segment in merged]  # who reads them has them open
        with self._turn, self._ledger.writing():
            now = self._ledger.state()
            lost = not set(names) <= set(now.segments) or not path.exists()
            if numbers is not None and front is not None:
                lost = lost or now.flushed != before.flushed or not front.exists()
            if lost:
                path.unlink(missing_ok=True)
                return
            self._ledger.replace(names, path.name)
            if numbers is not None and front is not None:
                self._ledger.flush(numbers)
                self._ledger.put_front(front.name)
                if front.name != before.front:
                    left.append(front.with_name(before.front))
        self._turn.change()
        for file in left:
            file.unlink(missing_ok=True)

    @contextmanager
    def _claimed(self, name: str, overdue: bool) -> Iterator[bool]:
        claim = self._claims[name]
        taken = claim.take()
        try:
            yield taken or overdue
        finally:
            if taken:
                claim.release()

    @contextmanager
    def _opened(self, state: State) -> Iterator[list[Segment]]:
        segments: list[Segment] = []
        try:
            for name in state.segments:
                segments.append(Segment(self._ledger.path.with_name(name)))
            yield segments
        finally:
            for segment in segments:
                segment.close()

    def _fresh_path(self) -> Path:
        return self._ledger.beside(f"{secrets.token_hex(6)}.seg")

    def close(self) -> None:
        """Leave what is under way to the next process."""
        for job in (self._flush, self._merge):
            if job is not None:
                job.close()  # type: ignore[attr-defined]
        self._flush = self._merge = None
        for claim in self._claims.values():
            claim.close()


def _is_done(job: Iterator[None]) -> bool:
    try:
        next(job)
    except StopIteration:
        return True
    except FileNotFoundError:  # another process was faster
        return True
    return False


def _chosen(segments: list[Segment]) -> list[Segment]:
    """Give the youngest large segments that are worth merging."""
    chosen: list[Segment] = []
    count = 0
    for segment in reversed(segments):
        if segment.count < SMALL:
            continue
        if chosen and segment.count >= RATIO * count:
            break
        chosen.insert(0, segment)
        count += segment.count
    return chosen if len(chosen) > 1 else []
