"""Marks what is lost for good: nothing is guessed, the text stays as it is."""

from __future__ import annotations

import re

from crawler.items import Damage
from pipelines.charset.traditional import HAN

_QUOTES = "“”‘’「」『』\"'《》（）()"
RULES = (
    # A run is searched from its first character only: chat has thousands of question marks.
    # UTF-8 of U+FFFD read as GBK; in quotes somebody speaks of it
    (
        "lost_replaced",
        re.compile("(?:锟斤拷){2,}锟?斤?"),
        re.compile(f"(?s)[^{_QUOTES}]?锟.+[^{_QUOTES}]?"),
    ),
    # memory that was never written: CC CC and CD CD
    ("lost_memory", re.compile("烫{6,}|屯{6,}"), re.compile("(?s).+")),
    ("lost_replaced", re.compile("\ufffd+"), re.compile(f"(?s)[{HAN}，。、].+|.+[{HAN}，。、]")),
    # 2023?11?5???????: a line of text whose every character became a question mark
    (
        "lost_marked",
        re.compile(r"\?(?<!\?\?)\?++[\d .,:%()-]{1,9}+\?{4,}[?\d .,:%()-]*+"),
        re.compile(f"(?s)[^{HAN}]?\\?.+\\?[^{HAN}]?"),
    ),
)


def mark_lost(text: str, _earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Name the lost stretches; `after` is what was there before, for nothing better is known."""
    return text, tuple(
        Damage(kind, match.span(), match[0], match[0], 0.0)
        for kind, pattern, around in RULES
        for match in pattern.finditer(text)
        if around.fullmatch(text, max(0, match.start() - 1), match.end() + 1)
    )
