"""Any two texts can be compared, in either order, in bounded work."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import process

from pipelines.dedup import compare
from pipelines.dedup.clauses import MOST, clauses
from pipelines.dedup.verify import verify
from tests.dedup.texts import FIRST_NOTICE, OTHER, OTHER_NOTICE, STORY, THIRD, edited, replaced

MIRRORED = {"excerpt": "extended", "extended": "excerpt"}
WRITTEN = st.sampled_from([STORY, OTHER, THIRD, FIRST_NOTICE, OTHER_NOTICE, STORY[:60]])


@st.composite
def likenesses(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a text and another one made out of it."""
    text = draw(WRITTEN)
    other = draw(st.sampled_from([text, draw(WRITTEN)]))
    seed = draw(st.integers(0, 1000))
    other = replaced(other, draw(st.sampled_from([0, 0.3, 0.6])), seed) if "。" in other else other
    other = edited(other, draw(st.sampled_from([0, 0.02, 0.1])), seed)
    first, last = draw(st.integers(0, 120)), draw(st.integers(0, 120))
    return text, draw(st.text(max_size=20)) + other[first : len(other) - last]


@settings(deadline=None, max_examples=150)
@given(likenesses())
def test_the_verdict_is_mirrored(pair: tuple[str, str]) -> None:
    there, back = verify(*pair), verify(*reversed(pair))

    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert back.relation == MIRRORED.get(there.relation, there.relation)
        assert back.score == there.score
        assert back.differences == tuple((b, a) for a, b in there.differences)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_compared(theirs: str, ours: str) -> None:
    found, itself = verify(theirs, ours), verify(theirs, theirs)

    assert found is None or 0 < found.score <= 1
    assert itself is not None
    assert itself.relation == "same"


@settings(deadline=None)
@given(st.text(st.characters(categories=["Cs", "Mn", "Nd", "Po", "Lo"]), max_size=200))
def test_odd_characters_are_compared(text: str) -> None:
    found = verify(STORY + text, text + STORY)

    assert found is not None


NUMBERS = [f"{number}，" for number in range(60_000)]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("山" * 100_000, "山" * 99_999 + "水"),
        ("".join(NUMBERS), "".join(NUMBERS[1:])),
        ("".join(NUMBERS[:10_000]), "".join(reversed(NUMBERS[:10_000]))),
        ("<" * 50_000 + STORY, "<a" * 30_000 + STORY),
        ("*" * 50_000 + "1" * 50_000, "1*" * 50_000),
        (STORY * 60_000, STORY * 60_000 + OTHER),
        ("某" * 300 + STORY, "张" * 300 + STORY),
    ],
    ids=["one character", "numbers", "backwards", "signs", "masks", "ten megabytes", "hidden"],
)
def test_the_work_is_bounded(theirs: str, ours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs, aligned = 0, 0
    pair, cdist = compare._pair, process.cdist

    def counted(*given: object) -> bool:
        nonlocal pairs
        pairs += 1
        return pair(*given)  # type: ignore[arg-type]

    def counted_cdist(left: list[str], right: list[str], **given: Any) -> object:
        nonlocal aligned
        aligned += len(left) * len(right)
        return cdist(left, right, **given)

    monkeypatch.setattr(compare, "_pair", counted)
    monkeypatch.setattr(process, "cdist", counted_cdist)

    verify(theirs, ours)

    assert max(len(clauses(theirs)), len(clauses(ours))) <= MOST
    assert pairs <= MOST + compare.POOL
    assert aligned <= compare.POOL**2
