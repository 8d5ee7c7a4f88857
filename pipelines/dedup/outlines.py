"""A few bytes by which most texts are known to be no copies of each other, without reading them."""

from __future__ import annotations

import math
import os
from operator import eq
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

OUTLINE = 24  # bytes
_EDGES = np.asarray([2**64 * place // OUTLINE for place in range(1, OUTLINE)], dtype=np.uint64)
_BYTE = np.uint64(0xFF)
_DOUBLE = 8  # in the byte for the length
_APART = 2 * _DOUBLE  # an excerpt of less than a quarter has too little in common with the whole


def outline(hashes: NDArray[np.uint64], length: int) -> bytes:
    """Give the outline of a text of so many characters, of its shingles' hashes in order.

    A byte for the length, and one-permutation MinHash (Li, Owen and Zhang 2012): of each range of
    hashes the low byte of the least, of an empty one that of the next (Shrivastava and Li 2014).
    The lowest range has no byte: the features are from there.
    """
    if not len(hashes):
        return bytes(OUTLINE)
    least = hashes.take(hashes.searchsorted(_EDGES), mode="wrap") & _BYTE
    size = min(255, 1 + int(_DOUBLE * math.log2(length)))
    return bytes((size, *least.tolist()))


def may_be_copies(ours: bytes, theirs: bytes) -> bool:
    """Tell whether two texts may have much in common; so they may where an outline is missing.

    Of equally long texts with a quarter of their shingles in common one pair in a thousand has
    no byte in common, of those without any nine in ten.
    """
    if len(theirs) < OUTLINE or not theirs[0] or abs(ours[0] - theirs[0]) > _APART:
        return True
    return any(map(eq, ours[1:], theirs[1:]))


class Outlines:
    """A file of outlines, each in the place of its document's number, that is never replaced.

    Processes that write the same documents write the same bytes.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def put(self, first: int, outlines: bytes) -> None:
        """Keep the outlines of documents that follow each other, on the disk."""
        os.pwrite(self._file, outlines, OUTLINE * first)
        os.fdatasync(self._file)

    def of(self, number: int) -> bytes:
        """Give the outline of a document, nothing where it has none."""
        return os.pread(self._file, OUTLINE, OUTLINE * number)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
