"""What `find_links` takes for an article and for the next page, on invented pages and real ones."""

import gzip
import json
import time
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.sites.discovery import Found, find_links, shape
from crawler.sites.linkblocks import site_of

SITE = "http://www.qingshan.gov.cn"
LIST = f"{SITE}/zwgk/tzgg/index.html"

TITLES = (
    "关于做好青山县春季森林防火工作的通知",
    "青山县召开乡村道路养护工作推进会",
    "青山县2024年第一批公益性岗位招聘公告",
    "县图书馆春节期间开放时间安排",
    "柳河镇开展农田水利设施检查",
)
ARTICLES = tuple(f"{SITE}/zwgk/tzgg/202403/t2024030{n}_10{n}.html" for n in range(1, 6))

NAV = """<div class="nav"><ul>
<li><a href="/">首页</a></li><li><a href="/zwgk/index.html">政务公开</a></li>
<li><a href="/zwgk/tzgg/index.html">通知公告</a></li>
<li><a href="/hdjl/index.html">互动交流</a></li>
<li><a href="/ldzc/c1024/">县领导之窗</a></li></ul></div>"""
FOOTER = """<div class="footer"><a href="/about/10001.html">关于本站</a>
<a href="/about/10002.html">网站地图和使用帮助说明</a>
<a href="http://www.beian.example/">备案号</a></div>"""


def items(pattern: str) -> str:
    rows = zip(ARTICLES, TITLES, strict=True)
    return "\n".join(
        pattern.format(url=url, title=title, day=n) for n, (url, title) in enumerate(rows, 1)
    )


def page(content: str) -> str:
    return f"<html><body>{NAV}<div class='main'>{content}</div>{FOOTER}</body></html>"


MODERN = (
    "<ul class='news'>" + items("<li><a href='{url}'>{title}</a><i>03-0{day}</i></li>") + "</ul>"
)
TABLE = "<table>" + items("<tr><td><a href='{url}'>{title}</a><td>2024-03-0{day}</tr>") + "</table>"


# -- articles --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(MODERN, id="list with days"),
        pytest.param(TABLE, id="table, cells left open"),
        pytest.param(items("· <a href='{url}'>{title}</a><!-- d --> (03-0{day})<br>"), id="lines"),
        pytest.param(items("<dl><dt><a href='{url}'>{title}</a><dd>摘要"), id="no dates"),
        pytest.param(
            items(
                "<div class='card'><a href='{url}'><img src='{day}.jpg'></a>"
                "<h3><a href='{url}'>{title}</a></h3><a href='{url}'>[详情]</a></div>"
            ),
            id="image, title and details lead to the same page",
        ),
        pytest.param(
            items("<li><a href='/zwgk/lm{day}/'>[公告]</a><a href='{url}'>{title}</a></li>"),
            id="a channel before each title",
        ),
    ],
)
def test_the_articles_of_a_list_are_found_once_each_in_page_order(content: str) -> None:
    assert find_links(page(content), LIST).articles == ARTICLES


def test_several_listings_of_a_home_page_are_all_found() -> None:
    def box(name: str, label: str) -> str:
        head = f"<h2><a href='/{name}/'>{label}</a><a href='/{name}/'>更多&gt;&gt;</a></h2>"
        rows = "".join(f"<li><a href='/{name}/{n}00{n}.html'>{t}</a>" for n, t in enumerate(TITLES))
        return f"<div class='box'>{head}<ul>{rows}</ul></div>"

    blocks = box("yaowen", "青山要闻") + box("gonggao", "公示公告")
    expected = [f"{SITE}/{name}/{n}00{n}.html" for name in ("yaowen", "gonggao") for n in range(5)]
    assert list(find_links(page(blocks), f"{SITE}/").articles) == expected


def test_short_titles_are_carried_by_their_neighbours() -> None:
    short = (
        f"<li><a href='{SITE}/zwgk/tzgg/202403/t20240309_109.html'>招聘公告</a><i>03-09</i></li>"
    )
    found = find_links(page(MODERN.replace("</ul>", f"{short}</ul>")), LIST)
    assert found.articles[-1].endswith("t20240309_109.html")


ODD = "<a href='/x/note.html'>更正</a><i>03-09</i>"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(MODERN.replace("</ul>", f"<li class='last'>{ODD}</ul>"), id="same block"),
        pytest.param(f"{MODERN}<ul class='news'><li>{ODD}</ul>", id="same markup elsewhere"),
    ],
)
def test_an_odd_item_is_carried_by_its_block_or_its_markup(content: str) -> None:
    assert find_links(page(f"<p>{ODD}</p>"), LIST).articles == ()
    assert find_links(page(content), LIST).articles == (*ARTICLES, f"{SITE}/x/note.html")


def test_addresses_that_differ_in_the_query_only_are_told_apart() -> None:
    rows = "".join(f"<li><a href='view.php?id={n}'>{t}</a>" for n, t in enumerate(TITLES, 7))
    assert find_links(page(f"<ul>{rows}</ul>"), f"{SITE}/list.php?cat=3").articles == tuple(
        f"{SITE}/view.php?id={n}" for n in range(7, 12)
    )


PLAIN = "<ul>{}</ul>".format(
    "".join(f"<li><a href='/n/10{n}.html'>{t[:9]}</a>" for n, t in enumerate(TITLES))
)


def test_a_wrapper_named_like_a_frame_does_not_hide_what_it_wraps() -> None:
    wrapped = f"<body><div class='header'>{NAV}{PLAIN}</div></body>"
    assert len(find_links(wrapped, LIST).articles) == 5


def test_a_headline_outside_any_list_is_known_by_the_form_of_its_address() -> None:
    headline = "<h1><a href='/n/20.html'>春耕备耕正当时</a></h1>"
    rows = "".join(f"<li>05-1{n}<a href='/n/2024051{n}.html'>{t}</a>" for n, t in enumerate(TITLES))
    assert find_links(page(headline), LIST).articles == ()
    found = find_links(page(f"{headline}<ul>{rows}</ul>"), LIST)
    assert found.articles[0] == f"{SITE}/n/20.html"


def test_a_day_beside_a_name_makes_it_an_item() -> None:
    names = ("春耕", "森林防火", "修路", "图书馆")
    plain = "".join(f"<li><a href='/n/{n}.html'>{v}</a></li>" for n, v in enumerate(names))
    dated = plain.replace("</li>", "<!-- day --><b>2024-03-05</b></li>")
    assert find_links(page(f"<ul>{plain}</ul>"), LIST).articles == ()
    assert len(find_links(page(f"<ul>{dated}</ul>"), LIST).articles) == 4


def test_base_href_is_what_addresses_are_resolved_against() -> None:
    rows = "".join(f"<li><a href='2024030{n}.html'>{t}</a>" for n, t in enumerate(TITLES))
    html = f"<head><base href='http://news.qingshan.gov.cn/a/'></head><ul>{rows}</ul>"
    assert find_links(html, LIST).articles[0] == "http://news.qingshan.gov.cn/a/20240300.html"


def test_fragments_are_cut_and_the_page_itself_is_no_article() -> None:
    marked = MODERN.replace(".html'", ".html#top'") + f"<li><a href='{LIST}#a'>{TITLES[0]}</a></li>"
    assert find_links(page(marked), LIST).articles == ARTICLES
    assert find_links(page(MODERN), ARTICLES[0]).articles == ARTICLES[1:]


def test_content_after_an_early_end_of_the_body_is_read() -> None:
    html = f"<html><body>{NAV}<script>x</script>></body></html>{MODERN}</body></html>"
    assert find_links(html, LIST).articles == ARTICLES


def test_files_and_addresses_that_are_no_pages_are_not_articles() -> None:
    other = "".join(
        f"<li><a href='{href}'>青山县人民政府办公室关于印发工作要点的通知</a><i>03-07</i></li>"
        for href in (
            "/a/20240307.pdf",
            "javascript:open(20240307)",
            "mailto:a@b.cn",
            "ftp://a.cn/1",
        )
    )
    assert find_links(page(MODERN + other), LIST).articles == ARTICLES


def farm(count: int = 40) -> str:
    """Links to foreign sites as injectors write them, none of them closed."""
    names = ("青山信息网", "好看小说网", "二手设备回收网", "全国各地人才招聘信息网站")
    return "".join(
        f"<a href='https://www.farm{n}.example/'>{names[n % 4]}<a>" for n in range(count)
    )


@pytest.mark.parametrize(
    "injected",
    [
        pytest.param(farm(), id="farm of open links"),
        pytest.param(f"<div style='display:none'>{farm()}</div>", id="not shown"),
        pytest.param(farm().replace(".example/", ".example/a/2024.html"), id="deep addresses"),
    ],
)
@pytest.mark.parametrize("place", ["before", "after", "inside"])
def test_an_injected_link_farm_changes_nothing(injected: str, place: str) -> None:
    content = {
        "before": injected + MODERN,
        "after": MODERN + injected,
        "inside": MODERN.replace("</ul>", f"{injected}</ul>"),
    }[place]
    assert find_links(page(content), LIST).articles == ARTICLES


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "position:absolute;left:-9999px",
        "height:0;overflow:hidden",
        "font-size: 0px",
    ],
)
def test_what_nobody_sees_is_no_listing(style: str) -> None:
    hidden = MODERN.replace("tzgg", "casino")
    found = find_links(page(f"<section style='{style}'>{hidden}</section>{MODERN}"), LIST)
    assert found.articles == ARTICLES


def test_panels_that_a_tab_brings_up_are_seen() -> None:
    second = MODERN.replace("tzgg", "gzdt")
    tabs = f"<div class='tab'>{MODERN}</div><div class='tab' style='display:none'>{second}</div>"
    assert len(find_links(page(tabs), LIST).articles) == 10


def test_a_page_of_channels_only_has_no_articles() -> None:
    assert find_links(page("<p>欢迎</p>"), f"{SITE}/") == Found()


# -- the next page ---------------------------------------------------------------------------


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


# -- hostile input ---------------------------------------------------------------------------

# fmt: off
FRAGMENTS = st.sampled_from([
    "<a href='", "/n/20240101.html'>", "</a>", "'>", "<div style='display:none'>",
    "<base href='//'>", "<a href='http://[x'>下一页</a>", "<a href=http://a:99999/1>2", "<li>",
    "<!--", "]]>", "<script>", "createPageHTML(4,0,'a','b')", "</body>", "\0", "\ud800",
    "<?xml encoding='gbk'?>", "2024-01-02",
])
# fmt: on


@settings(deadline=None)
@given(st.lists(FRAGMENTS | st.text(max_size=20)).map("".join), st.just(LIST) | st.text())
def test_any_text_gives_absolute_web_addresses(html: str, url: str) -> None:
    found = find_links(html, url)
    for address in (*found.articles, *filter(None, [found.next])):
        assert urlsplit(address).scheme in ("http", "https")
        assert urlsplit(address).hostname


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("", id="empty"),
        pytest.param("<a href=/n/1>" * 20_000, id="open links"),
        pytest.param("<div>" * 5_000 + "<a href=/n/1>" * 5_000, id="deep"),
        pytest.param(
            ("<div class=nav>" + "<a>菜</a>" * 9 + "<a href=/n/1>菜</a>") * 1_900,
            id="menus in menus",
        ),
        pytest.param("<script>Page " + "/* " * 100_000, id="open comments in a script"),
        pytest.param("<script>nextPage Page" + "a" * 50_000, id="one long word in a script"),
        pytest.param("<a href=/n/1>" + ">" * 50_000 + "x</a>", id="one long sign"),
    ],
)
def test_broken_and_huge_pages_end_soon_with_nothing(html: str) -> None:
    started = time.monotonic()
    found = find_links(html, LIST)
    assert found.next is None and len(found.articles) <= 1
    assert time.monotonic() - started < 10


def test_the_cost_grows_with_the_number_of_links_only() -> None:
    def seconds(count: int) -> float:
        rows = "".join(f"<li><a href='/n/{n}.html'>{TITLES[0]}</a>" for n in range(count))
        started = time.process_time()
        assert len(find_links(f"<ul>{rows}</ul>", LIST).articles) == count
        return time.process_time() - started

    small = min(seconds(1_000) for _ in range(3))
    assert seconds(20_000) < 100 * small  # twenty times as many: quadratic cost would be 400


# -- parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.zfcg.gd.gov.cn", "gd.gov.cn"),
        ("news.qingshan.com", "qingshan.com"),
        ("a.b.liuhe.cq.cn", "liuhe.cq.cn"),
        ("gov.cn", "gov.cn"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_the_site_is_the_registered_name(host: str, site: str) -> None:
    assert site_of(host) == site


def test_addresses_of_one_form_have_one_shape() -> None:
    assert shape(f"{SITE}/c/2020-12-23/47.html") == shape(f"{SITE}/c/2021-01-02/8.html")
    assert shape(f"{SITE}/c/2020-12-23/47.html") != shape(f"{SITE}/c/index_2.html")


# -- real pages ------------------------------------------------------------------------------

LISTS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "lists"


def measure(folder: Path) -> dict[str, Any]:
    """Score one page; links of side lists count neither way."""
    charset = pytest.importorskip("pipelines.charset")
    gold = json.loads((folder / "gold.json").read_text("utf-8"))
    html = charset.decode(gzip.decompress((folder / "page.html.gz").read_bytes())).text
    found = find_links(html, gold["url"])

    def addresses(links: list[Any]) -> set[str]:
        hrefs = (link if isinstance(link, str) else link[0] for link in links)
        return {urldefrag(urljoin(gold["url"], href.strip())).url for href in hrefs}

    right = addresses(gold["gold"])
    got = set(found.articles) - (addresses(gold["side"]) - right)
    kind, expected = gold["next"]["kind"], gold["next"]["expected"]
    return {
        "type": gold["type"],
        "f": 2 * len(right & got) / (len(right) + len(got)),
        "injected": addresses(gold["injected_links"]) & got,
        "invented": kind == "none" and found.next is not None,
        "next": found.next == urljoin(gold["url"], expected) if expected else None,
        "damaged": kind == "damaged",
    }


@pytest.mark.skipif(not LISTS.is_dir(), reason="the measured list pages are not at hand")
def test_links_of_real_list_and_home_pages_are_found() -> None:
    pages = [measure(folder) for folder in sorted(LISTS.iterdir())]
    assert mean(p["f"] for p in pages if p["type"] == "list") >= 0.98
    assert mean(p["f"] for p in pages if p["type"] == "home") >= 0.97
    assert min(p["f"] for p in pages) > 0.5
    assert not any(p["injected"] for p in pages)
    assert not any(p["invented"] for p in pages)
    assert mean(p["next"] for p in pages if p["next"] is not None and not p["damaged"]) == 1
