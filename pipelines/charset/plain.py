"""Reads plain Chinese pages in GBK or Big5 at the speed of a codec; others are looked at closer.

GB 2312 has no pair of bytes that ends in ASCII and none that begins with AA to AF: what is read
one byte off comes upon one of these soon, at the latest at the next letter. What GBK adds to it may
be a pair with the first letter of a word: where another letter follows, it is looked at closer.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipelines.charset import gbk
from pipelines.charset.candidates import known, units

# So many byte pairs, and so many of them 的 or a comma: news have one in twelve.
MANY, USUAL_EACH = 100, 80
# Old editors indent with a pair for which GB 18030 has a private character, and browsers a space.
INDENT = b"\xa3\xa0"
# No character, and GBK's A844, which would be taken for what GB 2312 has for GBK's A1AA.
_DOUBTFUL = ("", "―")
# What was read one byte off in Big5: a rare ideograph, then a letter within Chinese.
RARE, _WIDE, _LETTER, _ODD, _OTHER = 10.0, *b"waox"
_OUT_OF_STEP = re.compile(b"ow?a[ow]")


def read_plain(body: bytes, labels: list[str]) -> tuple[str, str] | None:
    """Give the text and the WHATWG label of a page that is plain Chinese; None where doubts are."""
    ways = (_big5, _gbk) if "big5" in labels else (_gbk, _big5)
    return next((found for way in ways if (found := way(body))), None)


def _gbk(body: bytes) -> tuple[str, str] | None:
    try:
        text = body.decode("gb2312", _BEYOND)
    except UnicodeDecodeError:
        return None
    # EUC-JP is all in GB 2312, too.
    usual = text.count("的") + text.count("，") - ("の" in text and 9 * text.count("の"))
    if not _is_usual(usual, text, body):
        return None
    # Windows, and so the pages, have other characters in two places.
    return text.replace("・", "·").replace("―", "—"), "gb18030"


def _big5(body: bytes) -> tuple[str, str] | None:
    try:
        text = body.decode("big5")
    except UnicodeDecodeError:
        return None
    if not _is_usual(text.count("的"), text, body):
        return None
    # Half of its pairs end in a byte of ASCII: it gets back in step without any error.
    kinds = _kinds().take(units(text)).tobytes()
    return None if _OTHER in kinds or _OUT_OF_STEP.search(kinds) else (text, "big5")


def _is_usual(usual: int, text: str, body: bytes) -> bool:
    pairs = len(body) - len(text)
    return pairs >= MANY and usual * USUAL_EACH >= pairs


@cache
def _kinds() -> NDArray[np.uint8]:
    """Say of each UTF-16 unit whether it is wide, the last byte of a pair, or a rare ideograph.

    Or one that Big5-HKSCS, and so browsers, have other characters for.
    """
    kinds = np.zeros(0x10000, np.uint8)
    kinds[0x80:], kinds[0x40:0x7F] = _WIDE, _LETTER
    kinds[0x3400:][known("big5").costs[0x3400:] > RARE] = _ODD
    for lead in (0xC6, 0xC7):
        for trail in gbk.TRAILS:
            read = bytes((lead, trail)).decode("big5", "ignore")
            if len(read) == 1 and read != bytes((lead, trail)).decode("big5hkscs", "ignore"):
                kinds[ord(read)] = _OTHER
    return kinds


def _from_gbk(error: UnicodeError) -> tuple[str, int]:
    """Take a character that GBK adds to GB 2312."""
    assert isinstance(error, UnicodeDecodeError)
    body, at = error.object, error.start
    pair = body[at : at + 2]
    character = "\u3000" if pair == INDENT else gbk.character(*pair) if len(pair) == 2 else ""
    if character in _DOUBTFUL or _LETTERS.fullmatch(body, at + 1, at + 3):
        raise error
    return character, at + 2


_LETTERS = re.compile(b"[@-~][A-Za-z]")
_BEYOND = "gb2312+gbk"
codecs.register_error(_BEYOND, _from_gbk)
