"""What `find_links` takes for an article, on invented pages and real ones."""

import gzip
import json
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest

from crawler.sites.discovery import Found, find_links, shape
from crawler.sites.linkblocks import site_of
from tests.sites.list_pages import (
    ARTICLES,
    LIST,
    MODERN,
    NAV,
    SITE,
    TABLE,
    TITLES,
    items,
    page,
)

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


def test_hidden_links_beside_their_like_are_no_panels() -> None:
    traps = "".join(
        f"<a class=trap style='display:none' href='/x/2024030{n}_9{n}.html'>{title}</a>"
        for n, title in enumerate(TITLES, 1)
    )

    assert find_links(page(MODERN + f"<div>{traps}</div>"), LIST).articles == ARTICLES


def test_a_page_of_channels_only_has_no_articles() -> None:
    assert find_links(page("<p>欢迎</p>"), f"{SITE}/") == Found()


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
