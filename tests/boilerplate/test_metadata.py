"""Facts from the lines around a title, and from a page's head."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from pipelines.boilerplate import extract
from pipelines.boilerplate.meta import meta_facts
from pipelines.boilerplate.metadata import read_facts, signed_date, yearless_date
from pipelines.boilerplate.parse import meta_date


@pytest.mark.parametrize(
    ("line", "editor"),
    [
        ("责任编辑：韦青", "韦青"),
        ("[责任编辑：韦青]", "韦青"),
        ("【编辑:韦青】", "韦青"),
        ("(责编：韦青、鲁一鸣)", "韦青、鲁一鸣"),
        ("责任编辑： 韦青 鲁一鸣", "韦青、鲁一鸣"),
        ("责编：韦 青", "韦青"),
        ("责任编辑 韦青", "韦青"),
        ("编辑丨韦青 校对丨鲁一鸣", "韦青"),
        ("责任编辑：NF012", "NF012"),
        ("总编辑：韦青", ""),
        ("编辑部的灯亮到了后半夜。", ""),
    ],
)
def test_the_editor_is_read_in_all_forms(line: str, editor: str) -> None:
    assert read_facts([], [line]).editor == editor


@pytest.mark.parametrize(
    ("lines", "iso"),
    [
        (["发布日期：20240328"], "2024-03-28"),
        (["投标截止时间：2024-04-30 09:00", "2024-03-28"], "2024-03-28"),
        (["开标时间：2024-04-30 09:00 发布日期：2024-03-28"], "2024-03-28"),
        (["今天是2024年4月30日 星期二", "时间：2024-03-28"], "2024-03-28"),
        (["更新时间：2024-04-30 09:00", "发布时间：2024-03-28"], "2024-03-28"),
        (["| 原开标 | 时间：2024-04-30 09:00 |", "发布日期：2024-03-28"], "2024-03-28"),
        (["2024年4月30日 星期二", "2024-03-28"], "2024-03-28"),
        (["合同签订日期：2024-03-28"], None),
    ],
)
def test_only_the_day_of_publication_is_read(lines: list[str], iso: str | None) -> None:
    found = read_facts(lines).published

    assert (found.iso if found else None) == iso


def test_the_label_of_a_notices_fields_dates_it_and_a_listed_articles_date_does_not() -> None:
    listed = "图解：《青岚县水利公报》 2024-07-12"

    facts = read_facts([listed, "（2024年5月）"], fields=["发文日期：", "2024-03-28"])

    assert facts.published is not None
    assert (facts.published.iso, facts.published.raw) == ("2024-03-28", "2024-03-28")


def test_a_date_without_a_year_takes_the_pages() -> None:
    found = yearless_date(["07-03 14:20 青岚网"], 2023)

    assert found is not None
    assert (found.iso, found.raw) == ("2023-07-03T14:20:00+08:00", "07-03 14:20")
    assert read_facts(["07-03 14:20 青岚网"]).published is None


def test_a_notice_is_dated_by_its_signature() -> None:
    found = signed_date(["一段话。", "青岚县水利局", "2024年3月28日"])

    assert found is not None
    assert found.iso == "2024-03-28"
    assert signed_date(["工程于2024年3月28日完工，下游多浇了八百亩地。"]) is None


@pytest.mark.parametrize(
    "line",
    [
        "《青岚日报》（ 2024年03月28日   第 02 版）",
        "（来源：青岚日报 2024-03-28）",
        "2024-03-28 09:12 来源：青岚日报",
        "posted @ 2024-03-28 09:12 鲁一鸣",
        "发表于 2024-03-28 09:12",
        "录入时间：2024-03-28",
    ],
)
def test_a_date_behind_the_text_needs_words_of_publication(line: str) -> None:
    found = read_facts([], [line]).published

    assert found is not None
    assert found.iso[:10] == "2024-03-28"
    assert read_facts([], ["鲁一鸣 2024-03-28 09:12"]).published is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="publish_time" content="2024-03-28 09:12">',
        '<meta property="og:release_date" content="2024-03-28">',
        '<meta name="PUBDATE" content="2024-03-28">',
        '<span itemprop="datePublished" content="2024-03-28">3天前</span>',
        '<time datetime="2024-03-28T09:12:00+08:00">3天前</time>',
    ],
)
def test_a_machines_date_is_read_from_meta_and_from_marked_elements(head: str) -> None:
    found = meta_date(lxml_html.document_fromstring(f"<html>{head}<p>x</p></html>"))

    assert found is not None
    assert found.iso[:10] == "2024-03-28"


def test_times_of_several_articles_are_no_pages_date() -> None:
    times = '<time datetime="2024-03-28">一</time><time datetime="2024-03-29">二</time>'

    assert meta_date(lxml_html.document_fromstring(f"<p>{times}</p>")) is None


@pytest.mark.parametrize(
    ("line", "region"),
    [
        ("所在地区：青岚省 - 河湾市", "青岚省-河湾市"),
        ("| 所在地区 | 青岚省河湾市 |", "青岚省河湾市"),
        ("【地区】青岚省", "青岚省"),
        ("地区：青岚 > 河湾", "青岚-河湾"),
        ("行政区划：青岚省河湾市", "青岚省河湾市"),
        ("这个地区：旱地居多", ""),
    ],
)
def test_the_region_is_read_from_its_label(line: str, region: str) -> None:
    assert read_facts([line]).region == region


def test_the_head_of_a_page_gives_what_is_sound() -> None:
    tree = lxml_html.document_fromstring(
        '<head><meta name="ContentSource" content="青岚县水利局">'
        '<meta name="ColumnName" content="公报"><meta name="author" content="管理员">'
        '<meta name="keywords" content="渡槽,春灌,水利">'
        '<script type="application/ld+json">{"@type": "NewsArticle", '
        '"datePublished": "2024-03-28T09:12:00+08:00", "author": {"name": "高明远"}}</script>'
        "</head><body>x</body>"
    )

    facts = meta_facts(tree)

    assert (facts.publisher, facts.section) == ("青岚县水利局", "公报")
    assert facts.authors == ("高明远",)
    assert facts.tags == ("渡槽", "春灌", "水利")
    assert facts.published is not None
    assert facts.published.iso == "2024-03-28T09:12:00+08:00"


@pytest.mark.parametrize(
    "words", ["青岚新闻网,青岚,新闻", "渡槽", "一个很长很长的关键词组合,渡槽,水利"]
)
def test_a_sites_fixed_keywords_are_no_tags(words: str) -> None:
    tree = lxml_html.document_fromstring(f'<head><meta name="keywords" content="{words}"></head>')

    assert meta_facts(tree).tags == ()


def test_the_editor_in_the_author_meta_is_no_author_and_the_address_dates_last() -> None:
    body = "<p>青岚县的渡槽始建于1971年，去年冬天检修时发现三处裂缝，今年春灌前必须补好。</p>"
    body += "<p>施工队长说，脚手架要从河底搭起，水位一涨就得停工，大家干脆住在了工棚里。</p>"
    page = (
        '<html><head><title>渡槽补好了 下游多浇水</title><meta name="author" content="高明远">'
        f"</head><body><h1>渡槽补好了 下游多浇水</h1>{body}<p>责任编辑：高明远</p></body></html>"
    )

    found = extract(page, "http://qinglan.example/2024-03/28/c_12.htm")

    assert (found.editor, found.authors) == ("高明远", ())
    assert found.published_at == "2024-03-28"


def test_a_date_under_the_label_of_another_moment_is_not_the_day_of_publication() -> None:
    facts = read_facts(["关于延期的公告", "2025/01/16", "现投标截止", "2025-02-07 09:30"])

    assert facts.published is not None
    assert facts.published.iso == "2025-01-16"


def test_what_the_system_published_has_a_day() -> None:
    facts = read_facts(["通风柜采购公告", "发布者:系统管理员发布时间:2025-04-02浏览次数:77"])

    assert facts.published is not None
    assert facts.published.iso == "2025-04-02"


def test_the_day_of_an_earlier_announcement_is_not_the_pages() -> None:
    facts = read_facts(
        [
            "园区物业服务项目流标公告",
            "更新时间：2025年1月16日 编辑：综合办",
            "五、公告日期：2024年12月24日",
        ]
    )

    assert facts.published is not None
    assert facts.published.iso == "2025-01-16"
