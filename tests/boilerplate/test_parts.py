"""Articles that are split over pages."""

from __future__ import annotations

import pytest

from crawler.items import Article, Page
from pipelines import refine
from pipelines.boilerplate.parts import follows, next_part

HERE = "http://hewan.example/n/2024/1103.html"


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("http://a.cn/n/1103.html", "http://a.cn/n/1103_2.html"),
        ("http://a.cn/n/1103.html", "http://a.cn/n/1103_1.html"),
        ("http://a.cn/n/1103_1.html", "http://a.cn/n/1103_2.html"),
        ("http://a.cn/n/1103-2.shtml", "http://a.cn/n/1103-3.shtml"),
        ("http://a.cn/show/1103", "http://a.cn/show/1103?page=2"),
        ("http://a.cn/show.asp?id=7", "http://a.cn/show.asp?id=7&page=2"),
        ("http://a.cn/show.asp?id=7&page=2", "http://a.cn/show.asp?id=7&page=3"),
    ],
)
def test_the_next_page_of_an_article_has_its_address_and_the_next_number(
    here: str, there: str
) -> None:
    assert follows(here, there)
    assert not follows(there, here)


@pytest.mark.parametrize(
    "there",
    [
        "http://hewan.example/n/2024/1104.html",
        "http://hewan.example/n/2024/1103_4.html",
        "http://hewan.example/n/2024/1103.html",
        "http://other.example/n/2024/1103_2.html",
        "http://hewan.example/n/2024/1102_2.html",
        "http://hewan.example/n/2024/",
    ],
)
def test_another_article_is_no_next_page(there: str) -> None:
    assert not follows(HERE, there)


@pytest.mark.parametrize(
    "words", ["下一页", "下一页 &gt;", "下页", "2", "[2]", "<span>下一頁</span>"]
)
def test_a_link_to_the_next_page_is_found(words: str) -> None:
    html = (
        f'<a href="1104.html">下一篇</a><a href="1103.html">1</a><a href="1103_2.html">{words}</a>'
    )

    assert next_part(html, HERE) == "http://hewan.example/n/2024/1103_2.html"


@pytest.mark.parametrize("bad", ["//乙：", "http://[::1", "//[v1.x]/"])
def test_a_link_that_is_no_address_is_passed_over(bad: str) -> None:
    html = f'<a href="{bad}">2</a><a href="1103_2.html">下一页</a>'

    assert next_part(html, HERE) == "http://hewan.example/n/2024/1103_2.html"


@pytest.mark.parametrize("words", ["下一篇", "相关新闻", ""])
def test_a_link_that_says_something_else_is_not(words: str) -> None:
    assert next_part(f'<a href="1103_2.html">{words}</a>', HERE) is None


def part(number: int, *lines: str) -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return (
        "<html><head><title>石桥修好以后_河湾网</title></head><body><h1>石桥修好以后</h1>"
        f"<div class=info>2024-11-03 来源：河湾日报</div><div class=content>{body}</div>"
        f"<div class=pager><a href=1103.html>1</a> <a href=1103_2.html>2</a></div>"
        "<div class=footer>版权所有 河湾网</div></body></html>"
    )


def test_parts_are_joined_in_order_under_one_title() -> None:
    first = [
        "河湾镇的石桥修好以后，赶集的人又多了起来，桥头的茶摊也搬回了老地方，天不亮就生火。",
        "镇上的老人说，从前过河要等渡船，一等就是半个时辰，涨水的日子干脆就不出门了。",
    ]
    second = [
        "修桥的石料来自上游的采石场，工匠们用了四个月，把十二个桥墩一个一个重新砌过。",
        "桥面比从前宽了一米，两辆三轮车可以错开走，桥栏上还刻着捐款人的名字，共有三百多个。",
    ]

    found = refine(Page(url=HERE, content=part(1, *first), parts=(part(2, *second),)))

    assert isinstance(found, Article)
    assert found.text.split("\n") == first + second
    assert found.title == "石桥修好以后"
    assert found.publisher == "河湾日报"
