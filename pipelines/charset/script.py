"""Traditional and simplified characters, one character at a time."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _simplified() -> dict[int, str]:
    table = files("pipelines.charset.data").joinpath("t2s.txt").read_text(encoding="utf-8")
    return {ord(pair[0]): pair[1] for pair in table.split()}


def fold_script(text: str) -> str:
    """Map each traditional character to its simplified one, to compare texts across scripts.

    Not a conversion for readers: 乾 and 著 lose meanings. Source: OpenCC's TSCharacters.
    """
    return text.translate(_simplified())
