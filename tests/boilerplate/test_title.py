"""Titles without site names and without a news mill's affixes."""

from __future__ import annotations

import pytest

from pipelines.boilerplate import extract, strip_lines
from pipelines.boilerplate.title import without_site_name

TITLE = "渡槽补好了 下游多浇八百亩"
BODY = "青岚县的渡槽始建于1971年，去年冬天检修时发现三处裂缝，今年春灌前必须补好。"


@pytest.mark.parametrize(
    "shown",
    [
        f"{TITLE}-每日快讯",
        f"{TITLE}|环球热闻",
        f"天天速看：{TITLE}",
        f"全球今日讯！{TITLE}",
        f"全球今日讯：{TITLE}",
        f"天天快播：{TITLE} 每日视讯",
        f"{TITLE}_青岚新闻网",
    ],
)
def test_a_mills_affixes_and_a_sites_name_are_taken_off(shown: str) -> None:
    assert without_site_name(shown) == TITLE


@pytest.mark.parametrize(
    "title", ["天天向上：一个班级的故事", "全球视野下的小县城渡槽", "渡槽-春灌的命脉线"]
)
def test_a_title_that_only_looks_affixed_stays(title: str) -> None:
    assert without_site_name(title) == title


def test_a_mills_affix_leaves_the_title_of_a_text() -> None:
    found = strip_lines(f"青岚新闻\n天天速看：{TITLE}\n来源：青岚日报 2024-03-28\n{BODY}")

    assert found.title == TITLE


def test_a_site_that_names_itself_first_leaves_the_title() -> None:
    page = f"<title>Aqueduct Weekly - {TITLE}</title><body><b>{TITLE}</b><p>{BODY}</p><p>{BODY}</p>"

    assert extract(page, "http://qinglan.example/1").title == TITLE
