"""A filter in front of all segments: most features of a new text stand in none of them."""

from __future__ import annotations

import mmap
import os
import random
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.dedup.segments import BITS, Postings

_HEADER = struct.Struct("<8s56s")  # magic, the boot in which it was written
_MAGIC = b"QYFRO004"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_WORD = 64
LEAST = 9  # bits a posting; a smaller filter is made anew
_MADE = 12
_FEWEST = 2**15
# Five bits of one word (Putze, Sanders and Singler 2007), so that one look tells. A feature's low
# bits say which five, its other 32 which word.
_chance = random.Random(5)  # noqa: S311 - no secret
_MASKS = np.asarray(
    [sum(1 << bit for bit in _chance.sample(range(_WORD), 5)) for _ in range(4096)],
    dtype=np.uint64,
)
_OF_MASKS, _SKIPPED, _U32 = np.uint64(len(_MASKS) - 1), np.uint64(BITS - 32), np.uint64(32)


class FrontError(Exception):
    """The file is no filter, or not all of one; the message names it."""


class Front:
    """A mapped file that all processes share; its bits are only ever set.

    They are set before the segment that they stand for has a name, and outlive any process.
    After a power cut some may be missing: `is_current` is False from the next boot on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        file = os.open(path, os.O_RDWR)
        try:
            header = os.pread(file, _HEADER.size, 0)
            if len(header) < _HEADER.size or not header.startswith(_MAGIC):
                raise FrontError(f"{path}: not a filter of this version")
            self._map = mmap.mmap(file, 0)
        finally:
            os.close(file)
        self.is_current = bool(_boot()) and header == _HEADER.pack(_MAGIC, _boot())
        self._words = np.frombuffer(self._map, dtype=np.uint64, offset=_HEADER.size)
        self._count = np.uint64(len(self._words))

    @staticmethod
    def create(path: Path, postings: int) -> None:
        """Make an empty filter for so many postings and some more; raises OSError on a full disk.

        The space is taken now: pages that are mapped and cannot be written end a process.
        """
        words = max(_FEWEST, -(-postings * _MADE // _WORD))
        made = path.with_name(path.name + ".part")
        try:
            with made.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, _HEADER.size + words * _WORD // 8)
                file.write(_HEADER.pack(_MAGIC, _boot()))
            made.replace(path)
        except OSError:
            made.unlink(missing_ok=True)
            raise

    def has_room(self, postings: int) -> bool:
        """Tell whether the filter would still tell much with so many postings."""
        return postings * LEAST <= len(self._words) * _WORD

    def maybe(self, features: Sequence[int]) -> list[int]:
        """Give those of the features that may stand in a segment: all that do, few others."""
        asked = np.array(features, dtype=np.uint64)
        masks = self._masks(asked)
        # All at once: the words are far apart, and the processor waits for them together.
        found: list[int] = asked[self._words.take(self._places(asked)) & masks == masks].tolist()
        return found

    def set(self, features: Postings) -> None:
        """Set the bits of features in order; only one process at a time."""
        places = self._places(features)
        starts = np.flatnonzero(np.diff(places, prepend=-1))  # of those that share a word
        if len(starts):
            bits = np.bitwise_or.reduceat(self._masks(features), starts)
            self._words[places[starts]] |= bits

    def _places(self, features: Postings) -> NDArray[np.intp]:
        return ((features >> _SKIPPED) * self._count >> _U32).view(np.intp)

    @staticmethod
    def _masks(features: Postings) -> Postings:
        return _MASKS.take((features & _OF_MASKS).view(np.intp))


def _boot() -> bytes:
    return _BOOT.read_bytes().strip() if _BOOT.exists() else b""
