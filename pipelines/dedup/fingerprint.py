"""What is compared of a text: folded characters, shingles, a MinHash signature."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
import xxhash
from numpy.typing import NDArray

from pipelines.charset.script import codes, fold_script

Hashes = NDArray[np.uint64]

SHINGLE = 5
SIGNATURE = 111

_DROPPED = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A text ready to be compared; small enough to come back from a worker process.

    `digest` is 128 bits in hex, `signature` 111 uint32 in bytes, `folded` the folded text, packed.
    """

    digest: str
    signature: bytes
    folded: bytes

    def text(self) -> str:
        """Give the folded text."""
        return zlib.decompress(self.folded).decode("utf-32-le")


def fold(text: str) -> str:
    """Fold script, width and case and drop punctuation and white space."""
    return _DROPPED.sub("", fold_script(unicodedata.normalize("NFKC", text).lower()))


def digest(text: str) -> str:
    """Give the 128-bit xxHash of the folded text in hex."""
    return _digest(fold(text))


def _digest(folded: str) -> str:
    return xxhash.xxh3_128_hexdigest(folded.encode("utf-8", "surrogatepass"))


@cache
def _salts() -> NDArray[np.uint64]:
    random = np.random.default_rng(20190527)
    return random.integers(1, 2**63, SIGNATURE, dtype=np.uint64) | np.uint64(1)  # odd


def shingles(folded: str) -> Hashes:
    """Give the distinct 64-bit hashes of all runs of five characters, or of a shorter whole."""
    prime = np.uint64(0x9E3779B97F4A7C15)
    points = codes(folded)
    width = min(SHINGLE, len(points))
    if not width:
        return np.empty(0, dtype=np.uint64)
    hashes = np.zeros(len(points) - width + 1, dtype=np.uint64)
    for offset in range(width):
        hashes = (hashes ^ points[offset : offset + len(hashes)]) * prime
        hashes ^= hashes >> np.uint64(29)
    return np.unique(hashes)


def signature(folded: str) -> NDArray[np.uint32]:
    """Give the MinHash signature (Broder 1997), one multiply-shift hash a place."""
    hashes = shingles(folded)
    if not len(hashes):
        return np.zeros(SIGNATURE, dtype=np.uint32)
    mixed = hashes[None, :] * _salts()[:, None]
    return np.asarray((mixed >> np.uint64(32)).min(axis=1), dtype=np.uint32)


def fingerprint(text: str) -> Fingerprint:
    """Make the fingerprint of a clean text."""
    folded = fold(text)
    packed = zlib.compress(folded.encode("utf-32-le", "surrogatepass"), 1)
    return Fingerprint(_digest(folded), signature(folded).tobytes(), packed)
