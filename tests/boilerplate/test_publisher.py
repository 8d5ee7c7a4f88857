"""The publisher, behind labels, beside dates and in datelines."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.metadata import read_facts


@pytest.mark.parametrize(
    ("lines", "publisher"),
    [
        (["来源：青岚日报2024-03-28 09:12"], "青岚日报"),
        (["来源：", "青岚日报"], "青岚日报"),
        (["来源", "青岚日报"], "青岚日报"),
        (["【来源】青岚日报"], "青岚日报"),
        (["来源丨青岚日报"], "青岚日报"),
        (["2024-03-28 来源 | 青岚日报"], "青岚日报"),
        (["來源：青嵐日報"], "青嵐日報"),
        (["来源：《青岚日报》2024年3月28日第3版"], "青岚日报"),
        (["来源：21世纪河湾报道"], "21世纪河湾报道"),
        (["稿源：青岚网"], "青岚网"),
        (["摘自：青岚日报"], "青岚日报"),
        (["发布机构：青岚县水利局"], "青岚县水利局"),
    ],
)
def test_the_publisher_is_read_behind_its_label(lines: list[str], publisher: str) -> None:
    assert read_facts(lines).publisher == publisher


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        ("2024-03-28 · 河湾城市观察", "河湾城市观察"),
        ("2024-03-28 09:12:00青岚时评 来自青岚县", "青岚时评"),
        ("2024-03-28 09:12 河湾融媒", "河湾融媒"),
        ("2024-03-28 09:12 青岚县融媒体中心", "青岚县融媒体中心"),
        ("2024年03月28日09:12青岚日报", "青岚日报"),
        ("青岚日报 2024-03-28 09:12", "青岚日报"),
        ("2024-03-28 09:12 浏览", ""),
        ("2024-03-28 09:12 水利 农业", ""),
    ],
)
def test_the_publisher_is_read_beside_the_date(line: str, publisher: str) -> None:
    assert read_facts([line]).publisher == publisher


def test_a_name_and_a_date_in_two_elements_count_only_under_the_title() -> None:
    assert read_facts([], under=["青岚日报", "2024-03-28 09:12"]).publisher == "青岚日报"
    assert read_facts(["青岚新闻网", "2024-03-28 09:12"]).publisher == ""


@pytest.mark.parametrize(
    ("opening", "publisher"),
    [
        ("河湾社青岚5月3日电 渡槽补好了。", "河湾社"),
        ("据青岚日报报道，渡槽补好了。", "青岚日报"),
        ("据《青岚日报》5月3日报道，渡槽补好了。", "青岚日报"),
        ("据外媒报道，渡槽补好了。", ""),
        ("据多家媒体报道，渡槽补好了。", ""),
        ("据当地电视台报道，渡槽补好了。", ""),
    ],
)
def test_the_opening_names_the_publisher_where_no_label_does(opening: str, publisher: str) -> None:
    assert read_facts([], [opening]).publisher == publisher


@pytest.mark.parametrize("line", ["资料来源：县统计局", "项目资金来源：财政拨款", "来源：点击查看"])
def test_the_source_of_something_else_is_no_publisher(line: str) -> None:
    assert read_facts([line]).publisher == ""
