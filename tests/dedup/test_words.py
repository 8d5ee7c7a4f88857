"""Names are parted from words, and the papers of one tender from each other."""

from __future__ import annotations

import pytest

from pipelines.dedup.clauses import clauses
from pipelines.dedup.words import are_offices, are_persons, is_word, stage


@pytest.mark.parametrize("word", ["工作", "事务", "有关", "机会", "契机", "获得", "要害"])
def test_what_a_spinner_writes_is_a_word(word: str) -> None:
    assert is_word(word)


@pytest.mark.parametrize("name", ["霁塬", "渭屏", "岚砚", "钧陂"])
def test_the_name_of_a_place_is_none(name: str) -> None:
    assert not is_word(name)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("吴敏", "张国庆", True),
        ("欧阳小满", "刘洋", True),
        ("方便", "方案", False),
        ("工作", "事务", False),
        ("吴敏", "工作", False),
    ],
)
def test_persons_are_told_from_words_that_begin_as_names_do(
    one: str, other: str, expected: bool
) -> None:
    assert are_persons(one, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "following", "expected"),
    [("教育", "水利", "局", True), ("教育", "水利", "部", False), ("教", "水", "局", False)],
)
def test_offices_are_told_by_what_follows(
    one: str, other: str, following: str, expected: bool
) -> None:
    assert are_offices(one, other, following) is expected


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("招标公告", "更正公告"),
        ("更正公告", "二次更正公告"),
        ("招标公告", "中标结果公告"),
        ("废标公告", "终止公告"),
        ("采购合同公告", "履约验收公告"),
        ("招标公告", "招标公告（第二次）"),
    ],
)
def test_the_papers_of_a_tender_have_stages_of_their_own(title: str, other: str) -> None:
    head = "霁州市水务局彩超采购项目"

    stages = [stage(clauses(f"{head}{each}\n现将有关事项公告如下。")) for each in (title, other)]

    assert all(stages)
    assert stages[0] != stages[1]


def test_prose_has_no_stage() -> None:
    assert stage(clauses("霁州的老街改造完工了\n今年春天，石桥重新通车。")) == ""
