"""Sections from breadcrumbs, tags from their lines."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.section import section_of, tags_of


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("首页 > 农业 > 正文", "农业"),
        ("首页 → 理论", "理论"),
        ("青岚首页--> 商业·水利--> 渡槽", "渡槽"),
        ("当前位置：首页 / 农业 / 详情", "农业"),
        ("当前位置：首页 \\ 农业 \\ 正文", "农业"),
        ("您的位置: 首页 - 水利新闻 - 正文", "水利新闻"),
        ("青岚首页 > 青岚号 > 正文 申请入驻", "青岚号"),
        ("所属栏目：水利新闻", "水利新闻"),
    ],
)
def test_the_section_is_the_last_of_the_crumbs_or_labelled(line: str, section: str) -> None:
    assert section_of([line]) == section


@pytest.mark.parametrize(
    "lines",
    [
        ["标签：渡槽 春灌 水利"],
        ["关键词：渡槽，春灌；水利"],
        ["Tags: 渡槽/春灌/水利"],
        ["标签：#渡槽# #春灌# #水利#"],
        ["#渡槽 #春灌 #水利"],
        ["标签", "渡槽", "春灌", "水利"],
    ],
)
def test_tags_are_read_from_their_line_or_below_their_heading(lines: list[str]) -> None:
    assert tags_of(lines) == ("渡槽", "春灌", "水利")


@pytest.mark.parametrize("line", ["关键字：版权声明 来源：青岚日报", "标签贴在瓶身上。", "# 标题"])
def test_a_line_that_only_begins_like_tags_is_none(line: str) -> None:
    assert tags_of([line]) == ()
