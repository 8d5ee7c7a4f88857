"""What stands apart from the article by its name or by its looks."""

from __future__ import annotations

from pipelines.boilerplate.page import PageLines, read_page
from pipelines.boilerplate.parse import parse

BODY = "管水员聂松年说，新泵装了远程开关，半夜下雨也不用摸黑上堤，手机上点一下就能开机。"
REMARK = "早就该换了，我们村的老泵还是八十年代的，一下大雨就堵，年年修年年坏。"


def read(body: str) -> PageLines:
    tree = parse(f"<html><body>{body}</body></html>")
    assert tree is not None
    return read_page(tree)


def test_remarks_with_their_times_stand_apart_under_any_name() -> None:
    remarks = "".join(f"<li><b>网友{n}</b><p>{n}小时前</p><p>{REMARK}</p></li>" for n in range(4))

    assert REMARK in read(f"<p>{BODY}</p><ul class=xq>{remarks}</ul>").apart_lines()


def test_two_dated_remarks_are_not_yet_a_list_of_them() -> None:
    remarks = f"<li><p>3小时前</p><p>{REMARK}</p></li>" * 2

    assert read(f"<p>{BODY}</p><ul class=xq>{remarks}</ul>").apart_lines() == []


def test_an_article_around_dated_parts_is_no_talk() -> None:
    parts = "<div>2024-06-18 10:33</div>" * 3

    assert read(f"<div>{parts}<div>{f'<p>{BODY}</p>' * 9}</div></div>").apart_lines() == []


def test_a_wrapper_that_holds_most_of_the_page_is_no_side_block() -> None:
    assert read(f"<div class=share-page>{f'<p>{BODY}</p>' * 9}</div>").apart_lines() == []


def test_comments_longer_than_the_article_still_stand_apart() -> None:
    comments = f"<div class=comments>{f'<p>{REMARK}</p>' * 30}</div>"

    assert BODY not in read(f"<p>{BODY}</p>{comments}").apart_lines()
    assert REMARK in read(f"<p>{BODY}</p>{comments}").apart_lines()
