"""What is looked up of a text: a few of its shingles, the same few in every copy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np
import xxhash
from numpy.typing import NDArray

from pipelines.charset.script import text_of
from pipelines.dedup.folding import Points, fold, fold_points
from pipelines.dedup.outlines import outline

Hashes = NDArray[np.uint64]

SHINGLE = 6
SKETCH = 16
# Of a feature 40 bits are kept: of 32, one new text in fourteen would share one with one of a
# million others by chance, and be compared with it for nothing.
FEATURE_MASK = 2**40 - 1
_MASK = np.uint64(FEATURE_MASK)

_21, _29, _32, _42 = (np.uint64(bits) for bits in (21, 29, 32, 42))
_ENOUGH = 3 * SKETCH // 2  # of the smallest hashes; some texts repeat themselves
_ODD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A text ready to be looked up.

    `digest` is 128 bits in hex, `length` counts folded characters, `features` are at most 16
    numbers of 40 bits, `outline` tells most other texts apart.
    """

    digest: str
    length: int
    features: tuple[int, ...]
    outline: bytes
    text: str


def fingerprint(text: str) -> Fingerprint:
    """Make the fingerprint of a clean text."""
    points = fold_points(text)
    hashes = np.sort(shingles(points))
    length = len(points)
    return Fingerprint(
        _digest(text_of(points)), length, sketch(hashes), outline(hashes, length), text
    )


def digest(text: str) -> str:
    """Give the 128-bit xxHash of the folded text in hex."""
    return _digest(fold(text))


def _digest(folded: str) -> str:
    return xxhash.xxh3_128_hexdigest(folded.encode("utf-8", "surrogatepass"))


def shingles(points: Points) -> Hashes:
    """Give the 64-bit hashes of all runs of six code points, or of a shorter whole.

    Three code points fit one word, so two words and two multiplications are a run.
    """
    if not len(points):
        return np.empty(0, dtype=np.uint64)
    wide = points.astype(np.uint64)
    if len(wide) < SHINGLE:
        wide = np.concatenate([wide, np.zeros(SHINGLE - len(wide), dtype=np.uint64)])
    thirds = wide[:-2] | wide[1:-1] << _21 | wide[2:] << _42
    thirds *= _ODD[0]
    thirds ^= thirds >> _32
    hashes: Hashes = thirds[:-3] * _ODD[1]
    hashes += thirds[3:]
    hashes ^= hashes >> _29
    hashes *= _ODD[0]
    return hashes


def sketch(hashes: Hashes) -> tuple[int, ...]:
    """Give the bottom-k sketch (Broder 1997; Cohen and Kaplan 2007) of hashes in order.

    Unlike the bands of MinHash, one shared feature makes a candidate: of a copy with every fifth
    character edited two of sixteen are expected, while hardly a band of it is left. The low bits
    of each hash are kept; the high ones of the smallest are much the same.
    """
    least = dict.fromkeys((hashes[:_ENOUGH] & _MASK).tolist())
    if len(least) < SKETCH:  # a short text, or one that repeats itself
        least = dict.fromkeys((hashes & _MASK).tolist())
    return tuple(islice(least, SKETCH))


class Overlap:
    """What share of its shingles a text has in common with others."""

    def __init__(self, text: str) -> None:
        self._hashes = np.sort(shingles(fold_points(text)))

    def of(self, text: str) -> float:
        """Give the share of the shorter text's shingles that the longer one has."""
        theirs = shingles(fold_points(text))
        ours = self._hashes
        if not len(ours) or not len(theirs):
            return 0.0
        places = np.searchsorted(ours, theirs)
        places[places == len(ours)] = 0
        found = theirs[ours[places] == theirs]
        if len(ours) < len(theirs):
            found = np.unique(found)
        return len(found) / min(len(ours), len(theirs))
