"""Reads plain Chinese pages in GBK or Big5 at the speed of a codec; others are looked at closer.

GB 2312 has no pair of bytes that ends in ASCII and none that begins with AA to AF: what is read
one byte off comes upon one of these soon, at the latest at the next letter. What GBK adds to it may
be a pair with the first letter of a word: then the characters before it must be common ones.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from pipelines.charset import gbk
from pipelines.charset.candidates import known

# So many byte pairs, and so many of them 的 or a comma: news have one in twelve.
MANY, USUAL_EACH = 100, 80
COMMON, JUDGED, COMMON_AMONG = 1000, 4, 2


def read_plain(body: bytes, labels: list[str]) -> tuple[str, str] | None:
    """Give the text and the WHATWG label of a page that is plain Chinese; None where doubts are."""
    ways = (("big5", "big5", "strict"), ("gb18030", "gb2312", _BEYOND))
    for label, codec, errors in ways if "big5" in labels else ways[::-1]:
        try:
            text = body.decode(codec, errors)
        except UnicodeDecodeError:
            continue
        pairs = len(body) - len(text)
        # EUC-JP is all in GB 2312, too.
        usual = text.count("的") + text.count("，") - ("の" in text and 9 * text.count("の"))
        # And Windows has other characters than GB 2312 in two places.
        if pairs >= MANY and usual * USUAL_EACH >= pairs:
            return text.replace("・", "·").replace("―", "—"), label
    return None


def _from_gbk(error: UnicodeError) -> tuple[str, int]:
    """Take a character that GBK adds to GB 2312."""
    assert isinstance(error, UnicodeDecodeError)
    body, at = error.object, error.start
    character = gbk.character(body[at], body[at + 1]) if at + 1 < len(body) else ""
    in_a_word = _LETTERS.fullmatch(body, at + 1, at + 3)
    if not character or (in_a_word and not _is_common(body[max(0, at - 8) : at])):
        raise error
    return character, at + 2


_LETTERS = re.compile(b"[@-~][A-Za-z]")
_BEYOND = "gb2312+gbk"
codecs.register_error(_BEYOND, _from_gbk)


@cache
def _common() -> frozenset[str]:
    return frozenset("".join(language[:COMMON] for language in known("gb18030").common))


def _is_common(before: bytes) -> bool:
    """Judge up to four characters; an ASCII byte before them is as good as two common ones."""
    found = 0
    for end in range(len(before), 1, -2):
        pair = before[end - 2 : end]
        if pair[1] < 0x80:
            return True
        found += gbk.character(*pair) in _common()
    return found >= min(COMMON_AMONG, len(before) // 2)
