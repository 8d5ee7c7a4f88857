"""One fact in several writings is one fact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup.facts import WRITINGS, Writing, agree, canonical, own_facts
from pipelines.dedup.folding import fold


@pytest.mark.parametrize("writing", WRITINGS, ids=[writing.before for writing in WRITINGS])
def test_a_writing_is_read_as_its_example_says(writing: Writing) -> None:
    assert canonical(writing.before) == fold(writing.after)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("预算1,200万元", "预算12,000,000.00元"),
        ("预算120 萬元", "预算1200000元"),
        ("贰佰叁拾万柒仟壹佰元整", "2307100元"),
        ("总投资1.2万亿元", "总投资1200000000000元"),
        ("2024年05月08日", "2024/5/8"),
        ("二〇二四年五月八日", "2024.5.8"),
        ("上午９：３０", "上午9时30分"),
        ("二十三亩", "23亩"),
    ],
)
def test_writings_of_one_fact_are_equal(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("预算1,200万元", "预算1,200元"),
        ("2024年5月10日", "2024年5月1日"),
        ("项目编号QL-2023-0117", "项目编号QL-2023-0118"),
        ("第三批", "第四批"),
    ],
)
def test_other_facts_are_not(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("hidden", "shown", "fits"),
    [
        ("电话138****5678", "电话13812345678", True),
        ("电话138****5678", "电话13812345679", False),
        ("联系人张**", "联系人张建国", True),
        ("联系人张某某", "联系人李建国", False),
        ("1*" * 200, "1" * 400 + "2", False),
    ],
)
def test_a_mask_stands_for_what_it_hides(hidden: str, shown: str, fits: bool) -> None:
    assert agree(canonical(hidden), canonical(shown)) is fits


def test_facts_that_both_have_are_nobodys_own() -> None:
    own = own_facts("2024年投资386万元", "2023年投资386万元")

    assert own == (["2024"], ["2023"])


@given(st.text())
def test_any_clause_has_one_writing(source: str) -> None:
    assert canonical(source) == canonical(source.replace(" ", " "))
    assert agree(canonical(source), canonical(source))
