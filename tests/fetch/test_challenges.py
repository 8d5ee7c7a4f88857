"""Challenges are told from pages, and above all pages from challenges."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from pipelines.boilerplate.challenges import (
    MOST_MARKUP,
    Rule,
    challenge_of,
    rules,
    visible_lines,
)
from pipelines.charset import decode

ROWS = [pytest.param(rule, id=f"{i}-{rule.name}") for i, rule in enumerate(rules(), 2)]
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "challenges"
NEWS = (
    "河湾县图书馆的线上借书系统昨日恢复。馆员沈砚秋说，前一日下午两点起，许多读者的页面上只剩一行字："
    "您的访问过于频繁，请稍后再试。技术员排查后发现，是一所小学的机房共用一个出口，三百多台电脑同时登录，"
    "系统便把它们当成了机器。如今每个班分到单独的时段，借书量反而比上周多了两成。"
)


def judge(rule: Rule, said: str) -> str | None:
    status = min(rule.statuses, default=200)
    if rule.where == "header":
        return challenge_of(status, [said], "<html></html>")
    return challenge_of(status, [], said if rule.where == "html" else f"<p>{said}</p>")


@pytest.mark.parametrize("rule", ROWS)
def test_a_rule_holds_for_its_example(rule: Rule) -> None:
    assert judge(rule, rule.example) == rule.name


@pytest.mark.parametrize("rule", ROWS)
def test_no_rule_holds_for_a_counter_example(rule: Rule) -> None:
    assert judge(rule, rule.counter) is None


@pytest.mark.parametrize("rule", ROWS)
def test_an_article_that_quotes_an_example_is_none(rule: Rule) -> None:
    article = f"<h1>{rule.example}</h1><p>2024-05-10 来源：河湾日报</p><p>{NEWS}</p><p>{NEWS}</p>"

    assert challenge_of(200, [], article) is None


@pytest.mark.parametrize(
    "html",
    [
        f"<h1>读者反映借书系统“访问过于频繁”</h1><p>{NEWS}</p>",
        "<h1>访问过于频繁？图书馆回应</h1><p>2024-05-10 09:30</p><p>已恢复。</p>",
        "<h1>快讯</h1><p>网友称多次看到“您的访问被阻断”，客服回应系统升级所致。</p>",
        "<h1>滑动验证码难倒老人</h1><p>社区开了课，教大家拖动滑块完成拼图。</p>",
        f"<script>document.cookie='seen=1';location.reload()</script><p>{NEWS}</p><p>{NEWS}</p>",
        "<html><body><div id='app'></div><script src='/app.js'></script></body></html>",
        "",
    ],
)
def test_pages_that_speak_of_it_or_show_nothing_are_none(html: str) -> None:
    assert challenge_of(200, ["Server: nginx"], html) is None


@pytest.mark.parametrize("piece", ["<!--", "<script>", "<STYLE ", "<", "<p", "</script", "<p>"])
def test_a_page_of_tags_without_an_end_is_judged_at_once(piece: str) -> None:
    sign = "$_ts r='m'"
    page = sign + piece * ((MOST_MARKUP - len(sign)) // len(piece))
    began = time.process_time()

    challenge_of(200, [], page)

    assert time.process_time() - began < 1


def test_only_what_is_seen_is_read_as_lines() -> None:
    html = (
        "<title>甲</title><!-- <p>注 --><p>乙</P><SCRIPT>'<!--'</script ><svg>图</svg>丙<br>丁"
        "<style>.a{}</style><template>版</template><!-- 没有结尾<b>戊</b> 1 < 2"
    )

    assert visible_lines(html) == ["甲", "乙", "丙", "丁", "戊 1 < 2"]


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.html")), ids=lambda p: p.stem)
def test_a_whole_challenge_page_is_named(path: Path) -> None:
    status, name, _ = path.stem.split("-", 2)

    assert challenge_of(int(status), [], path.read_text("utf-8")) == name


@pytest.mark.parametrize("kind", ["pages", "lists", "notices", "spun"])
def test_no_real_page_is_taken_for_a_challenge(kind: str, shared: Path) -> None:
    paths = sorted((shared / "data" / kind).rglob("page.html.gz"))
    taken = {}
    for path in paths:
        html = decode(gzip.decompress(path.read_bytes())).text
        for status in (200, 403, 521):
            if name := challenge_of(status, [], html):
                taken[path.parent.name] = name

    assert paths
    assert taken == {}
