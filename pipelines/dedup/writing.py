"""Writes a filling as its page writes: in its script and with its marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pipelines.charset.script import fold_script
from pipelines.charset.traditional import common_traditional, simplified

_MARK = re.compile(r"(?<!\d)[^\w\s]|[^\w\s](?!\d)")  # 3.5, 1,200 and 08:30 are numbers
# What a sentence may write either way; a filling takes the way of its page.
STYLES = ("，,", "。．.", "；;", "：:", "！!", "？?", "（(", "）)", '“「"', '”」"', "‘『'", "’』'")
# Folded they lose a meaning: 乾隆 is not 干隆, 著名 not 着名.
AMBIGUOUS = frozenset("乾著藉瞭夥摺")


def as_written(filling: str, scripts: tuple[str, str], text: str) -> str:
    """Put words of one script into another, the second, and into the marks of a text.

    Nothing where that is not certain: 发 may be 發 or 髮.
    """
    theirs, ours = scripts
    written = "".join(_in_script(character, theirs, ours) or "\0" for character in filling)
    return "" if "\0" in written else _MARK.sub(lambda mark: _instyle_of(mark[0], text), written)


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


def _instyle_of(character: str, text: str) -> str:
    forms = style_of(character)
    if len(forms) < 2 or character in "\"'":  # neither says whether it opens
        return character
    counts = {form: _uses(form, text) for form in forms}
    return max(forms, key=lambda form: (counts[form], form == character))


def _uses(mark: str, text: str) -> int:
    return sum(found[0] == mark for found in _MARK.finditer(text))


def style_of(mark: str) -> str:
    """Give the ways to write a mark, or the mark itself."""
    return next((style for style in STYLES if mark in style), mark)
