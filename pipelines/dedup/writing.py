"""Writes a filling as its page writes: in its script and with its marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pipelines.charset.script import fold_script
from pipelines.charset.traditional import common_traditional, simplified

UNCERTAIN = "\0"
_MARK = re.compile(r"(?<!\d)[^\w\s]|[^\w\s](?!\d)")  # 3.5, 1,200 and 08:30 are numbers
# What a sentence may write either way; a filling takes the way of its page.
STYLES = ("，,", "。．.", "；;", "：:", "！!", "？?", "（(", "）)", '“「"', '”」"', "‘『'", "’』'")
_PARTNERS = dict(zip(STYLES[6::2], STYLES[7::2], strict=True))
_PARTNERS |= {closing: opening for opening, closing in _PARTNERS.items()}
# Folded they lose a meaning: 乾隆 is not 干隆, 著名 not 着名.
AMBIGUOUS = frozenset("乾著藉瞭夥摺")


def as_written(filling: str, scripts: tuple[str, str], text: str) -> str:
    """Put words of one script into another, the second, and into the marks of a text.

    Nothing where that is not certain: 发 may be 發 or 髮, and some pages write commas in two ways.
    """
    theirs, ours = scripts
    written = "".join(_in_script(character, theirs, ours) or UNCERTAIN for character in filling)
    written = _MARK.sub(lambda mark: _in_style(mark[0], text), written)
    return "" if UNCERTAIN in written else written


def _in_script(character: str, theirs: str, ours: str) -> str:
    if theirs == ours or character < "\u3400":
        return character
    if ours == "hans":
        return "" if character in AMBIGUOUS else fold_script(character)
    forms = _forms().get(fold_script(character), (character,))
    return forms[0] if len(forms) == 1 and not simplified().match(forms[0]) else ""


@cache
def _forms() -> Mapping[str, tuple[str, ...]]:
    """Give what a simplified character can be in traditional script: 发 is 發 or 髮, 石 is 石."""
    found: dict[str, tuple[str, ...]] = {}
    for character in sorted(common_traditional() | AMBIGUOUS):
        folded = fold_script(character)
        found[folded] = (*found.get(folded, ()), character)
    return found


def _in_style(character: str, text: str) -> str:
    forms = style_of(character)
    if len(forms) < 2 or character in "\"'":  # neither says whether it opens
        return character
    others = _PARTNERS.get(forms, forms)  # a page that closes with ” opens with “
    used = [a for a, b in zip(forms, others, strict=True) if _uses(a, text) + _uses(b, text)]
    if len(used) > 1:
        return UNCERTAIN
    return used[0] if used else character


def _uses(mark: str, text: str) -> int:
    return sum(found[0] == mark for found in _MARK.finditer(text))


def style_of(mark: str) -> str:
    """Give the ways to write a mark, or the mark itself."""
    return next((style for style in STYLES if mark in style), mark)
