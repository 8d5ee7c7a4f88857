"""Which script the visible text of a page is written in, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipelines.charset.script import codes, fold_script

HAN = "㐀-䶿一-鿿豈-﫿"

# Tags, comments, scripts and styles say nothing about the script of the text.
_UNSEEN = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[a-zA-Z/!][^<>]*>", re.S | re.I
)
_LINE_ENDS = [ord(character) for character in "\n\r|丨"]


def words(name: str) -> list[str]:
    """Read a word list of the package; lines with # are comments."""
    text = files("pipelines.charset.data").joinpath(name).read_text(encoding="utf-8")
    return [word for line in text.splitlines() if line[:1] != "#" for word in line.split()]


def _encodable(character: str, codec: str) -> bool:
    return character.encode(codec, "ignore") != b""


@cache
def _pairs() -> dict[str, str]:
    characters = "".join(map(chr, range(0x3400, 0xA000)))
    return {c: s for c, s in zip(characters, fold_script(characters), strict=True) if c != s}


@cache
def traditional() -> re.Pattern[str]:
    """Match the characters that occur in traditional script only."""
    return _any_of(c for c in _pairs() if not _encodable(c, "gb2312"))


@cache
def simplified() -> re.Pattern[str]:
    """Match the characters that occur in simplified script only."""
    # Python searches a set of characters 40 times faster when none is beyond the first plane.
    plane = (c for c in set(_pairs().values()) if c <= "\uffff")
    return _any_of(c for c in plane if not _encodable(c, "big5"))


@cache
def common_traditional() -> frozenset[str]:
    """List the characters of Big5's first level, those of daily use."""
    pairs = (bytes((lead, trail)) for lead in range(0xA4, 0xC7) for trail in range(0x40, 0xFF))
    return frozenset(
        "".join(pair.decode("big5", "ignore") for pair in pairs if pair <= b"\xc6\x7e")
    )


@cache
def common() -> frozenset[str]:
    """List the characters of daily use in either script: those of GB 2312, and of Big5's first."""
    planes = (*range(0x2010, 0x2700), *range(0x3000, 0xFFFF))
    hans = (chr(code) for code in planes if _encodable(chr(code), "gb2312"))
    # Python's GB 2312 has other dashes and dots than pages have.
    return frozenset(hans) | common_traditional() | frozenset("—·")


@cache
def rare() -> re.Pattern[str]:
    """Match the ideographs and private-use characters of no daily use in either script."""
    every = (chr(code) for code in (*range(0x3400, 0xA000), *range(0xE000, 0xF900)))
    return _any_of(c for c in every if c not in common())


@cache
def natural() -> re.Pattern[str]:
    """Match the characters that a writer of traditional script uses and a naive table cannot."""
    return _any_of("".join(words("natural.txt")))


@cache
def spam_words() -> re.Pattern[str]:
    """Match the words that lines of injected spam are made of."""
    return re.compile("|".join(map(re.escape, words("spam_words.txt"))))


def _any_of(characters: Iterable[str]) -> re.Pattern[str]:
    return re.compile("[" + "".join(sorted(characters)) + "]")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines in traditional script, and how many characters tell either script in them all."""

    text: str
    traditional: int
    simplified_beside: int


def visible(page: str) -> str:
    """Put a line break in the place of all markup."""
    return _UNSEEN.sub("\n", page) if "<" in page else page


@cache
def scripts() -> npt.NDArray[np.int8]:
    """Mark traditional characters 1 and simplified ones -1."""
    table = np.zeros(0x10000, np.int8)
    for sign, pattern in ((1, traditional()), (-1, simplified())):
        for code in range(0x3400, 0xA000):
            if pattern.match(chr(code)):
                table[code] = sign
    return table


def traditional_lines(text: str) -> Lines:
    """Pick the lines in traditional script out of visible text; lines of spam count not at all."""
    points = codes(text)
    shown = scripts().take(points, mode="clip")
    hant_until = np.concatenate(([0], np.cumsum(shown == 1)))
    hans_until = np.concatenate(([0], np.cumsum(shown == -1)))
    ends = np.flatnonzero(np.isin(points, _LINE_ENDS))
    starts, stops = np.concatenate(([0], ends + 1)), np.append(ends, len(points))
    hant = hant_until[stops] - hant_until[starts]
    hans = hans_until[stops] - hans_until[starts]
    chosen = np.flatnonzero(hant > hans)
    lines = [text[starts[at] : stops[at]] for at in chosen.tolist()]
    beside = 0
    for at in np.flatnonzero((hans >= hant) & (hans > 0)).tolist():
        line = text[starts[at] : stops[at]]
        if 3 * sum(map(len, spam_words().findall(line))) < len(line):
            beside += int(hans[at])
    return Lines("\n".join(lines), int(hant[chosen].sum()), beside)
