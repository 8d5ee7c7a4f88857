"""Tender notices written before the reader, and later ones, from the page to the fields.

The counts pin what is reached. Figures of pages written for tests are no measure of accuracy.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Notice, Page, Refined
from pipelines import refine

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
# By folder: the share of pages, or of those where the notice states it, that must be right.
REACHED = {
    "notices": {
        "kind": 1.0, "title": 1.0, "day": 0.97, "stage": 1.0, "project_number": 1.0,
        "purchaser": 1.0,
    },
    "notices_later": {
        "kind": 1.0, "title": 1.0, "day": 0.98, "stage": 1.0, "project_number": 1.0,
        "purchaser": 0.97,
    },
    "notices_unseen": {
        "kind": 1.0, "title": 0.96, "day": 0.96, "stage": 1.0, "project_number": 1.0,
        "purchaser": 1.0,
    },
}  # fmt: skip


def key(text: Any) -> str:
    return re.sub(r"[\W_]", "", str(text or "")).lower()


def said(result: Refined, field: str) -> str:
    if field == "day":
        return (getattr(result, "published_at", None) or "")[:10]
    return str(getattr(result, field, ""))


@cache
def refined(folder: str) -> list[tuple[str, dict[str, Any], Refined]]:
    found = []
    for path in sorted((FIXTURES / folder).glob("*.json")):
        html = path.with_suffix(".html").read_text(encoding="utf-8")
        gold = json.loads(path.read_text(encoding="utf-8"))
        found.append((path.stem, gold, refine(Page(url="http://qy.example/1.html", content=html))))
    return found


@pytest.mark.parametrize("folder", REACHED)
def test_no_amount_is_named_as_award_or_budget_that_is_none(folder: str) -> None:
    wrong = []
    for name, gold, result in refined(folder):
        if not isinstance(result, Notice):
            continue
        if result.budget_cny not in (None, gold["budget_cny"]):
            wrong.append((name, "budget", result.budget_cny))
        right = [award["amount_cny"] for award in gold["awards"]]
        amounts = [award.amount_cny for award in result.awards]
        wrong += [(name, "award", x) for x in amounts if x is not None and x not in right]

    assert len(refined(folder)) >= 30
    assert wrong == []


@pytest.mark.parametrize("folder", REACHED)
def test_kinds_titles_stages_numbers_and_purchasers_stay_as_right_as_they_are(folder: str) -> None:
    right: Counter[str] = Counter()
    stated: Counter[str] = Counter()
    for _, gold, result in refined(folder):
        for field in REACHED[folder]:
            if gold[field]:
                stated[field] += 1
                right[field] += key(said(result, field)) == key(gold[field])

    reached = {field: right[field] / stated[field] for field in stated}
    assert {f: share for f, share in reached.items() if share < REACHED[folder][f]} == {}


@pytest.mark.parametrize("folder", REACHED)
def test_every_stated_value_has_the_words_it_was_read_from(folder: str) -> None:
    for name, _, result in refined(folder):
        if isinstance(result, Notice):
            filled = [f for f in ("project", "purchaser", "agency") if getattr(result, f)]
            assert set(filled) <= set(result.stated), name


def test_the_lines_of_a_notice_stay_in_its_text() -> None:
    lines = [
        key(line) in key(result.text)
        for folder in REACHED
        for _, gold, result in refined(folder)
        for line in gold["lines"]
    ]

    assert sum(lines) >= 0.97 * len(lines)
