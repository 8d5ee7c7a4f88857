"""Sorted immutable files of postings: which documents have a feature."""

from __future__ import annotations

import mmap
import os
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"QYSEG002"
_HEADER = struct.Struct(
    "<8sQQQQ"
)  # magic, postings, bytes of the filter, where lows, numbers begin
BUCKETS = 2**16  # a feature's upper half says which; its lower half is kept
_DIRECTORY = (BUCKETS + 1) * 4
# Bytes of the filter a posting. It stays in memory, so a large file has the smaller one: there
# an eighth of the absent features is looked for in vain, one read of some hundred bytes each.
_FILTER, _FILTER_SMALL, _LARGE = 1, 2, 2**21
# Of one feature's documents. More have a template in common, and to read them all would cost more
# than they can tell.
KEPT = 128
_PART = 2**16  # postings that a merge has in memory at a time
_32, _48 = np.uint64(32), np.uint64(48)

Postings = NDArray[np.uint64]  # feature << 32 | number


class SegmentError(Exception):
    """The file is no segment, or not all of one; the message names it."""


class Segment:
    """One file of postings. The filter and the directory are mapped, the rest is read by need."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDONLY)
        size = os.fstat(self._file).st_size
        header = os.pread(self._file, _HEADER.size, 0)
        if len(header) < _HEADER.size or not header.startswith(MAGIC):
            os.close(self._file)
            raise SegmentError(f"{path}: not a segment of this version")
        _, self.count, self._width, self._lows, self._numbers = _HEADER.unpack(header)
        if size != self._numbers + 4 * self.count:
            os.close(self._file)
            raise SegmentError(f"{path}: {size} bytes, {self._numbers + 4 * self.count} expected")
        self._map = mmap.mmap(self._file, self._lows, prot=mmap.PROT_READ)
        start = _HEADER.size
        whole = memoryview(self._map)
        self._directory = whole[start : start + _DIRECTORY].cast("I")
        self._filter = whole[start + _DIRECTORY : start + _DIRECTORY + self._width]

    def lookup(self, features: Iterable[int]) -> list[tuple[int, Sequence[int]]]:
        """Give those of the features that are here, each with the numbers of its documents."""
        width, bits, directory = self._width, self._filter, self._directory
        found: list[tuple[int, Sequence[int]]] = []
        maybe = [f for f in features if bits[f * width >> 32] >> (f & 7) & 1]
        for feature in maybe:
            bucket, low = feature >> 16, feature & 0xFFFF
            first, last = directory[bucket], directory[bucket + 1]
            lows = memoryview(os.pread(self._file, 2 * (last - first), self._lows + 2 * first))
            lows = lows.cast("H")
            start = bisect_left(lows, low)
            if start == len(lows) or lows[start] != low:
                continue
            count = bisect_right(lows, low, start) - start
            numbers = os.pread(self._file, 4 * count, self._numbers + 4 * (first + start))
            found.append((feature, memoryview(numbers).cast("I")))
        return found

    def part(self, first: int, last: int) -> Postings:
        """Give the postings whose features have their upper half in a range."""
        bounds = np.asarray(self._directory[first : last + 1]).astype(np.int64)
        start, count = int(bounds[0]), int(bounds[-1] - bounds[0])
        lows = np.frombuffer(
            os.pread(self._file, 2 * count, self._lows + 2 * start), dtype=np.uint16
        )
        numbers = np.frombuffer(
            os.pread(self._file, 4 * count, self._numbers + 4 * start), dtype=np.uint32
        )
        upper = np.repeat(np.arange(first, last, dtype=np.uint64), np.diff(bounds))
        return (upper << _48) | (lows.astype(np.uint64) << _32) | numbers

    def close(self) -> None:
        """Let go of the file."""
        self._directory.release()
        self._filter.release()
        self._map.close()
        os.close(self._file)


def written(
    path: Path, fresh: Postings, merged: Sequence[Segment], dead: NDArray[np.uint32]
) -> Iterator[None]:
    """Write fresh postings and those of other segments as one, without those of dead numbers.

    A part at each step; the file appears under its name when all of it is on the disk.
    """
    fresh = np.sort(fresh)
    most = len(fresh) + sum(segment.count for segment in merged)
    width = -(-max(1, most * (_FILTER if most > _LARGE else _FILTER_SMALL)) // 8) * 8
    start_lows = _HEADER.size + _DIRECTORY + width
    start_numbers = start_lows + 2 * most + (-2 * most) % 4
    bits = np.zeros(width, dtype=np.uint8)
    sizes = np.zeros(BUCKETS + 1, dtype=np.int64)
    made = path.with_name(path.name + ".part")
    count = 0
    with made.open("wb") as file:
        for first, last in _ranges(most):
            mine = fresh[slice(*np.searchsorted(fresh, _edges(first, last)))]
            runs = [*(segment.part(first, last) for segment in merged), mine]
            postings = _newest(np.sort(np.concatenate(runs), kind="stable"), dead)
            numbers = postings.astype(np.uint32)
            features = postings >> _32
            places = features * np.uint64(width) >> _32
            marks = np.uint8(1) << (features & np.uint64(7)).astype(np.uint8)
            np.bitwise_or.at(bits, places, marks)
            upper = (features >> np.uint64(16)).astype(np.int64) - first
            sizes[first + 1 : last + 1] = np.bincount(upper, minlength=last - first)
            os.pwrite(file.fileno(), features.astype(np.uint16).tobytes(), start_lows + 2 * count)
            os.pwrite(file.fileno(), numbers.tobytes(), start_numbers + 4 * count)
            count += len(postings)
            yield
        header = _HEADER.pack(MAGIC, count, width, start_lows, start_numbers)
        directory = np.cumsum(sizes).astype(np.uint32)
        os.pwrite(file.fileno(), header + directory.tobytes() + bits.tobytes(), 0)
        os.ftruncate(file.fileno(), start_numbers + 4 * count)
        os.fsync(file.fileno())
    made.replace(path)


def _ranges(count: int) -> list[tuple[int, int]]:
    """Divide the buckets so that so many postings fit into memory, a part of them at a time."""
    step = BUCKETS >> min(10, (count // _PART).bit_length())
    return [(first, first + step) for first in range(0, BUCKETS, step)]


def _edges(first: int, last: int) -> Postings:
    return np.asarray([first << 48, (last << 48) - 1], dtype=np.uint64)


def _newest(postings: Postings, dead: NDArray[np.uint32]) -> Postings:
    """Drop the dead, and of a feature that very many share all but the newest."""
    if len(dead):
        postings = postings[~np.isin(postings.astype(np.uint32), dead)]
    if len(postings) <= KEPT:
        return postings
    features = postings >> _32
    kept = np.ones(len(postings), dtype=bool)
    kept[:-KEPT] = features[:-KEPT] != features[KEPT:]
    return postings[kept]
