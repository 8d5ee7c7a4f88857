"""Which lines are the article, and what a page is."""

from __future__ import annotations

import pytest

from pipelines.boilerplate import extract, strip_lines
from pipelines.boilerplate.body import find_body
from pipelines.boilerplate.metadata import read_facts
from pipelines.boilerplate.page import read_page
from pipelines.boilerplate.parse import parse
from pipelines.boilerplate.title import without_site_name

BODY = [
    "苇塘村的排灌站去年换了两台新水泵，抽水的时间从六个小时缩短到两个半小时，今年汛期没有淹过一块地。",
    "管水员聂松年说，新泵装了远程开关，半夜下雨也不用摸黑上堤，手机上点一下就能开机。",
    "村里把省下的电费拿出来修了三百米渠埂，明年打算把东边的老涵洞也换掉。",
]
TITLE = "苇塘村排灌站换上新水泵"
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in BODY)


def page(around: str, title: str = TITLE) -> str:
    return (
        f"<html><head><title>{title}_苇塘在线</title></head><body><h1>{title}</h1>"
        f"<div class=info>2024-06-18 来源：苇塘日报</div><div id=c>{PARAGRAPHS}</div>"
        f"{around}</body></html>"
    )


def lines_of(html: str, url: str = "http://weitang.example/1") -> list[str]:
    return extract(html, url).text.split("\n")


def test_teasers_of_other_articles_are_not_the_body() -> None:
    teasers = "".join(
        f"<h3><a href=/{n}>河口镇第{n}座便民桥通车的消息</a></h3>"
        f"<p>河口镇的第{n}座便民桥昨天通车，两岸的孩子上学不用再绕远路，老人赶集也方便了许多，记者在现场看到</p>"
        for n in range(12)
    )

    assert lines_of(page(f"<div>{teasers}</div>")) == BODY


def test_readers_comments_are_not_the_body() -> None:
    comments = "".join(
        f"<li><p>网友{n}：早就该换了，我们村的老泵还是八十年代的，一下大雨就堵，年年修年年坏。</p></li>"
        for n in range(9)
    )

    assert lines_of(page(f"<div class=comment-list><ul>{comments}</ul></div>")) == BODY


def test_a_wrapper_named_after_the_menu_it_holds_still_holds_the_body() -> None:
    html = page("").replace("<body>", "<body class=has-menu><div class=with-sidebar>")

    assert lines_of(html) == BODY


def test_replies_belong_to_a_forums_thread() -> None:
    reply = "我家那边也是这个情况，建议先清淤再换泵，不然新泵也撑不过两个汛期。"
    html = page(f"<div class=comments><p>{reply}</p></div>")

    assert reply in lines_of(html, "http://bbs.weitang.example/thread-1-1.html")


def test_an_article_that_a_style_hides_until_a_script_runs_is_read() -> None:
    html = page("").replace("<div id=c>", '<div id=c style="visibility: hidden">')

    assert lines_of(html) == BODY


def test_a_lead_in_a_block_of_its_own_stays_before_the_body() -> None:
    lead = "苇塘日报讯，六月十八日，汛期到来之前，记者走进了苇塘村，看了看新装的水泵。"
    html = page("").replace("<div id=c>", f"<div class=lead>{lead}</div><div id=c>")

    assert lines_of(html) == [lead, *BODY]


DATED = "".join(
    f"<li><a href=/n/{n}>苇塘县今年第{n}批农机补贴公示</a><span>2024-06-{n:02}</span></li>"
    for n in range(1, 16)
)
EXCERPTS = "".join(
    f"<h3><a href=/n/{n}>苇塘县今年第{n}批农机补贴公示</a></h3><p>本批补贴共涉及{n}个村的农户，"
    "公示期七天，如有异议请向县农机站反映，联系电话见文末说明。</p>"
    for n in range(15)
)


@pytest.mark.parametrize("items", [DATED, EXCERPTS], ids=["dated", "excerpts"])
def test_a_list_is_never_an_article(items: str) -> None:
    html = f"<title>通知公告_苇塘在线</title><body><h2>通知公告</h2><ul>{items}</ul></body>"

    assert extract(html, "http://weitang.example/n/").kind == "list"


def test_a_tender_table_beside_a_list_of_others_is_a_notice() -> None:
    rows = "".join(
        f"<tr><td>{a}</td><td>{b}</td></tr>"
        for a, b in (
            ("项目名称", "苇塘县排灌站水泵采购项目"), ("项目编号", "WT-2024-018"),
            ("采购人", "苇塘县水利工程管理站"), ("中标供应商", "河口机电设备有限公司"),
            ("中标金额", "人民币陆拾捌万元整"), ("评审专家", "聂松年、鲁守田、韦青、覃佩瑄"),
        )
    )  # fmt: skip
    title = "苇塘县排灌站水泵采购项目中标结果公告"
    html = (
        f"<title>{title}-苇塘公共资源网</title><body><h1>{title}</h1><table>{rows}</table>"
        f"<div class=side><ul>{DATED}</ul></div></body>"
    )

    found = extract(html, "http://weitang.example/zb/1")

    assert found.kind == "notice"
    assert "| 项目编号 | WT-2024-018 |" in found.text


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        (f"{TITLE}-每日快讯", TITLE),
        (f"{TITLE} 全球视讯", TITLE),
        (f"当前热点：{TITLE}", TITLE),
        (f"全球今日讯！{TITLE}|环球热闻", TITLE),
        (f"{TITLE}_农业_苇塘在线", TITLE),
        ("世界观点之争:一座老桥该不该拆", "世界观点之争:一座老桥该不该拆"),
        ("苇塘-河口公路通车", "苇塘-河口公路通车"),
    ],
)
def test_a_title_loses_the_sites_affixes_only(shown: str, title: str) -> None:
    assert without_site_name(shown) == title


@pytest.mark.parametrize(
    ("line", "publisher", "authors"),
    [
        ("来源：苇塘日报(河口) 作者：聂松年 韦青", "苇塘日报", ("聂松年", "韦青")),
        ("文章来源： 发布时间：2024-06-18 10:33", "", ()),
        ("2024-06-18 · 苇塘晚报", "苇塘晚报", ()),
        ("苇塘网河口频道 记者 聂松年 覃佩瑄", "", ("聂松年", "覃佩瑄")),
        ("執筆人：韋青", "", ("韋青",)),
        ("原文：见附件", "", ()),
    ],
)
def test_facts_of_a_line(line: str, publisher: str, authors: tuple[str, ...]) -> None:
    found = read_facts([line])

    assert (found.publisher, found.authors) == (publisher, authors)


def test_a_labelled_date_behind_the_body_is_the_articles_where_there_is_none_before_it() -> None:
    behind = ["开标时间：2024-07-01", "发表于 2024年6月18日 10:33"]

    found = read_facts([TITLE], behind).published

    assert found is not None
    assert found.iso == "2024-06-18T10:33:00+08:00"


def test_a_long_line_of_markup_ends_soon() -> None:
    assert strip_lines("<!-- --" * 10_000).text is not None


def test_a_short_article_beside_long_lists_is_known_by_its_byline() -> None:
    html = (
        "<title>苇塘在线-苇塘县门户网站</title><body><div>苇塘村换上新水泵</div>"
        f"<div>2024-06-18 来源：苇塘日报</div><p>{BODY[2]}{BODY[2]}</p><ul>{DATED * 3}</ul></body>"
    )

    assert extract(html, "http://weitang.example/1").kind == "article"


def test_a_photo_story_of_captions_is_known_by_the_date_under_its_title() -> None:
    html = page(f"<ul>{DATED * 3}</ul>").replace(PARAGRAPHS, "<p>水泵房外，聂松年摄。</p>")

    assert extract(html, "http://weitang.example/1").kind == "article"


def test_a_list_whose_items_each_have_a_byline_stays_a_list() -> None:
    items = "".join(
        f"<li><a href=/n/{n}>苇塘县今年第{n}批农机补贴公示</a> 发布时间：2024-06-{n:02}</li>"
        for n in range(1, 16)
    )
    html = f"<title>通知公告_苇塘在线</title><body><ul>{items}</ul></body>"

    assert extract(html, "http://weitang.example/n/").kind == "list"


def test_a_page_of_hidden_keywords_does_not_hide_its_article() -> None:
    keywords = "苇塘水泵 苇塘排灌 " * 4000

    assert lines_of(page(f"<div>{keywords}</div>"))[:3] == BODY


@pytest.mark.parametrize(("agreement", "kept"), [(0.9, False), (0.3, True)])
def test_candidates_are_kept_only_where_they_disagree(
    agreement: float, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.boilerplate.body.vote", lambda *_: ("descent", agreement))
    tree = parse(page(""))
    assert tree is not None

    body = find_body(tree, read_page(tree), TITLE, frozenset(), forum=False)

    assert ("scored" in body.candidates) is kept


def test_a_long_article_that_follows_a_short_one_is_not_trusted() -> None:
    headline = "<p><a href=/2>河口镇第二座便民桥昨天通车的消息</a></p>"
    other = "<p>河口镇的第二座便民桥昨天通车，两岸的孩子上学不用再绕远路，老人赶集也方便了。</p>"
    html = f"<h1>{TITLE}</h1><div><p>{BODY[0]}</p></div>{headline * 12}<div>{other * 12}</div>"
    tree = parse(f"<html><body>{html}</body></html>")
    assert tree is not None

    assert find_body(tree, read_page(tree), TITLE, frozenset(), forum=False).agreement < 0.5
