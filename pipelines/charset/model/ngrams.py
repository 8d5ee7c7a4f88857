"""Character trigrams with back-off, in one file that is read at once."""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

# A logarithm takes one byte: -n / SCALE nats, down to -255 / SCALE.
SCALE = 16.0
WORST = 255
HEADER = struct.Struct("<4sIII")
MAGIC = b"QYN1"


class ModelError(Exception):
    """A model file is damaged or of another version; the message names it."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The arrays of a model: `*_p` log probabilities, `*_b` back-off weights, as bytes.

    Bigram `i` of character number `a` lies in `bigram_at[a]:bigram_at[a + 1]` with its second
    character in `bigram_to`, sorted; its trigrams in `trigram_at[i]:trigram_at[i + 1]` likewise.
    """

    characters: str
    unigram_p: array[int]
    unigram_b: array[int]
    bigram_at: array[int]
    bigram_to: array[int]
    bigram_p: array[int]
    bigram_b: array[int]
    trigram_at: array[int]
    trigram_to: array[int]
    trigram_p: array[int]


def pack(parts: list[bytes], characters: str, bigrams: int, trigrams: int) -> bytes:
    """Put the arrays of `Tables`, in its order, into a file's bytes."""
    body = zlib.compress(characters.encode("utf-32-le") + b"".join(parts), 9)
    return HEADER.pack(MAGIC, len(characters), bigrams, trigrams) + body


def unpack(packed: bytes, name: str) -> Tables:
    """Read the bytes of a file; raises ModelError with the name."""
    try:
        magic, characters, bigrams, trigrams = HEADER.unpack_from(packed)
        if magic != MAGIC:
            raise ModelError(f"{name} is no model of this version")
        whole = memoryview(zlib.decompress(packed[HEADER.size :]))
    except (struct.error, zlib.error) as error:
        raise ModelError(f"{name}: {error}") from error
    at = 4 * characters
    taken = [str(whole[:at], "utf-32-le")]
    views: list[array[int]] = []
    sections: tuple[tuple[int, Literal["B", "H", "I"]], ...] = (
        (characters, "B"),
        (characters, "B"),
        (characters + 1, "I"),
        (bigrams, "H"),
        (bigrams, "B"),
        (bigrams, "B"),
        (bigrams + 1, "I"),
        (trigrams, "H"),
        (trigrams, "B"),
    )
    for size, code in sections:
        width = {"B": 1, "H": 2, "I": 4}[code]
        # The pieces are copied where a view would not be aligned.
        views.append(array(code, bytes(whole[at : at + size * width])))
        at += size * width
    if at != len(whole):
        raise ModelError(f"{name}: {len(whole)} bytes where {at} belong")
    return Tables(taken[0], *views)


class NGrams:
    """Log probabilities of a character after up to two others, by Katz back-off."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.number = {character: i for i, character in enumerate(tables.characters)}

    @classmethod
    def load(cls, name: str) -> NGrams:
        """Read a model of the package; works from a zipped egg, too."""
        path = files("pipelines.charset.model").joinpath(name)
        return cls(unpack(path.read_bytes(), name))

    def log_p(self, before: str, last: str, character: str) -> float | None:
        """Give ln P(character | before, last); None where the character is not in the model.

        A context that is not in the model counts for nothing.
        """
        number, tables = self.number, self.tables
        c = number.get(character)
        if c is None:
            return None
        b = number.get(last)
        if b is None:
            return -tables.unigram_p[c] / SCALE
        weight = 0
        a = number.get(before)
        if a is not None:
            at, to = tables.bigram_at, tables.bigram_to
            high = at[a + 1]
            pair = bisect_left(to, b, at[a], high)
            if pair < high and to[pair] == b:
                at, to = tables.trigram_at, tables.trigram_to
                high = at[pair + 1]
                found = bisect_left(to, c, at[pair], high)
                if found < high and to[found] == c:
                    return -tables.trigram_p[found] / SCALE
                weight = tables.bigram_b[pair]
        at, to = tables.bigram_at, tables.bigram_to
        high = at[b + 1]
        found = bisect_left(to, c, at[b], high)
        if found < high and to[found] == c:
            return -(weight + tables.bigram_p[found]) / SCALE
        return -(weight + tables.unigram_b[b] + tables.unigram_p[c]) / SCALE
