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
_MAGIC = b"QYFRO003"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_WORD = 32
LEAST = 8  # bits a posting; a smaller filter is made anew
_MADE = 11
_FEWEST = 2**16
# Four bits of one word (Putze, Sanders and Singler 2007), so that one look tells.
_chance = random.Random(5)  # noqa: S311 - no secret
_MASKS = [sum(1 << bit for bit in _chance.sample(range(_WORD), 4)) for _ in range(4096)]
_MASK_ARRAY = np.asarray(_MASKS, dtype=np.uint32)


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
        self._words = memoryview(self._map)[_HEADER.size :].cast("I")
        self._count = len(self._words)

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
        return postings * LEAST <= self._count * _WORD

    def maybe(self, features: Sequence[int]) -> list[int]:
        """Give those of the features that may stand in a segment: all that do, few others."""
        words, count = self._words, self._count
        return [f for f in features if words[f * count >> BITS] & (m := _MASKS[f & 4095]) == m]

    def set(self, features: Postings) -> None:
        """Set the bits of features; only one process at a time."""
        words: NDArray[np.uint32] = np.asarray(self._words)
        places = (features * np.uint64(self._count) >> np.uint64(BITS)).astype(np.intp)
        masks = _MASK_ARRAY.take((features & np.uint64(4095)).astype(np.intp))
        np.bitwise_or.at(words, places, masks)


def _boot() -> bytes:
    return _BOOT.read_bytes().strip() if _BOOT.exists() else b""
