"""Sorted immutable files of postings: which documents have a feature."""

from __future__ import annotations

import mmap
import os
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from pipelines.dedup.disk import put

MAGIC = b"QYSEG003"
# magic; postings; the room for them; bits of a number; the number that they are counted from
_HEADER = struct.Struct("<8sQQQQ")
BUCKETS = 2**16  # a feature's upper 16 bits say which; its lower 24 are kept
BITS, _LOW = 40, 24
_LOW_MASK = 2**_LOW - 1
_START = _HEADER.size + (BUCKETS + 1) * 4  # behind the directory
# Of one feature's documents. More have a template in common, and to read them all would cost more
# than they can tell.
KEPT = 128
STEP = 2048  # postings of a merge at a time: some fifty microseconds
_SYNCED = 2**19  # postings between two waits for the disk; all at the end would be a long one

Postings = NDArray[np.uint64]


class SegmentError(Exception):
    """The file is no segment, or not all of one; the message names it."""


class Segment:
    """One file of postings. The directory is mapped, the rest is read by need.

    A posting is the lower bits of the feature and the number of the document, counted from the
    segment's first. All postings' upper bits stand before all their lower 32: as features are
    looked up, and so that whole arrays are written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDONLY)
        size = os.fstat(self._file).st_size
        header = os.pread(self._file, _HEADER.size, 0)
        if len(header) < _HEADER.size or not header.startswith(MAGIC):
            os.close(self._file)
            raise SegmentError(f"{path}: not a segment of this version")
        _, self.count, room, self._bits, self.first = _HEADER.unpack(header)
        self._upper = _upper_type(self._bits)
        self._lower_start = _START + self._upper.itemsize * room
        expected = self._lower_start + 4 * self.count
        if size != expected:
            os.close(self._file)
            raise SegmentError(f"{path}: {size} bytes, {expected} expected")
        self._map = mmap.mmap(self._file, _START, prot=mmap.PROT_READ)
        self._directory = memoryview(self._map)[_HEADER.size :].cast("I")
        self._bounds = np.asarray(self._directory)

    def lookup(self, features: Sequence[int]) -> list[tuple[int, Sequence[int]]]:
        """Give those of the features that are here, each with the numbers of its documents."""
        return [(feature, found) for feature in features if (found := self._numbers(feature))]

    def _numbers(self, feature: int) -> list[int]:
        bucket, low = feature >> _LOW, feature & _LOW_MASK
        first, last = self._directory[bucket], self._directory[bucket + 1]
        if first == last:
            return []
        bits, size = self._bits, self._upper.itemsize
        read = os.pread(self._file, size * (last - first), _START + size * first)
        uppers = np.frombuffer(read, dtype=self._upper).data
        upper = low << bits >> 32
        start = bisect_left(uppers, upper)
        if start == len(uppers) or uppers[start] != upper:
            return []
        count = bisect_right(uppers, upper, start) - start
        read = os.pread(self._file, 4 * count, self._lower_start + 4 * (first + start))
        mask = (1 << bits) - 1
        values = [upper << 32 | lower for lower in memoryview(read).cast("I")]
        return [self.first + (value & mask) for value in values if value >> bits == low]

    def part(self, first: int, last: int, bits: int, start: int) -> Postings:
        """Give the postings of a range of buckets, sorted: feature << bits | number.

        Features are counted from the range's first, numbers from `start`.
        """
        bounds = self._bounds[first : last + 1]
        begin, count = int(bounds[0]), int(bounds[-1]) - int(bounds[0])
        size = self._upper.itemsize
        read = os.pread(self._file, size * count, _START + size * begin)
        found = np.frombuffer(read, dtype=self._upper).astype(np.uint64)
        found <<= _U32
        read = os.pread(self._file, 4 * count, self._lower_start + 4 * begin)
        found |= np.frombuffer(read, dtype=np.uint32)
        if bits > self._bits:  # the numbers have become more than 24 bits can tell
            own = np.uint64(self._bits)
            found = (found >> own << np.uint64(bits)) | (found & (_ONE << own) - _ONE)
        found += np.uint64(self.first - start)
        buckets = np.arange(last - first, dtype=np.uint64) << np.uint64(_LOW + bits)
        found |= np.repeat(buckets, np.diff(bounds))
        return found

    def features(self) -> Iterator[Postings]:
        """Give all features, some at a time."""
        for first, last in _ranges(self.count, self._bits):
            found = self.part(first, last, self._bits, self.first) >> np.uint64(self._bits)
            found += np.uint64(first << _LOW)
            yield found

    def close(self) -> None:
        """Let go of the file."""
        del self._bounds
        self._directory.release()
        self._map.close()
        os.close(self._file)


_ONE, _U24, _U32 = np.uint64(1), np.uint64(_LOW), np.uint64(32)


def _upper_type(bits: int) -> np.dtype[np.unsignedinteger]:
    return np.dtype(np.uint16 if bits + _LOW <= 48 else np.uint32)


class Fresh:
    """Postings that no segment has yet; `sizes` says how many of the features a document has.

    The documents' numbers follow each other from `first` on, fewer than 2**24.
    """

    def __init__(self, features: Sequence[int] = (), sizes: Sequence[int] = (), first: int = 0):
        places = np.repeat(np.arange(len(sizes), dtype=np.uint64), np.asarray(sizes, dtype=np.intp))
        keys = np.asarray(features, dtype=np.uint64) << _U24 | places
        keys.sort()
        self.features: Postings = keys >> _U24
        self.numbers: Postings = (keys & np.uint64(_LOW_MASK)) + np.uint64(first)

    def part(self, first: int, last: int, bits: int, start: int) -> Postings:
        """Give those of a range of buckets, as a segment does."""
        edges = np.asarray([first << _LOW, last << _LOW], dtype=np.uint64)
        begin, end = np.searchsorted(self.features, edges).tolist()
        found: Postings = self.features[begin:end] - edges[0]
        found <<= np.uint64(bits)
        found |= self.numbers[begin:end] - np.uint64(start)
        return found


def written(
    path: Path, fresh: Fresh, merged: Sequence[Segment], numbers: range, dead: Sequence[int]
) -> Iterator[None]:
    """Write fresh postings and those of other segments as one, without those of dead numbers.

    A part at each step; the file appears under its name when all of it is on the disk. `numbers`
    are those that the documents may have.
    """
    sources: list[Segment | Fresh] = [*merged, fresh]
    most = len(fresh.features) + sum(segment.count for segment in merged)
    bits = 24 if len(numbers) <= 2**24 else 32
    uppers = _upper_type(bits)
    lower_start = _START + uppers.itemsize * most
    within = np.uint64(2 ** (_LOW + bits - 32) - 1)  # without the bucket
    gone = _marked(numbers, dead)
    sizes = np.zeros(BUCKETS + 1, dtype=np.int64)
    count = synced = 0
    with _part(path) as file:
        out = file.fileno()
        for first, last in _ranges(most, bits):
            found = np.concatenate([s.part(first, last, bits, numbers.start) for s in sources])
            found.sort(kind="stable")  # of sorted runs, a merge
            features = found >> np.uint64(bits)
            kept = _newest(features, found, gone, bits)
            if kept is not None:
                features, found = features[kept], found[kept]
            buckets = (features >> _U24).astype(np.intp)
            sizes[first + 1 : last + 1] = np.bincount(buckets, minlength=last - first)
            upper = (found >> _U32 & within).astype(uppers)
            put(out, upper.tobytes(), _START + uppers.itemsize * count)
            put(out, found.astype(np.uint32).tobytes(), lower_start + 4 * count)
            count += len(found)
            if count - synced > _SYNCED:
                os.fdatasync(out)
                synced = count
            yield
        header = _HEADER.pack(MAGIC, count, most, bits, numbers.start)
        directory = np.cumsum(sizes).astype(np.uint32)
        put(out, header + directory.tobytes(), 0)
        os.ftruncate(out, lower_start + 4 * count)
        os.fsync(out)


@contextmanager
def _part(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that gets its name when it is whole, and is removed where it never is."""
    made = path.with_name(path.name + ".part")
    try:
        with made.open("wb") as file:
            yield file
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _ranges(count: int, bits: int) -> list[tuple[int, int]]:
    """Divide the buckets into ranges of few postings, that fit a word with their numbers."""
    step = min(BUCKETS, max(1, STEP * BUCKETS // max(1, count)), 2 ** (64 - _LOW - bits))
    return [(first, min(BUCKETS, first + step)) for first in range(0, BUCKETS, step)]


def _marked(numbers: range, dead: Sequence[int]) -> NDArray[np.bool_] | None:
    here = [number - numbers.start for number in dead if number in numbers]
    if not here:
        return None
    marks = np.zeros(len(numbers), dtype=bool)
    marks[here] = True
    return marks


def _newest(
    features: Postings, found: Postings, gone: NDArray[np.bool_] | None, bits: int
) -> NDArray[np.bool_] | None:
    """Mark all but the dead, and of a feature that very many share all but the newest."""
    kept = None if gone is None else ~gone[found & (_ONE << np.uint64(bits)) - _ONE]
    if len(features) > KEPT:
        many = features[:-KEPT] == features[KEPT:]
        if many.any():
            kept = np.ones(len(features), dtype=bool) if kept is None else kept
            kept[:-KEPT] &= ~many
    return kept
