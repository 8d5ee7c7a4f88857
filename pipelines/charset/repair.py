"""Text to text: undoes damage for which there is positive evidence."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.items import Damage


@dataclass(frozen=True, slots=True)
class Repaired:
    """The text, the very same object when it was sound, and what was repaired in it."""

    text: str
    damages: tuple[Damage, ...] = ()


def repair(text: str) -> Repaired:
    """Undo the damage of a page or a plain text; sound text comes back as the same object."""
    return Repaired(text)
