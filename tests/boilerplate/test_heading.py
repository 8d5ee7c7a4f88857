"""The title, where <title>, the headings and the visible lines differ."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.heading import best_title

TITLE = "渡槽补好了 下游多浇八百亩"
PROSE = "青岚县的渡槽始建于1971年，去年冬天检修时发现三处裂缝，今年春灌前必须补好。"
PAGE = ["首页 新闻", TITLE, "2024-03-28 来源：青岚日报", PROSE, "热门文章"]


@pytest.mark.parametrize(
    "shown",
    ["青岚新闻网", "青岚县人民政府门户网站", "水利新闻-青岚新闻网", "文章详情", "新闻内容页"],
)
def test_a_heading_is_the_title_where_the_documents_names_no_article(shown: str) -> None:
    assert best_title([shown, TITLE], PAGE) == TITLE
    assert best_title([shown, "青岚新闻网", TITLE, "热门文章"], PAGE) == TITLE


def test_the_line_over_the_byline_is_the_title_where_there_is_no_heading() -> None:
    assert best_title(["青岚新闻网"], PAGE) == TITLE
    assert best_title(["青岚新闻网"], ["首页", "登录 | 注册", PROSE]) == "青岚新闻网"


def test_a_title_that_ends_as_sites_do_stays_where_it_stands_over_the_byline() -> None:
    page = ["首页", "青岚新建一张灌溉网", "2024-03-28", PROSE]

    assert best_title(["青岚新建一张灌溉网", "热门文章"], page) == "青岚新建一张灌溉网"


def test_a_heading_behind_the_text_is_no_title() -> None:
    assert best_title(["青岚新闻网", "旧渠翻新记"], ["首页", PROSE, "旧渠翻新记"]) == "青岚新闻网"


@pytest.mark.parametrize(
    "shown",
    [
        "渡槽补好了 下游多...-青岚新闻网",
        "渡槽补好了 下游多…",
        f"青岚新闻网-{TITLE}",
        f"青岚新闻网:{TITLE}",
        f"{TITLE}-青岚之声",
        f"{TITLE}>>水利>>青岚网",
        f"{TITLE}【青岚网】",
    ],
)
def test_what_the_page_shows_makes_a_cut_or_affixed_title_whole(shown: str) -> None:
    assert best_title([shown], PAGE) == TITLE


def test_a_whole_microblog_post_is_not_its_title() -> None:
    post = f"渡槽补好了 下游多浇八百亩地，{PROSE}{PROSE}"

    assert (
        best_title(["渡槽补好了 下游多浇八百亩地...", post], [post])
        == "渡槽补好了 下游多浇八百亩地..."
    )


def test_a_title_that_stands_at_the_top_of_the_page_is_the_sites_name() -> None:
    page = ["青岚书院", "主页 / 招标", "更换冷气机服务招标公告", "2025年4月11日"]

    assert best_title(["青岚书院", "更换冷气机服务招标公告"], page) == "更换冷气机服务招标公告"


@pytest.mark.parametrize("shown", ["答疑澄清", "竞争性磋商结果公告", "政府采购意向公开"])
def test_a_title_that_names_the_kind_of_notice_gives_way_to_the_notices_own(shown: str) -> None:
    own = "河湾市滨江大道综合整治工程施工招标澄清公告(第二次)"
    page = ["河湾市公共资源交易平台", "当前位置：首页 » 澄清公告", own, "发布日期：2025-05-08"]

    assert best_title([shown], page) == own


def test_a_kind_of_notice_is_the_title_where_the_page_shows_no_other() -> None:
    page = [
        "采购大厅 供应商中心",
        "询价采购结果公告",
        "发布时间：2025-05-08",
        "采购人：河湾市图书馆",
    ]

    assert best_title(["询价采购结果公告"], page) == "询价采购结果公告"
