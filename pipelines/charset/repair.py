"""Text to text: undoes damage for which there is positive evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.items import Damage
from pipelines.charset.notes import remove_notes
from pipelines.charset.runs import realign
from pipelines.charset.spun import restore_script

# A step takes the text and the damages found before it; without evidence of its own kind of
# damage it returns the very same text. The order is that in which the damage was done, reversed.
Step = Callable[[str, tuple[Damage, ...]], tuple[str, tuple[Damage, ...]]]
STEPS: tuple[Step, ...] = (realign, remove_notes, restore_script)


@dataclass(frozen=True, slots=True)
class Repaired:
    """The text, the very same object when it was sound, and what was repaired in it."""

    text: str
    damages: tuple[Damage, ...] = ()


def repair(text: str) -> Repaired:
    """Undo the damage of an HTML page or a plain text; sound text comes back as the same object.

    The span of a damage is in the text as its step found it, after the steps before.
    """
    damages: tuple[Damage, ...] = ()
    for step in STEPS:
        text, found = step(text, damages)
        damages += found
    return Repaired(text, damages)
