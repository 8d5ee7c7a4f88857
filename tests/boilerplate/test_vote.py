"""Which body wins where the candidates differ, and what its agreement says."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.page import Block, Line, PageLines
from pipelines.boilerplate.vote import vote

BODY = "管水员聂松年说，新泵装了远程开关，半夜下雨也不用摸黑上堤，手机上点一下就能开机。"
MENU = "首页"


def page(*texts: str) -> PageLines:
    return PageLines([Line(text) for text in texts], Block(0, len(texts)))


def test_the_body_that_most_candidates_share_wins() -> None:
    lines = page(*[BODY] * 6)
    bodies = {"one": [0, 1, 2], "two": [0, 1, 2, 3], "other": [4, 5]}

    assert vote(bodies, lines)[0] in ("one", "two")


def test_candidates_that_are_one_agree_fully() -> None:
    bodies = {"one": [0, 1], "two": [0, 1], "three": [0, 1]}

    assert vote(bodies, page(BODY, BODY))[1] == 1.0


def test_candidates_that_share_nothing_do_not_agree() -> None:
    assert vote({"one": [0], "two": [1]}, page(BODY, BODY))[1] == 0.0


def test_of_two_equals_the_one_with_less_furniture_wins() -> None:
    lines = page(MENU, *[MENU] * 8, BODY)

    assert vote({"all": range(10), "prose": [9]}, lines)[0] == "prose"


def test_a_scrap_of_pure_prose_does_not_beat_the_whole() -> None:
    lines = page(*["第一章 排灌站的来历", BODY] * 6)

    assert vote({"whole": range(12), "scrap": [11]}, lines)[0] == "whole"


def test_a_body_known_by_its_name_wins_a_draw() -> None:
    assert vote({"one": [0], "named": [1]}, page(BODY, BODY), {"named": 0.15})[0] == "named"


@pytest.mark.parametrize("bodies", [{}, {"one": []}])
def test_no_candidate_wins_where_none_found_a_line(bodies: dict[str, list[int]]) -> None:
    assert vote(bodies, page(BODY)) == ("", 0.0)
