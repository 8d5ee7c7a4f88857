"""The material of the reprint benchmark is what it says."""

from __future__ import annotations

import random

import pytest
from rapidfuzz.distance import Levenshtein

from benchmarks import reprint_texts as texts

TEXT = "石桥修好了。渡口还在用！" * 20 + "最后一句话没有句号"
OTHERS = ["春灌从今天开始。水渠里有了水。田里的人多了起来。"] * 3


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_so_many_sentences_are_others(share: float) -> None:
    own = texts.sentences(TEXT)

    changed = texts.sentences(texts.with_other_sentences(random.Random(1), TEXT, OTHERS, share))

    assert sum(a != b for a, b in zip(own, changed, strict=True)) == round(share * len(own))


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_so_many_characters_are_edited(share: float) -> None:
    edited = texts.with_edits(random.Random(1), TEXT, OTHERS, share)

    assert 0.5 * share < Levenshtein.normalized_distance(TEXT, edited) < 1.2 * share


@pytest.mark.parametrize("form", texts.FORMS)
def test_two_fillings_of_a_form_differ_and_share_most_of_it(form: str) -> None:
    rng = random.Random(1)
    one, other = texts.filled(rng, form), texts.filled(rng, form)

    assert one != other
    assert "{" not in one
    assert Levenshtein.normalized_similarity(one, other) > 0.6


@pytest.mark.parametrize("form", texts.FORMS)
def test_the_lots_of_a_tender_are_all_different(form: str) -> None:
    assert len(set(texts.lots(random.Random(1), form))) == 8


@pytest.mark.parametrize(("name", "variants"), texts.COLUMNS.items())
def test_issues_of_a_column_share_their_frame_alone(name: str, variants: tuple[str, ...]) -> None:
    rng = random.Random(1)
    one, other = (texts.issue(rng, name, variants).split("\n") for _ in range(2))

    assert (one[1], one[-1]) == (other[1], other[-1])
    assert len(set(one[2:-1]) & set(other[2:-1])) <= 2


def test_documents_are_long_enough_and_none_shares_a_paragraph() -> None:
    found = texts.documents(random.Random(1), 50)
    if not found:
        pytest.skip("the texts lie beside the checkout only")

    paragraphs = [line for text in found for line in text.split("\n")]
    assert min(map(len, found)) >= texts.LEAST
    assert len(paragraphs) == len(set(paragraphs))
