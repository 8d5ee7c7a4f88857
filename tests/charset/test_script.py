"""The script of a text, as its characters tell."""

from __future__ import annotations

import pytest

from pipelines.charset.script import script_counts, script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("这座桥修好以后，赶集的人又多了起来。", "hans"),
        ("這座橋修好以後，趕集的人又多了起來，同年北邊的路面也全都鋪好了。", "hant"),
        ("這座橋修好以後，这座桥修好以后", "mixed"),
        ("年、了、不、行、家、出、同", ""),
        ("hewan 2024", ""),
        ("", ""),
        ("𠀀𠀁", ""),
    ],
)
def test_the_script_of_a_text(text: str, script: str) -> None:
    assert script_of(text) == script


def test_characters_of_both_scripts_count_for_neither() -> None:
    assert script_counts("台灣的年輕人里程") == (2, 0)
