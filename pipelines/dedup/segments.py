"""Sorted immutable files of postings: which documents have a feature."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

MAGIC = b"QYSEG003"
# magic; postings; bits of a bucket's filter; bytes of a number; the number they are counted from
_HEADER = struct.Struct("<8sQQQQ")
BUCKETS = 2**16  # a feature's upper 16 bits say which; its lower 24 are kept
_LOW = 24
_LOW_MASK = 2**_LOW - 1
_DIRECTORY = (BUCKETS + 1) * 4
# Bits of the filter a posting, two of which are set: a fortieth of the absent features is looked
# for in vain. It stays in memory.
_FILTER = 10
_ODD = 0x9E3779  # spreads a feature's lower bits anew for the second
# Of one feature's documents. More have a template in common, and to read them all would cost more
# than they can tell.
KEPT = 128
STEP = 4096  # postings of a merge at a time: a tenth of a millisecond
_SYNCED = 4 * 2**20  # bytes between two waits for the disk; all at the end would be a long one

Numbers = NDArray[np.uint64]


class SegmentError(Exception):
    """The file is no segment, or not all of one; the message names it."""


class Segment:
    """One file of postings. The filter and the directory are mapped, the rest is read by need.

    A posting is the number of the document, counted from the segment's first, and the lower bits
    of the feature: five to seven bytes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDONLY)
        size = os.fstat(self._file).st_size
        header = os.pread(self._file, _HEADER.size, 0)
        if len(header) < _HEADER.size or not header.startswith(MAGIC):
            os.close(self._file)
            raise SegmentError(f"{path}: not a segment of this version")
        _, self.count, self._bits, self._width, self.first = _HEADER.unpack(header)
        self._size = self._width + _LOW // 8
        self._start = _start(self._bits)
        if size != self._start + self._size * self.count:
            os.close(self._file)
            expected = self._start + self._size * self.count
            raise SegmentError(f"{path}: {size} bytes, {expected} expected")
        self._map = mmap.mmap(self._file, self._start, prot=mmap.PROT_READ)
        whole = memoryview(self._map)
        self._directory = whole[_HEADER.size : _HEADER.size + _DIRECTORY].cast("I")
        self._filter = whole[_HEADER.size + _DIRECTORY : self._start]

    def lookup(self, features: Sequence[int]) -> list[tuple[int, Sequence[int]]]:
        """Give those of the features that are here, each with the numbers of its documents."""
        bits, filter_ = self._bits, self._filter
        # Nearly all are absent, and one look at the filter says so.
        maybe = [f for f in features if filter_[(p := f * bits >> _LOW) >> 3] >> (p & 7) & 1]
        return [(f, found) for f in maybe if self._has(f) and (found := self._numbers(f))]

    def _has(self, feature: int) -> bool:
        place = (feature >> _LOW) * self._bits
        place += ((feature & _LOW_MASK) * _ODD & _LOW_MASK) * self._bits >> _LOW
        return bool(self._filter[place >> 3] >> (place & 7) & 1)

    def _numbers(self, feature: int) -> list[int]:
        bucket = feature >> _LOW
        first, last = self._directory[bucket], self._directory[bucket + 1]
        size, width = self._size, self._width
        found = os.pread(self._file, size * (last - first), self._start + size * first)
        low = (feature & _LOW_MASK).to_bytes(_LOW // 8, "little")
        numbers = []
        place = found.find(low, width)
        while place >= 0:
            if place % size == width:
                numbers.append(self.first + int.from_bytes(found[place - width : place], "little"))
            place = found.find(low, place + 1)
        return numbers

    def part(self, first: int, last: int, shift: int) -> Numbers:
        """Give the postings of a range of buckets, sorted, as feature << shift | number.

        Features are counted from the range's first.
        """
        bounds = np.asarray(self._directory[first : last + 1]).astype(np.int64)
        start, count = int(bounds[0]), int(bounds[-1] - bounds[0])
        read = os.pread(self._file, self._size * count, self._start + self._size * start)
        wide = np.zeros((count, 8), dtype=np.uint8)
        wide[:, : self._size] = np.frombuffer(read, dtype=np.uint8).reshape(count, self._size)
        values: Numbers = wide.view(np.uint64).ravel()
        bits = np.uint64(8 * self._width)
        features = np.repeat(np.arange(last - first, dtype=np.uint64) << _U24, np.diff(bounds))
        features |= values >> bits
        values &= (_ONE << bits) - _ONE
        values += np.uint64(self.first)
        features <<= np.uint64(shift)
        features |= values
        return features

    def close(self) -> None:
        """Let go of the file."""
        self._directory.release()
        self._filter.release()
        self._map.close()
        os.close(self._file)


_ONE, _U24 = np.uint64(1), np.uint64(_LOW)


def _start(bits: int) -> int:
    return _HEADER.size + _DIRECTORY + BUCKETS // 8 * bits


class Fresh:
    """Postings that no segment has yet; `sizes` says how many of the features a document has.

    The documents' numbers follow each other from `first` on, fewer than 2**24.
    """

    def __init__(self, features: Sequence[int] = (), sizes: Sequence[int] = (), first: int = 0):
        places = np.repeat(np.arange(len(sizes), dtype=np.uint64), np.asarray(sizes, dtype=np.intp))
        keys = np.asarray(features, dtype=np.uint64) << _U24 | places
        keys.sort()
        self.features: Numbers = keys >> _U24
        self.numbers: Numbers = (keys & np.uint64(_LOW_MASK)) + np.uint64(first)

    def part(self, first: int, last: int, shift: int) -> Numbers:
        """Give those of a range of buckets, as a segment does."""
        edges = np.asarray([first << _LOW, last << _LOW], dtype=np.uint64)
        start, end = np.searchsorted(self.features, edges).tolist()
        features = self.features[start:end] - edges[0]
        part: Numbers = features << np.uint64(shift) | self.numbers[start:end]
        return part


def written(
    path: Path, fresh: Fresh, merged: Sequence[Segment], numbers: range, dead: Sequence[int]
) -> Iterator[None]:
    """Write fresh postings and those of other segments as one, without those of dead numbers.

    A part at each step; the file appears under its name when all of it is on the disk. `numbers`
    are those that the documents may have.
    """
    most = len(fresh.features) + sum(segment.count for segment in merged)
    width = max(1, -(-(len(numbers) - 1).bit_length() // 8))
    bits = 8 * max(1, -(-most * _FILTER // (8 * BUCKETS)))
    shift = max(1, numbers.stop.bit_length())
    filter_start, start = _HEADER.size + _DIRECTORY, _start(bits)
    size = width + _LOW // 8
    gone = _marked(numbers, dead)
    sizes = np.zeros(BUCKETS + 1, dtype=np.int64)
    count = unsynced = 0
    with _part(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # nobody has left it
        for first, last in _ranges(most, shift):
            runs = [segment.part(first, last, shift) for segment in merged]
            runs.append(fresh.part(first, last, shift))
            postings = np.concatenate(runs)
            postings.sort(kind="stable")  # of sorted runs, a merge
            features = postings >> np.uint64(shift)
            postings &= (_ONE << np.uint64(shift)) - _ONE
            postings -= np.uint64(numbers.start)
            kept = _newest(features, postings, gone)
            if kept is not None:
                features, postings = features[kept], postings[kept]
            upper, low = features >> _U24, features & np.uint64(_LOW_MASK)
            sizes[first + 1 : last + 1] = np.bincount(
                upper.astype(np.int64), minlength=last - first
            )
            marks = np.packbits(_marks(upper, low, (last - first) * bits, bits), bitorder="little")
            os.pwrite(file.fileno(), marks.tobytes(), filter_start + first * bits // 8)
            low <<= np.uint64(8 * width)
            low |= postings
            kept_bytes = low.view(np.uint8).reshape(-1, 8)[:, :size].tobytes()
            os.pwrite(file.fileno(), kept_bytes, start + size * count)
            count += len(low)
            unsynced += len(kept_bytes)
            if unsynced > _SYNCED:
                os.fdatasync(file.fileno())
                unsynced = 0
            yield
        header = _HEADER.pack(MAGIC, count, bits, width, numbers.start)
        directory = np.cumsum(sizes).astype(np.uint32)
        os.pwrite(file.fileno(), header + directory.tobytes(), 0)
        os.ftruncate(file.fileno(), start + size * count)
        os.fsync(file.fileno())


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


def _ranges(count: int, shift: int) -> list[tuple[int, int]]:
    """Divide the buckets into ranges of few postings, that fit a word with their numbers."""
    step = min(BUCKETS, max(1, STEP * BUCKETS // max(1, count)), 2 ** (64 - _LOW - shift))
    return [(first, min(BUCKETS, first + step)) for first in range(0, BUCKETS, step)]


def _marks(upper: Numbers, low: Numbers, size: int, bits: int) -> NDArray[np.bool_]:
    marks = np.zeros(size, dtype=bool)
    start = upper * np.uint64(bits)
    marks[start + (low * np.uint64(bits) >> _U24)] = True
    again = low * np.uint64(_ODD) & np.uint64(_LOW_MASK)
    marks[start + (again * np.uint64(bits) >> _U24)] = True
    return marks


def _marked(numbers: range, dead: Sequence[int]) -> NDArray[np.bool_] | None:
    here = [number - numbers.start for number in dead if number in numbers]
    if not here:
        return None
    marks = np.zeros(len(numbers), dtype=bool)
    marks[here] = True
    return marks


def _newest(
    features: Numbers, places: Numbers, gone: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    """Mark all but the dead, and of a feature that very many share all but the newest."""
    kept = None if gone is None else ~gone[places]
    if len(features) > KEPT:
        many = features[:-KEPT] == features[KEPT:]
        if many.any():
            kept = np.ones(len(features), dtype=bool) if kept is None else kept
            kept[:-KEPT] &= ~many
    return kept
