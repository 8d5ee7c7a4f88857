"""A few bytes by which most texts are known to be no copies of each other, without reading them."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.dedup.disk import put

OUTLINE = 24  # bytes: three words of seven fields
_WORDS, _FIELDS, _BITS = 3, 7, 9
_RANGES = _WORDS * _FIELDS
_EDGES = np.asarray([2**64 * place // _RANGES for place in range(_RANGES)], dtype=np.uint64)
_PLACES = np.asarray([2 ** (_BITS * field) for field in range(_FIELDS)], dtype=np.uint64)
_FIELD = 2**_BITS - 1
_MASK = np.uint64(_FIELD)
_ONES = sum(1 << 64 * word + _BITS * field for word in range(_WORDS) for field in range(_FIELDS))
_HIGHS = _ONES << _BITS - 1
_LAST = 64 * (_WORDS - 1)  # the bit where the last word begins
_DOUBLE = 16  # in the field for the length
_APART = 2 * _DOUBLE  # an excerpt of less than a quarter has too little in common with the whole


def outline(hashes: NDArray[np.uint64], length: int) -> bytes:
    """Give the outline of a text of so many characters, of its shingles' hashes in order.

    One-permutation MinHash (Li, Owen and Zhang 2012): of each range of hashes the low bits of the
    least, of an empty one those of the next (Shrivastava and Li 2014). The lowest range, where
    the features are from, leaves its field to the length.
    """
    if not len(hashes):
        return bytes(OUTLINE)
    fields = hashes.take(hashes.searchsorted(_EDGES), mode="wrap") & _MASK
    fields[0] = min(_FIELD, 1 + int(_DOUBLE * math.log2(length)))
    words = fields.reshape(_WORDS, _FIELDS).dot(_PLACES)
    return bytes(words.astype("<u8", copy=False).data)


def may_be_copies(ours: bytes, theirs: bytes) -> bool:
    """Tell whether two texts may have much in common; so they may where theirs is not whole.

    Of equally long texts with a quarter of their shingles in common three pairs in a thousand
    have no field in common, of those without any 96 in a hundred.
    """
    one, other = int.from_bytes(ours, "little"), int.from_bytes(theirs, "little")
    size, size_of_other = one & _FIELD, other & _FIELD
    if not size_of_other or not other >> _LAST or abs(size - size_of_other) > _APART:
        return True
    differing = one ^ other | 1  # whatever the lengths
    return bool((differing - _ONES) & ~differing & _HIGHS)  # a field of it is 0


class Outlines:
    """A file of outlines, each in the place of its document's number, that is never replaced.

    Processes that write the same documents write the same bytes.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def put(self, first: int, outlines: bytes) -> None:
        """Keep the outlines of documents that follow each other; on the disk from `sync` on."""
        put(self._file, outlines, OUTLINE * first)

    def sync(self) -> None:
        """Wait for the disk."""
        os.fdatasync(self._file)

    def of(self, number: int) -> bytes:
        """Give the outline of a document, nothing where it has none."""
        return os.pread(self._file, OUTLINE, OUTLINE * number)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
