"""The article out of a page and out of a text."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.boilerplate import Template, extract, strip_lines
from pipelines.boilerplate.observe import print_of

BODY = [
    "青岚县的渡槽始建于1971年，去年冬天检修时发现三处裂缝，今年春灌前必须补好，工期只有四十天。",
    "施工队长鲁守田说，脚手架要从河底搭起，水位一涨就得停工，大家干脆住在了槽墩下的工棚里。",
    "补好的渡槽多了一道不锈钢衬里，水损从每公里百分之九降到了百分之二，下游多浇了八百亩地。",
]
TITLE = "渡槽补好了 下游多浇八百亩"


def modern(extra: str = "", title: str = TITLE) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in BODY)
    return f"""<html><head><title>{title}-青岚县新闻网</title></head><body>
      <nav><a href="/">首页</a><a href="/n/">新闻</a></nav>
      <div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/n/">农业</a> &gt; 正文</div>
      <h1>{title}</h1>
      <div class="info">2024-03-28 09:12:00 来源：青岚日报 作者：鲁一鸣 责任编辑：韦青</div>
      <article>{paragraphs}</article>{extra}<footer>版权所有 青岚县新闻网</footer></body></html>"""


def table() -> str:
    paragraphs = "<br><br>".join(f"　　{line}" for line in BODY)
    menu = "".join(
        f"<td><a href='/{w}'>{w}</a></td>" for w in ("首页", "新闻", "农业", "水利", "旅游")
    )
    return f"""<html><head><title>{TITLE}_青岚县新闻网</title></head><body>
      <table><tr>{menu}</tr></table>
      <table width=760><tr><td><table><tr><td>{TITLE}</td></tr>
      <tr><td>2024年3月28日 来源：青岚日报</td></tr><tr><td>{paragraphs}</td></tr></table></td>
      <td><table><tr><td><a href="/1">别处的一条新闻标题</a></td></tr></table></td></tr>
      </table>
      </body></html>"""


def test_article_and_facts_are_found_in_a_modern_layout() -> None:
    found = extract(modern(), "http://qinglan.example/n/1.html")

    assert found.kind == "article"
    assert found.title == TITLE
    assert found.text.split("\n") == BODY
    assert found.published_at == "2024-03-28T09:12:00+08:00"
    assert found.publisher == "青岚日报"
    assert found.authors == ("鲁一鸣",)
    assert found.editor == "韦青"
    assert found.section == "农业"


def test_article_and_facts_are_found_in_nested_tables() -> None:
    found = extract(table(), "http://qinglan.example/n/1.html")

    assert found.kind == "article"
    assert found.title == TITLE
    assert found.text.split("\n") == BODY
    assert (found.published_at, found.publisher) == ("2024-03-28", "青岚日报")


def test_a_data_table_stays() -> None:
    rows = "".join(
        f"<tr><td>渠段{n}</td><td>{n * 3}公里</td><td>{n}处</td></tr>" for n in (1, 2, 3)
    )
    page = modern().replace("</article>", f"<table>{rows}</table></article>")

    assert "| 渠段2 | 6公里 | 2处 |" in extract(page, "http://qinglan.example/1").text


def test_hidden_link_farms_are_not_read() -> None:
    spam = '<div style="position:absolute;left:-9999px"><a href="http://x.example">时时彩平台开户</a></div>'

    found = extract(modern(spam), "http://qinglan.example/1")

    assert "时时彩" not in found.text
    assert found.text.split("\n") == BODY


@pytest.mark.parametrize("control", ["\x19", "&#1;", "\ufffe"])
def test_a_control_character_beside_a_hidden_element_costs_nothing(control: str) -> None:
    hidden = f'{control}<img style="display:none">。</p>'
    page = modern().replace("。</p>", hidden)

    found = extract(page, "http://qinglan.example/1")

    assert found.text.split("\n") == BODY


@pytest.mark.parametrize("control", ["\x08", "&#x19;", "&#26;"])
def test_a_control_character_costs_no_page_in_another_language(control: str) -> None:
    text = "The aqueduct was repaired in spring. " * 8
    html = f"<html><body>{control}<figure></figure>n of work has given<p>{text}</p></body></html>"

    assert text.strip() in extract(html, "").text


@pytest.mark.parametrize("write", ["&#x{:x};", "&#x{:05X};", "&#{};", "&#x{:x}"])
def test_references_to_characters_are_read_as_them(write: str) -> None:
    written = "".join(c if c in "<>/p\n" else write.format(ord(c)) for c in BODY[0])
    page = modern().replace(BODY[0], written)

    assert extract(page, "http://qinglan.example/1").text.split("\n") == BODY


def test_other_languages_are_left_to_trafilatura() -> None:
    text = "The aqueduct was repaired in spring. " * 8
    found = extract(
        f"<html><head><title>Repair</title></head><body><p>{text}</p></body></html>", ""
    )

    assert found.text == text.strip()
    assert found.dropped == ()


def test_a_date_of_a_related_link_is_not_the_articles() -> None:
    page = modern("<ul><li><a href='/2'>相关：旧渠翻新</a> 2019-01-05</li></ul>")
    page = page.replace("2024-03-28 09:12:00 ", "")

    assert extract(page, "http://qinglan.example/1").published_at is None


def test_a_bare_first_of_january_in_the_metadata_is_not_believed() -> None:
    page = modern().replace("2024-03-28 09:12:00 ", "")
    page = page.replace("</head>", '<meta name="pubdate" content="2024-01-01"></head>')

    assert extract(page, "http://qinglan.example/1").published_at is None


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("", "empty"),
        ("<html><body></body></html>", "empty"),
        ("<html><body><script>x()</script><div id=app></div></body></html>", "shell"),
        ("<title>请稍候</title><body>正在验证您的浏览器，请稍候</body>", "challenge"),
        (
            "<title>404 Not Found</title><body>页面不存在，三秒后返回首页，或者点这里</body>",
            "error",
        ),
        (
            "<title>新闻</title>" + "<li><a href=/n>青岚县本地新闻的一条普通标题</a></li>" * 30,
            "list",
        ),
    ],
)
def test_what_is_no_article_is_named(html: str, kind: str) -> None:
    assert extract(html, "http://qinglan.example/").kind == kind


def test_a_templates_lines_leave_the_article() -> None:
    slogan = "青岚新闻，天天陪您喝早茶，看遍一县四季。"
    page = modern().replace("</article>", f"<p>{slogan}</p></article>")

    found = extract(page, "http://qinglan.example/1", Template("7", frozenset({print_of(slogan)})))

    assert found.text.split("\n") == BODY
    assert ("template", slogan) in [(d.rule, d.text) for d in found.dropped]


def test_text_only_input_gives_the_same_fields() -> None:
    head = ["青岚新闻", "每天更新", "您的位置：首页 > 农业 >", TITLE]
    facts = ["来源：青岚日报 2024-03-28 09:12:00"]
    tail = ["标签：", "相关阅读", "旧渠翻新记", "一段没有说完的话，说到一半就停在了这"]
    text = "\n\n".join([*head, *facts, *BODY, *tail])

    found = strip_lines(text)

    assert found.title == TITLE
    assert found.text.split("\n") == BODY
    assert (found.published_at, found.publisher) == ("2024-03-28T09:12:00+08:00", "青岚日报")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + "深" + "</div>" * 20_000,
        "<p>" + "长" * 3_000_000,
        "<a href=/x>链接</a>" * 30_000,
        "<p>" * 100_000,
        "\0" * 1000 + "<p>内容",
    ],
    ids=["nested", "one line", "links", "paragraphs", "nul"],
)
def test_a_hostile_page_ends_in_a_result_or_a_named_error(html: str) -> None:
    with contextlib.suppress(RecursionError, MemoryError):
        assert extract(html, "http://qinglan.example/").kind


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/=\"' ptdhr青岚县。，1\n"), max_size=300))
def test_no_page_breaks_extraction(html: str) -> None:
    assert extract(html, "http://qinglan.example/").kind


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_strip_lines(text: str) -> None:
    assert strip_lines(text).kind in ("article", "notice", "empty")


def test_importing_the_package_loads_neither_trafilatura_nor_lxml() -> None:
    code = "import sys, pipelines.boilerplate; print({'trafilatura', 'lxml'} & set(sys.modules))"

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_what_a_page_says_of_its_address_is_given_as_it_is() -> None:
    link = "<link REL='Canonical' href=' /n/7.html '>"
    page = f"<html><head>{link}</head><body><p>河堤</p></body></html>"
    twice = page.replace("</head>", "<link rel=canonical href=/n/8.html></head>")

    assert extract(page, "http://q.example/n/7.html?x=1").canonical == "/n/7.html"
    assert extract(twice, "http://q.example/n/7.html").canonical == ""
