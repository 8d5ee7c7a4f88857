"""What a text is when script, width, case and punctuation do not count."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipelines.charset.script import codes, fold_script, text_of

Points = NDArray[np.uint32]

_DROPPED = re.compile(r"[\W_]+")
_KNOWN = 0x30000  # the planes with letters; what is beyond takes the slow way
# All but the ideographs and syllables of Hangul, which normalising leaves as they are.
_OTHERS = (0, 0x3400), (0xA000, 0xAC00), (0xD7A4, 0x20000), (0x2F800, _KNOWN)
_WHOLE = np.uint32(0xFFFFFFFF)  # only the whole text tells what becomes of this character


def fold(text: str) -> str:
    """Fold script, width and case and drop punctuation and white space."""
    return text_of(fold_points(text))


def fold_points(text: str) -> Points:
    """Give the code points of the folded text."""
    kept = aligned(text)
    if kept is None:
        return codes(_fold_whole(text))
    found: Points = kept[kept != 0]
    return found


def aligned(text: str) -> Points | None:
    """Give the folded code point of each character, 0 where it is dropped.

    None where characters become several or combine with others: fold `plain(text)` then.
    """
    kept = _table().take(codes(text), mode="clip")
    return None if len(kept) and kept.max() == _WHOLE else kept


def plain(text: str) -> str:
    """Give a text, as like as can be, that `aligned` can fold one character at a time."""
    points = codes(unicodedata.normalize("NFKC", text))
    return text_of(points[_table().take(points, mode="clip") != _WHOLE])


def _fold_whole(text: str) -> str:
    return _DROPPED.sub("", fold_script(unicodedata.normalize("NFKC", text).lower()))


@cache
def _table() -> Points:
    """One lookup a character: a tenth of what normalising and two substitutions cost."""
    known = "".join(map(chr, range(_KNOWN)))
    table = np.fromiter(map(_folded_plainly, fold_script(known)), np.uint32, _KNOWN)
    for first, last in _OTHERS:
        table[first:last] = [_folded(chr(code)) for code in range(first, last)]
    return np.append(table, _WHOLE)


def _folded_plainly(character: str) -> int:
    return ord(character) if character.isalnum() else 0


def _folded(character: str) -> int:
    # A capital sigma is another letter at the end of a word.
    if character == "Σ" or any(map(_joins, unicodedata.normalize("NFKC", character))):
        return int(_WHOLE)
    became = _fold_whole(character)
    return int(_WHOLE) if len(became) > 1 else ord(became or "\0")


def _joins(character: str) -> bool:
    """Tell whether a character may become one with what is before: marks, vowels of Hangul."""
    return (
        unicodedata.combining(character) > 0
        or unicodedata.category(character) == "Mc"
        or "\u1160" <= character <= "\u11ff"
    )
