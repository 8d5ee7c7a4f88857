"""Traditional and simplified characters, one character at a time."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from crawler.items import Script


@cache
def _simplified() -> dict[int, str]:
    table = files("pipelines.charset.data").joinpath("t2s.txt").read_text(encoding="utf-8")
    return {ord(pair[0]): pair[1] for pair in table.split()}


BASIC = range(0x10000)
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


@cache
def _traditional() -> re.Pattern[str]:
    # With one character beyond the basic plane, the whole set would be searched in sequence.
    return re.compile(f"[{''.join(map(chr, filter(BASIC.__contains__, _simplified())))}]")


# From this length on, an array is quicker than a dictionary.
LONG = 200


@cache
def _array() -> npt.NDArray[np.uint32]:
    table = np.arange(max(_simplified()) + 1, dtype=np.uint32)
    for traditional, simplified in _simplified().items():
        table[traditional] = ord(simplified)
    return table


def codes(text: str) -> npt.NDArray[np.uint32]:
    """Give the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def text_of(points: npt.NDArray[np.uint32]) -> str:
    """Make a text of code points."""
    return points.tobytes().decode("utf-32-le", "surrogatepass")


def fold_script(text: str) -> str:
    """Map each traditional character to its simplified one, to compare texts across scripts.

    Not a conversion for readers: 乾 and 著 lose meanings. Source: OpenCC's TSCharacters.
    """
    return _fold_short(text) if len(text) < LONG else _fold(text)


@lru_cache(maxsize=4096)
def _fold_short(text: str) -> str:
    # A line is folded for every rule and pattern that is looked for in it.
    return _fold(text)


def _fold(text: str) -> str:
    # A third of what a look at each character costs.
    if not _traditional().search(text) and not _BEYOND.search(text):
        return text
    if len(text) < LONG:
        return text.translate(_simplified())
    return text_of(fold_codes(codes(text)))


def fold_codes(points: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Map code points as `fold_script` does characters."""
    table = _array()
    folded: npt.NDArray[np.uint32] = np.where(
        points < len(table), table.take(points, mode="clip"), points
    )
    return folded


@cache
def _script() -> npt.NDArray[np.int8]:
    """Give 1 for characters of traditional script alone, -1 for those of simplified alone.

    The character sets say it: GB 2312 has what is written in the one, Big5 what in the other. The
    script table does not: it gives 年, 了 and 同 as simplified forms of rare characters.
    """
    table = np.zeros(0x10000, dtype=np.int8)
    for traditional, simplified in _simplified().items():
        if traditional in BASIC and not chr(traditional).encode("gb2312", "ignore"):
            table[traditional] = 1
        if ord(simplified) in BASIC and not simplified.encode("big5", "ignore"):
            table[ord(simplified)] = -1
    return table


def script_counts(text: str) -> tuple[int, int]:
    """Count the characters of traditional script alone, and those of simplified alone."""
    points = codes(text)
    table = _script()
    tells = table[points[points < len(table)]]
    return int((tells > 0).sum()), int((tells < 0).sum())


def script_of(text: str) -> Script:
    """Name the script of a text: `hans`, `hant`, `mixed`, or nothing where no character tells."""
    hant, hans = script_counts(text)
    if not hant + hans:
        return ""
    if min(hant, hans) * 4 > hant + hans:
        return "mixed"
    return "hant" if hant > hans else "hans"
