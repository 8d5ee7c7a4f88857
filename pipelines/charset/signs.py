"""One pass over a text that says which kinds of damage it could hold at all."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.charset.candidates import units
from pipelines.charset.readings import TONED
from pipelines.charset.runs import TRIGGER
from pipelines.charset.traditional import common, natural, scripts

# What a character may be a sign of.
QUESTION, BRACKET, TRADITIONAL, RARE, LATIN, ODD, ESCAPE, LOST = (1 << bit for bit in range(8))
_AFTER_QUESTION, _AFTER_BRACKET, _NATURAL = (1 << bit for bit in range(8, 11))
_PERCENT, _AMPERSAND, _BACKSLASH, _MEMORY = (1 << bit for bit in range(11, 15))

# A step before has changed the text: what it found may prove more than a sign does.
CHANGED = 1 << 16

_ENTITIES = re.compile("&(?:amp;[#a-zA-Z]{2,9}|nbsp|[lr][ds]quo|hellip|mdash|middot);")
FEWEST_RARE, WITHIN, FEWEST_LATIN, FEWEST_TRADITIONAL = 4, 24, 4, 8
# Taiwan paragraphs have one natural character in 27 traditional ones, spun pages one in 500.
TRADITIONAL_PER_NATURAL = 60
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
    _BACKSLASH: "\\",
    _PERCENT: "%",
    _AMPERSAND: "&",
    _MEMORY: "锟烫屯",
    LOST: "\ufffd",
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
    table[scripts() == 1] |= TRADITIONAL
    for code in range(0x3400, 0xA000):
        if natural().match(chr(code)):
            table[code] |= _NATURAL
    return table


def signs(text: str) -> int:
    """Give the bits of the signs that a text shows; nothing can be damaged where there are none."""
    codes = units(text)
    flags = _table()[codes]
    shown = int(np.bitwise_or.reduce(flags)) if len(flags) else 0
    found = shown & (ODD | LOST)
    if (
        (shown & _BACKSLASH and "\\u" in text)
        or (shown & _AMPERSAND and _ENTITIES.search(text))
        or (shown & _PERCENT and _percent_pairs(flags))
    ):
        found |= ESCAPE
    if shown & _MEMORY and _crowded(flags & _MEMORY, 2, 4):
        found |= LOST
    if shown & RARE and _crowded(flags & RARE, FEWEST_RARE, WITHIN):
        found |= RARE
    if shown & LATIN and _crowded(flags & LATIN, FEWEST_LATIN, FEWEST_LATIN):
        found |= LATIN
    if shown & TRADITIONAL:
        found |= _script(flags)
        if shown & BRACKET and len(_before(flags, BRACKET, _AFTER_BRACKET)):
            found |= BRACKET
    if shown & QUESTION:
        places = _before(flags, QUESTION, _AFTER_QUESTION)
        # A character beyond the first plane takes two units: the places are too far on then.
        shifted = len(codes) != len(text)
        if shifted or any(TRIGGER.match(text, place) for place in places.tolist()):
            found |= QUESTION
        if np.count_nonzero(flags & QUESTION) >= 8 and "????" in text:
            found |= LOST
    return found


def _before(flags: npt.NDArray[np.uint16], sign: int, following: int) -> npt.NDArray[np.intp]:
    return np.flatnonzero(((flags[:-1] & sign) != 0) & ((flags[1:] & following) != 0))


def _crowded(signed: npt.NDArray[Any], fewest: int, within: int) -> bool:
    places = np.flatnonzero(signed != 0)
    return bool(np.any(places[fewest - 1 :] - places[: 1 - fewest] < within))


def _percent_pairs(flags: npt.NDArray[np.uint16]) -> bool:
    """Say whether three percent signs stand three apart, as in %E4%BD%A0."""
    places = np.flatnonzero((flags & _PERCENT) != 0)
    return bool(np.any(places[2:] - places[:-2] == 6))


def _script(flags: npt.NDArray[np.uint16]) -> int:
    hant = np.count_nonzero(flags & TRADITIONAL)
    genuine = np.count_nonzero(flags & _NATURAL)
    may_be_spun = genuine < 3 or genuine * TRADITIONAL_PER_NATURAL < hant
    return TRADITIONAL if hant >= FEWEST_TRADITIONAL and may_be_spun else 0
