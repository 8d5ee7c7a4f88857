"""Clusters hang together by their leaders, never by a chain."""

from __future__ import annotations

import itertools

import pytest

from pipelines.dedup.clusters import Member, stars

LONG, BRIDGE, OTHER = Member(1, "a", 900), Member(2, "b", 500), Member(3, "c", 800)
LIKE = {frozenset({1, 2}): 0.6, frozenset({2, 3}): 0.7}


def score(a: int, b: int) -> float:
    return LIKE.get(frozenset({a, b}), 0.0)


@pytest.mark.parametrize("order", list(itertools.permutations([LONG, BRIDGE, OTHER])))
def test_two_unlike_articles_are_not_joined_by_a_third(order: tuple[Member, ...]) -> None:
    groups = stars(order, score)

    assert groups == {1: [LONG], 3: [OTHER, BRIDGE]}


def test_of_two_leaders_as_like_the_longer_one_is_joined() -> None:
    groups = stars([LONG, BRIDGE, OTHER], lambda a, b: 0.5 if 2 in (a, b) else 0.0)

    assert groups == {1: [LONG, BRIDGE], 3: [OTHER]}
