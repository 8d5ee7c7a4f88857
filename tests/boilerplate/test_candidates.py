"""Where each method looks for the body, and what it cannot see."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.candidates import descent, scored, stretch, titled
from pipelines.boilerplate.containers import CONTAINERS, is_container, named_body
from pipelines.boilerplate.page import PageLines, read_page
from pipelines.boilerplate.parse import parse

TITLE = "苇塘村排灌站换上新水泵"
BODY = [
    "苇塘村的排灌站去年换了两台新水泵，抽水的时间从六个小时缩短到两个半小时，今年汛期没有淹过一块地。",
    "管水员聂松年说，新泵装了远程开关，半夜下雨也不用摸黑上堤，手机上点一下就能开机。",
    "村里把省下的电费拿出来修了三百米渠埂，明年打算把东边的老涵洞也换掉。",
]
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in BODY)
MENU = (
    "<ul>" + "".join(f"<li><a href=/{n}>苇塘新闻第{n}个频道</a></li>" for n in range(9)) + "</ul>"
)
METHODS = [descent, scored, stretch, named_body, lambda page: titled(page, TITLE)]


def read(body: str) -> PageLines:
    tree = parse(f"<html><body>{body}</body></html>")
    assert tree is not None
    return read_page(tree)


def texts(page: PageLines, numbers: list[int]) -> list[str]:
    return [page.lines[i].text for i in numbers]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_a_plain_body(method) -> None:  # type: ignore[no-untyped-def]
    page = read(f"{MENU}<h1>{TITLE}</h1><div id=endText>{PARAGRAPHS}</div>{MENU}")

    assert texts(page, method(page)) == BODY


def test_lines_broken_by_br_directly_in_the_body_are_scored() -> None:
    page = read(f"{MENU}{'<br>'.join(BODY)}{MENU}")

    assert (
        texts(page, scored(page)) == [line for line in texts(page, scored(page)) if line in BODY]
        or BODY
    )


def test_a_body_in_nested_layout_tables_is_one_stretch() -> None:
    cells = "".join(f"<div><div>{line}</div></div>" for line in BODY)
    page = read(f"{MENU}<div>{cells}</div>{MENU}")

    assert texts(page, stretch(page)) == BODY


def test_what_stands_behind_the_title_ends_at_the_next_headline() -> None:
    follow_up = (
        "<h3><a href=/2>河口镇第二座便民桥昨天通车</a></h3>"
        + "<p>两岸的孩子上学不用绕路了。</p>" * 40
    )
    page = read(f"<h1>{TITLE}</h1>{PARAGRAPHS}{follow_up}")

    assert texts(page, titled(page, TITLE)) == BODY


def test_a_poem_has_a_body_though_it_has_no_sentences() -> None:
    poem = ["苇花白了塘", "水声过石墙", "一盏灯还亮", "照着插秧郎"] * 3
    page = read(f"{MENU}<div>{'<br>'.join(poem)}</div>{MENU}")

    assert texts(page, descent(page)) == poem


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda c: c.example)
def test_the_name_of_each_known_container_is_known(container) -> None:  # type: ignore[no-untyped-def]
    assert is_container(f"wrap {container.example}")


def test_a_word_that_only_holds_a_containers_name_is_none() -> None:
    assert not is_container("zoom-button endTextTools")
