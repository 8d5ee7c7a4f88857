"""Pairs that were written without a look at the rules: what must hold of them, as rates."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

from pipelines.dedup import ReprintIndex
from pipelines.dedup.verify import verify

FIXTURES = Path(__file__).parents[1] / "fixtures" / "reprints"


def _rows(name: str) -> list[dict[str, Any]]:
    lines = (FIXTURES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_of_one_form_or_column_at_most_one_in_two_hundred_is_taken_for_another() -> None:
    groups = [row["texts"] for row in _rows("different")]

    merged = {
        text
        for texts in groups
        for a, b in combinations(texts, 2)
        if verify(a, b) is not None
        for text in (a, b)
    }

    assert len(merged) <= 0.005 * sum(map(len, groups)), sorted(merged)[:2]


def test_nor_is_it_through_the_index(tmp_path: Path) -> None:
    with ReprintIndex(tmp_path / "reprints.db") as index:
        texts = [text for row in _rows("different") for text in row["texts"]]

        matches = [index.add(str(number), text) for number, text in enumerate(texts)]

    merged = [match for match in matches if match is not None]
    assert len(merged) <= 0.005 * len(texts), merged[:2]


def test_of_a_hundred_copies_at_most_one_is_missed() -> None:
    rows = _rows("copies")

    missed = [row["kind"] for row in rows if verify(row["original"], row["copy"]) is None]

    assert len(missed) <= 0.01 * len(rows), missed


def test_single_cases_are_decided_as_a_reader_would() -> None:
    rows = _rows("judged")

    wrong = [
        row["kind"]
        for row in rows
        if (verify(row["a"], row["b"]) is not None) != (row["want"] == "copy")
    ]

    assert wrong == []
