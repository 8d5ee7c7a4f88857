"""What a replay says of two versions of one article."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.compare import Changes, shortened

URL = "http://hewan.example/1"


def compared(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, int]]:
    changes = Changes()
    changes.compare(URL, before, after)
    return {name: dict(counts) for name, counts in changes.fields.items()}


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        ("石桥", "石桥", "same"),
        ("石桥", "石拱桥", "changed"),
        (None, "石桥", "gained"),
        ("", "石桥", "gained"),
        ("石桥", None, "lost"),
        ("石桥", "", "lost"),
    ],
)
def test_a_field_is_the_same_changed_gained_or_lost(
    before: str | None, after: str | None, result: str
) -> None:
    assert compared({"publisher": before}, {"publisher": after}) == {"publisher": {result: 1}}


def test_a_field_that_is_empty_both_times_is_not_counted() -> None:
    assert compared({"authors": None, "project": None}, {"authors": [], "project": ""}) == {}


def test_where_an_article_lies_is_no_change() -> None:
    before = {"archive": "a#1", "fetched_at": "2024-05-10", "reprint_of": None}

    assert compared(before, {"archive": "b#2", "fetched_at": "2024-05-11", "reprint_of": URL}) == {}


def test_lists_are_compared_as_the_store_gives_them() -> None:
    stored = [{"kind": "pinyin", "span": [0, 2]}]

    assert compared({"damages": stored}, {"damages": [{"kind": "pinyin", "span": (0, 2)}]}) == {
        "damages": {"same": 1}
    }


def test_the_examples_are_those_of_the_first_addresses_in_any_order() -> None:
    changes = Changes(most=2)
    for number in (3, 1, 2):
        changes.compare(f"{URL}{number}", {"title": "旧"}, {"title": "新"})

    assert [example.url for example in changes.examples["title"]] == [f"{URL}1", f"{URL}2"]
    assert changes.fields["title"]["changed"] == 3


def test_no_examples_are_kept_where_none_are_wanted() -> None:
    changes = Changes(most=0)
    changes.compare(URL, {"title": "旧"}, {"title": "新"})

    assert changes.examples["title"] == []


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("石桥", "石拱桥", ("石桥", "石拱桥")),
        ("甲" * 100 + "旧" + "乙" * 100, "甲" * 100 + "新" + "乙" * 100,
         ("…甲甲甲甲旧乙乙乙乙乙…", "…甲甲甲甲新乙乙乙乙乙…")),
        ("", "新", ("", "新")),
        ("甲" * 20, "甲" * 20 + "尾", ("…甲甲甲甲", "…甲甲甲甲尾")),
        (None, ["沈砚秋"], ("", '["沈砚秋"]')),
        ("一\n二", "一", ("一⏎二", "一")),
        (0.5, 0.75, ("0.5", "0.75")),
    ],
)  # fmt: skip
def test_two_values_are_shown_from_where_they_begin_to_differ(
    before: Any, after: Any, shown: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.compare._LEAD", 4)

    assert shortened(before, after, width=10) == shown
