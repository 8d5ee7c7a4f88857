"""Traditional and simplified characters, one character at a time."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from crawler.items import Script


@cache
def _simplified() -> dict[int, str]:
    table = files("pipelines.charset.data").joinpath("t2s.txt").read_text(encoding="utf-8")
    return {ord(pair[0]): pair[1] for pair in table.split()}


def fold_script(text: str) -> str:
    """Map each traditional character to its simplified one, to compare texts across scripts.

    Not a conversion for readers: 乾 and 著 lose meanings. Source: OpenCC's TSCharacters.
    """
    return text.translate(_simplified())


@cache
def _only_simplified() -> frozenset[str]:
    table = _simplified()
    return frozenset(table.values()) - {chr(code) for code in table}


def script_of(text: str) -> Script:
    """Name the script of a text: `hans`, `hant`, `mixed`, or nothing where no character tells."""
    table, simplified = _simplified(), _only_simplified()
    hant = sum(ord(character) in table for character in text)
    hans = sum(character in simplified for character in text)
    if not hant + hans:
        return ""
    if min(hant, hans) * 4 > hant + hans:
        return "mixed"
    return "hant" if hant > hans else "hans"
