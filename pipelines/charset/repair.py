"""Text to text: undoes damage for which there is positive evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.items import Damage
from pipelines.charset import signs
from pipelines.charset.codepoints import mend_codepoints
from pipelines.charset.escapes import unescape
from pipelines.charset.lost import mark_lost
from pipelines.charset.mojibake import reread_mojibake
from pipelines.charset.notes import remove_notes
from pipelines.charset.runs import realign
from pipelines.charset.spun import restore_script
from pipelines.charset.undo import TooSlowError

# The kind that says why a damaged text came back as it was.
TOO_SLOW = "too_slow"

# A step takes the text and the damages found before it; without evidence of its own kind of
# damage it returns the very same text.
Undo = Callable[[str, tuple[Damage, ...]], tuple[str, tuple[Damage, ...]]]


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of damage: how it is undone, and the signs of which it needs one to exist."""

    undo: Undo
    signs: int


# What was done last is undone first. A wrong decoding hides all the rest. Runs need the bytes of
# every character in them: private-use characters, widths and spaces must still stand. A note may
# split a character, so runs come before notes; notes tell the script of the page. Then come single
# characters, which the steps before would not have known from damage of their own.
STEPS: tuple[Step, ...] = (
    Step(reread_mojibake, signs.RARE | signs.LATIN),
    Step(realign, signs.QUESTION),
    Step(remove_notes, signs.BRACKET),
    Step(restore_script, signs.TRADITIONAL | signs.CHANGED),
    Step(mend_codepoints, signs.ODD),
    Step(unescape, signs.ESCAPE),
    Step(mark_lost, signs.LOST),
)


@dataclass(frozen=True, slots=True)
class Repaired:
    """The text, the very same object when it was sound, and what was repaired in it."""

    text: str
    damages: tuple[Damage, ...] = ()


def repair(text: str) -> Repaired:
    """Undo the damage of an HTML page or a plain text; sound text comes back as the same object.

    The span of a damage is in the text as its step found it, after the steps before. What is lost
    for good is among the damages with its `after` as its `before`. A text that takes longer than
    seconds comes back as it came, with a damage of kind `too_slow`.
    """
    original = text
    damages: tuple[Damage, ...] = ()
    shown = signs.signs(text)
    for step in STEPS:
        if not step.signs & shown:
            continue
        before = text
        try:
            text, found = step.undo(text, damages)
        except TooSlowError:
            whole = (0, len(original))
            return Repaired(original, (Damage(TOO_SLOW, whole, "", "", 0.0),))
        damages += found
        if text is not before:
            shown = signs.signs(text) | signs.CHANGED
    return Repaired(text, damages)
