"""What `find_links` takes for the next page of a list."""

import pytest

from crawler.sites.discovery import find_links
from tests.sites.list_pages import LIST, MODERN, SITE, page


@pytest.mark.parametrize(
    "pager",
    [
        pytest.param("<a href='index_1.html'>下一页</a>", id="words"),
        pytest.param("<a href='#'>上页</a><a href='index_1.html'>下页&gt;</a>", id="short words"),
        pytest.param("<a href='index_1.html' title='下一页'><img src=n.gif></a>", id="title"),
        pytest.param("<a href='index_1.html' rel='next'>→</a>", id="rel"),
        pytest.param(
            "<span>1</span><a href='index_1.html'>2</a><a href='x.html'>3</a>", id="numbers"
        ),
        pytest.param(
            "<ul><li class='active'><a href='index.html'>1</a></li><li><a href='index_1.html'>2</a>"
            "</li><li><a href='index_1.html'>»</a></li></ul>",
            id="numbers in items",
        ),
        pytest.param("<div onclick=\"location.href='index_1.html'\">下一页</div>", id="clickable"),
        pytest.param('<script>createPageHTML(4,0,"index","html");</script>', id="TRS"),
        pytest.param(
            "<script>var pages = 4, now = 0; createPageHTML(pages, now, 'index', 'html')</script>",
            id="TRS with names",
        ),
        pytest.param(
            "<script>createPageHTML('page_div',20, 0,'index','html',383);</script>", id="div TRS"
        ),
        pytest.param(
            "<script>Pager({size:3, current:0, prefix:'index',suffix:'html'});</script>", id="Pager"
        ),
        pytest.param(
            "<script>var currentPage = 0; var countPage = 9; var nextPage = currentPage + 1;"
            'document.write("<a href=\\"index_" + nextPage + ".html\\">下一页</a>");</script>',
            id="TRS written out",
        ),
    ],
)
def test_the_next_page_is_found(pager: str) -> None:
    assert find_links(page(MODERN + pager), LIST).next == f"{SITE}/zwgk/tzgg/index_1.html"


JUMP = "<script>function go(n){ location.href = 'list.aspx?page=' + n; }</script>"


@pytest.mark.parametrize(
    ("pager", "url", "expected"),
    [
        ("<a onclick='go(3)'>下一页</a>" + JUMP, "list.aspx?page=2", "list.aspx?page=3"),
        ("<a href='javascript:go(2)'>下一页</a>" + JUMP, "list.aspx", "list.aspx?page=2"),
        (
            "<script>$('#p').pagination({pageCount: 9})</script>" + JUMP,
            "list.aspx?page=4",
            "list.aspx?page=5",
        ),
        ("<script>$('#p').pagination({pageCount: 9})</script>" + JUMP, "list.aspx?page=9", None),
        ("<script>createPageHTML(4,2,'index','html')</script>", "index_2.html", "index_3.html"),
        ("<script>createPageHTML(4,3,'index','html')</script>", "index_3.html", None),
        ("<script>createPageHTML('d',20,20,'list','html',9)</script>", "list_20.html", None),
        (
            "<script>Pager({size:1, current:0, prefix:'index', suffix:'html'})</script>",
            "index.html",
            None,
        ),
        ("<a href='index_1.html'>2</a><a href='index_2.html'>3</a>", "index_2.html", None),
        ("<a href='index_2.html'>下一页</a>", "index_2.html", None),
    ],
)
def test_the_next_page_follows_the_page_one_is_on(
    pager: str, url: str, expected: str | None
) -> None:
    found = find_links(page(MODERN + pager), f"{SITE}/gk/{url}")
    assert found.next == (expected and f"{SITE}/gk/{expected}")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("", id="no pager"),
        pytest.param("<a href='t2.html'>下一篇：关于春耕的通知</a>", id="next article"),
        pytest.param("<a href='javascript:;'>下一页</a>", id="leads nowhere"),
        pytest.param("<a class='next' href='pic2.html'>&gt;</a>", id="next picture"),
        pytest.param("<a href='l1/'>1</a><a href='l2/'>2</a><a href='l3/'>3</a>", id="bus lines"),
        pytest.param("<a href='http://spam.example/2.html'>下一页</a>", id="foreign site"),
        pytest.param("<!-- <a href='index_1.html'>下一页</a> -->", id="comment"),
        pytest.param(
            "<script>// createPageHTML(4,0,'index','html')\n</script>", id="script comment"
        ),
        pytest.param("<script>function createPageHTML(_count, _now, _n, _e){}</script>", id="code"),
        pytest.param("<script>location.href = 's?page=' + p</script>", id="jump without a pager"),
    ],
)
def test_no_next_page_is_invented(other: str) -> None:
    assert find_links(page(MODERN + other), LIST).next is None
