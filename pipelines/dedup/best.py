"""Which copy of a story stands in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Copy:
    """What counts in the election: repairs, length in characters, ISO time or None."""

    key: str
    damages: int
    length: int
    published: str | None


def best(copies: Sequence[Copy]) -> str:
    """Give the key of the best copy: sound before repaired, then longest, earliest, by key.

    Raises ValueError without copies.
    """
    return min(copies, key=_rank).key


def _rank(copy: Copy) -> tuple[int, int, str, str]:
    return copy.damages, -copy.length, copy.published or "9999", copy.key
