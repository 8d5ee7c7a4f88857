"""One pass over a text that says which kinds of damage it could hold at all."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from pipelines.charset.readings import TONED
from pipelines.charset.runs import TRIGGER
from pipelines.charset.traditional import common, natural, traditional

# What a character may be a sign of. The first two only mean something before certain others.
QUESTION, BRACKET, TRADITIONAL, RARE, LATIN, ODD, ESCAPE, LOST = (1 << bit for bit in range(8))
_AFTER_QUESTION, _AFTER_BRACKET = 1 << 8, 1 << 9

FEWEST_RARE = 4
_RANGES = (
    (LATIN, 0x80, 0xFF),
    (RARE, 0x3400, 0x9FFF),
    (RARE, 0xE000, 0xF8FF),
    (ODD, 0xE78D, 0xE796),
    (ODD, 0xE815, 0xE864),
    (ODD, 0x2E80, 0x2FD5),
    (ODD, 0xF900, 0xFAD9),
    (ODD, 0x200B, 0x200F),
    (ODD, 0x202A, 0x202E),
    (ODD, 0x2060, 0x2069),
)
_SINGLE = {
    QUESTION: "?\ufffd",
    BRACKET: "(（",
    ODD: "\u00ad\ufeff＠ｗＷｈＨ＜",
    ESCAPE: "\\%&",
    LOST: "锟烫屯\ufffd?",
    _AFTER_QUESTION: "；？！，;?!,(",
}


@cache
def _table() -> npt.NDArray[np.uint16]:
    table = np.zeros(0x10000, np.uint16)
    for sign, first, last in _RANGES:
        table[first : last + 1] |= sign
    for character in common():
        if len(character) == 1:
            table[ord(character)] &= ~RARE & 0xFFFF
    for sign, characters in _SINGLE.items():
        for character in characters:
            table[ord(character)] |= sign
    for character in "abcdefghijklmnopqrstuvwxyzɡɑü" + TONED:
        table[ord(character)] |= _AFTER_QUESTION | _AFTER_BRACKET
    for pattern in (traditional(), natural()):
        for code in range(0x3400, 0xA000):
            if pattern.match(chr(code)):
                table[code] |= TRADITIONAL
    return table


def signs(text: str) -> int:
    """Give the bits of the signs that a text shows; nothing can be damaged where there are none."""
    if (
        text.isascii()
        and "?" not in text
        and "&" not in text
        and "\\" not in text
        and "%" not in text
    ):
        return 0
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    flags = _table()[codes]
    shown = int(np.bitwise_or.reduce(flags)) if len(flags) else 0
    found = shown & (TRADITIONAL | LATIN | ODD | ESCAPE | LOST)
    if shown & RARE and np.count_nonzero(flags & RARE) >= FEWEST_RARE:
        found |= RARE
    if shown & BRACKET and np.any((flags[:-1] & BRACKET != 0) & (flags[1:] & _AFTER_BRACKET != 0)):
        found |= BRACKET
    if shown & QUESTION and np.any(
        (flags[:-1] & QUESTION != 0) & (flags[1:] & _AFTER_QUESTION != 0)
    ):
        found |= QUESTION if TRIGGER.search(text) else 0
    return found
