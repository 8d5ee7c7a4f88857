"""Marks what is lost for good: nothing is guessed, the text stays as it is."""

from __future__ import annotations

import re

from crawler.items import Damage
from pipelines.charset.traditional import HAN

_QUOTES = "“”‘’「」『』\"'《》（）()"
RULES = (
    # UTF-8 of U+FFFD read as GBK; in quotes somebody speaks of it
    ("lost_replaced", re.compile(f"(?<![{_QUOTES}锟斤拷])(?:锟斤拷){{2,}}锟?斤?(?![{_QUOTES}])")),
    # memory that was never written: CC CC and CD CD
    ("lost_memory", re.compile("烫{6,}|屯{6,}")),
    ("lost_replaced", re.compile(f"(?<=[{HAN}，。、])\ufffd+|\ufffd+(?=[{HAN}，。、])")),
    # 2023?11?5???????: a line of text whose every character became a question mark
    ("lost_marked", re.compile(f"^[^{HAN}\n]*\\?{{2,}}[ \\d.,:%()-]+\\?{{4,}}[^{HAN}\n]*$", re.M)),
)


def mark_lost(text: str, _earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Name the lost stretches; `after` is what was there before, for nothing better is known."""
    return text, tuple(
        Damage(kind, match.span(), match[0], match[0], 0.0)
        for kind, pattern in RULES
        for match in pattern.finditer(text)
    )
