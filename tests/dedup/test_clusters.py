"""Clusters hang together by their leaders, never by a chain."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup.clusters import Decision, Member, decided, stars

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


KEYS = "abcdefgh"
PAIRS = st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda p: p[0] != p[1])
LIKENESS = st.dictionaries(PAIRS.map(frozenset), st.sampled_from([0.4, 0.7, 1.0]), max_size=14)
DECISIONS = st.lists(st.builds(lambda p, x: Decision(min(p), max(p), x), PAIRS, st.booleans()))


def grouped(names: str) -> list[list[str]]:
    """Read groups: "abc d" are a, b, c together and d alone."""
    return [list(group) for group in names.split()]


def likeness(known: dict[frozenset[str], float]) -> Callable[[str, str], float]:
    return lambda a, b: known.get(frozenset((a, b)), 0.0)


def together(a: str, b: str) -> Decision:
    return Decision(a, b, apart=False)


def apart(a: str, b: str) -> Decision:
    return Decision(a, b, apart=True)


@pytest.mark.parametrize(
    ("decisions", "clusters"),
    [
        ([], "abc de f"),
        ([together("a", "d")], "abcde f"),
        ([apart("a", "c")], "ab c de f"),
        ([apart("a", "f")], "abc de f"),
        # Another decision on the same two takes the former's place.
        ([apart("a", "c"), together("a", "c")], "abc de f"),
        ([together("a", "d"), apart("a", "d")], "abc de f"),
        # What was merged with one that is cut off goes with it.
        ([together("c", "f"), apart("a", "c")], "ab cf de"),
        ([together("a", "d"), apart("c", "e")], "abcd e f"),
        ([apart("a", "b"), apart("a", "c"), apart("b", "c")], "a b c de f"),
        # A chain that would join two that are apart: its oldest link gives way.
        ([together("a", "d"), together("d", "f"), apart("a", "f")], "abc def"),
    ],
)
def test_what_persons_decided_on_two(decisions: list[Decision], clusters: str) -> None:
    score = likeness({frozenset("ab"): 0.9, frozenset("bc"): 0.5, frozenset("ad"): 0.6})

    assert decided(grouped("abc de f"), decisions, score) == grouped(clusters)


@given(st.permutations(grouped("abc de fgh")), DECISIONS, LIKENESS)
def test_decisions_hold_in_whatever_order_the_clusters_come(
    groups: list[list[str]], decisions: list[Decision], known: dict[frozenset[str], float]
) -> None:
    found = decided(groups, decisions, likeness(known))

    assert found == decided(grouped("abc de fgh"), decisions, likeness(known))
    assert sorted(key for group in found for key in group) == sorted(KEYS)
    last = {(d.a, d.b): d.apart for d in decisions}
    for (a, b), is_apart in last.items():
        if is_apart:
            assert not any(a in group and b in group for group in found)
        elif True not in last.values():
            assert any(a in group and b in group for group in found)
