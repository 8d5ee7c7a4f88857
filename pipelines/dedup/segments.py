"""Sorted immutable files of postings: which documents have a feature."""

from __future__ import annotations

import fcntl
import mmap
import os
import random
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

MAGIC = b"QYSEG003"
# magic; postings; the room for them; words of a bucket's filter; bits of a number; the number that
# they are counted from
_HEADER = struct.Struct("<8sQQQQQ")
BUCKETS = 2**16  # a feature's upper 16 bits say which; its lower 24 are kept
_BITS, _LOW = 40, 24
_LOW_MASK = 2**_LOW - 1
_DIRECTORY = (BUCKETS + 1) * 4
# Bits of the filter a posting. It stays in memory: words of 32 bits, three of which are set for a
# feature (Putze 2007), so that one look tells; a fortieth of the absent are looked for in vain.
_FILTER = 10
_WORD = 32
_chance = random.Random(5)  # noqa: S311 - no secret
_CHOSEN = np.asarray([_chance.sample(range(_WORD), 3) for _ in range(4096)], dtype=np.intp).T
_MASKS = [sum(1 << bit for bit in bits) for bits in _CHOSEN.T.tolist()]
# Of one feature's documents. More have a template in common, and to read them all would cost more
# than they can tell.
KEPT = 128
STEP = 4096  # postings of a merge at a time: a tenth of a millisecond
_SYNCED = 2**19  # postings between two waits for the disk; all at the end would be a long one

Postings = NDArray[np.uint64]


class SegmentError(Exception):
    """The file is no segment, or not all of one; the message names it."""


class Segment:
    """One file of postings. The filter and the directory are mapped, the rest is read by need.

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
        _, self.count, room, words, self._bits, self.first = _HEADER.unpack(header)
        self._upper = _upper_type(self._bits)
        self._start = _start(words)
        self._lower_start = self._start + self._upper.itemsize * room
        expected = self._lower_start + 4 * self.count
        if size != expected:
            os.close(self._file)
            raise SegmentError(f"{path}: {size} bytes, {expected} expected")
        self._map = mmap.mmap(self._file, self._start, prot=mmap.PROT_READ)
        whole = memoryview(self._map)
        self._directory = whole[_HEADER.size : _HEADER.size + _DIRECTORY].cast("I")
        self._bounds = np.asarray(self._directory)
        self._filter = whole[_HEADER.size + _DIRECTORY : self._start].cast("I")
        self._words = len(self._filter)

    def lookup(
        self, features: Sequence[int], masks: Sequence[int] = ()
    ) -> list[tuple[int, Sequence[int]]]:
        """Give those of the features that are here, each with the numbers of its documents.

        `masks` are `masks_of` the features, where they are at hand.
        """
        words, count = self._filter, self._words
        # Nearly all are absent, and one look at the filter says so.
        maybe = [
            feature
            for feature, mask in zip(features, masks or masks_of(features), strict=True)
            if words[feature * count >> _BITS] & mask == mask
        ]
        return [(f, found) for f in maybe if (found := self._numbers(f))] if maybe else []

    def _numbers(self, feature: int) -> list[int]:
        bucket, low = feature >> _LOW, feature & _LOW_MASK
        first, last = self._directory[bucket], self._directory[bucket + 1]
        bits, size = self._bits, self._upper.itemsize
        read = os.pread(self._file, size * (last - first), self._start + size * first)
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
        read = os.pread(self._file, size * count, self._start + size * begin)
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

    def close(self) -> None:
        """Let go of the file."""
        del self._bounds
        self._directory.release()
        self._filter.release()
        self._map.close()
        os.close(self._file)


_ONE, _U24, _U32 = np.uint64(1), np.uint64(_LOW), np.uint64(32)


def _upper_type(bits: int) -> np.dtype[np.unsignedinteger]:
    return np.dtype(np.uint16 if bits + _LOW <= 48 else np.uint32)


def masks_of(features: Sequence[int]) -> list[int]:
    """Give the bits that a feature has in the filters of all segments."""
    return [_MASKS[feature & 4095] for feature in features]


def _start(words: int) -> int:
    return _HEADER.size + _DIRECTORY + BUCKETS * words * _WORD // 8


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
    words = max(1, -(-most * _FILTER // (_WORD * BUCKETS)))
    filter_start, uppers = _HEADER.size + _DIRECTORY, _upper_type(bits)
    start = _start(words)
    lower_start = start + uppers.itemsize * most
    within = np.uint64(2 ** (_LOW + bits - 32) - 1)  # without the bucket
    gone = _marked(numbers, dead)
    sizes = np.zeros(BUCKETS + 1, dtype=np.int64)
    count = synced = 0
    with _part(path) as file:
        out = file.fileno()
        fcntl.flock(out, fcntl.LOCK_EX)  # nobody has left it
        for first, last in _ranges(most, bits):
            found = np.concatenate([s.part(first, last, bits, numbers.start) for s in sources])
            found.sort(kind="stable")  # of sorted runs, a merge
            features = found >> np.uint64(bits)
            kept = _newest(features, found, gone, bits)
            if kept is not None:
                features, found = features[kept], found[kept]
            marks = _marks(features, (last - first) * words, words)
            buckets = (features >> _U24).astype(np.intp)
            sizes[first + 1 : last + 1] = np.bincount(buckets, minlength=last - first)
            upper = (found >> _U32 & within).astype(uppers)
            os.pwrite(out, marks.tobytes(), filter_start + first * words * _WORD // 8)
            os.pwrite(out, upper.tobytes(), start + uppers.itemsize * count)
            os.pwrite(out, found.astype(np.uint32).tobytes(), lower_start + 4 * count)
            count += len(found)
            if count - synced > _SYNCED:
                os.fdatasync(out)
                synced = count
            yield
        header = _HEADER.pack(MAGIC, count, most, words, bits, numbers.start)
        directory = np.cumsum(sizes).astype(np.uint32)
        os.pwrite(out, header + directory.tobytes(), 0)
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


def _marks(features: Postings, size: int, words: int) -> NDArray[np.uint8]:
    """Make the words of a filter for features in order."""
    bits = np.zeros(size * _WORD, dtype=bool)  # to set bits in words takes twice the time
    places = (features * np.uint64(words) >> _U24 << np.uint64(5)).astype(np.intp)
    chosen = (features & np.uint64(len(_MASKS) - 1)).astype(np.intp)
    for column in _CHOSEN:
        bits[places + column.take(chosen)] = True
    return np.packbits(bits, bitorder="little")


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
