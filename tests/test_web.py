from __future__ import annotations

import gzip
import http.client
import re
from functools import cache
from html import unescape

import pytest

from tests.web import (
    LAYOUTS,
    SITES,
    Truth,
    WebServer,
    build,
    feed_url,
    sitemap_url,
    start_urls,
    truth,
)
from tests.web.damage import spin, spoil

ALL_LAYOUTS: tuple[str | int, ...] = (*LAYOUTS, 7, 8, 2024)
EVERYWHERE = [(site, layout) for site in SITES for layout in ALL_LAYOUTS]


@cache
def text_of(site: str, layout: str | int, url: str, encoding: str) -> str:
    body = build(site, layout)[path_of(site, url)].body.decode(encoding)
    return unescape(re.sub(r"<[^>]*>", "\n", body))


def path_of(site: str, url: str) -> str:
    return url.removeprefix(SITES[site].root)


def articles(site: str, layout: str | int) -> list[Truth]:
    return [t for t in truth(site, layout) if t.state == "article"]


@pytest.mark.parametrize(("site", "layout"), EVERYWHERE)
def test_undamaged_truth_stands_in_its_page(site: str, layout: str | int) -> None:
    for known in (t for t in articles(site, layout) if not t.damages):
        page = text_of(site, layout, known.url, known.encoding)
        assert known.title in page
        assert all(paragraph in page for paragraph in known.text.split("\n"))


@pytest.mark.parametrize("site", ["qcdy", "guanchajia"])
def test_spun_truth_stands_in_its_page_once_spun(site: str) -> None:
    spun = [t for t in articles(site, "table") if t.damages]
    for known in spun:
        page = text_of(site, "table", known.url, known.encoding)
        paragraphs = known.text.split("\n")
        shown = spoil(
            paragraphs, noted="readings" in known.damages, slipped="runs" in known.damages
        )
        assert all(paragraph in page for paragraph in shown)
        assert known.text not in page
    assert len(spun) >= 4


def test_runs_and_readings_occur_and_the_release_carries_both_kinds_of_damage() -> None:
    release = {site: next((t for t in truth(site, 1) if t.reprint), None) for site in SITES}

    damages = {site: known.damages for site, known in release.items() if known}

    assert damages == {
        "qcdy": ("script", "readings"),
        "jszhaobiao": (),
        "guanchajia": ("script", "runs"),
        "kuaixun": (),
    }
    assert any("runs" in t.damages and "readings" in t.damages for t in truth("qcdy", 1))


def test_the_forward_model_gives_the_published_worked_examples() -> None:
    damaged = spoil(["。基本、", "专科、专病“医疗", "海口市2017"], slipped=True)

    assert [line[0] + line[1:2] for line in damaged] == ["?；", "?？", "?？"]
    assert damaged[1:] == ["?？啤\ue571２\u3000搬t療", "?？谑?017"]


def test_naive_conversion_knows_no_phrases() -> None:
    assert spin("以后于云里看着台灯") == "以后于云里看著臺燈"


@pytest.mark.parametrize("site", SITES)
def test_every_page_decodes_as_the_site_encodes(site: str) -> None:
    for known in truth(site, "modern"):
        served = build(site, "modern")[path_of(site, known.url)]
        if served.status == 200:
            served.body.decode(known.encoding if known.state != "challenge" else "utf-8")


def test_charset_declarations_lie_where_they_should() -> None:
    portal, express = build("qcdy", "table"), build("kuaixun", "table")

    assert b"charset=gb2312" in portal["/"].body
    with pytest.raises(UnicodeDecodeError):
        b"".join(s.body for s in portal.values() if b"gb2312" in s.body).decode("gb2312")
    assert express["/"].headers["Content-Type"] == "text/html; charset=gbk"
    assert "每日快讯" in express["/"].body.decode("utf-8")


def test_the_big5_page_holds_genuine_text_without_references() -> None:
    page = next(t for t in truth("guanchajia", "table") if t.encoding == "big5")

    body = build("guanchajia", "table")[path_of("guanchajia", page.url)].body

    assert page.genuine
    assert all(paragraph.encode("big5") in body for paragraph in page.text.split("\n"))


def test_three_genuine_pages_stay_in_their_script() -> None:
    genuine = [t for t in truth("guanchajia", "table") if t.genuine]

    assert len(genuine) == 3
    assert not any(t.spun for t in genuine)
    assert all("裡" in t.text for t in genuine)


@pytest.mark.parametrize(("site", "layout"), EVERYWHERE)
def test_states_are_served_as_named(site: str, layout: str | int) -> None:
    served, known = build(site, layout), truth(site, layout)
    states = {t.state: served[path_of(site, t.url)] for t in known}

    assert "forbidden" in states
    if site != "xuanran":
        assert states["missing"].status == 404
        assert "正在验证您的浏览器".encode() in states["challenge"].body
        assert states["empty"].status == 200
        assert len([t for t in known if t.state == "article"]) >= 12
    secret = next(path_of(site, t.url) for t in known if t.state == "forbidden")
    rule = served["/robots.txt"].body.decode().split("Disallow: ")[1].split("\n")[0]
    assert secret.startswith(rule)


@pytest.mark.parametrize(("site", "layout"), [e for e in EVERYWHERE if e[0] != "xuanran"])
def test_every_truth_is_linked_from_a_list_page(site: str, layout: str | int) -> None:
    served = build(site, layout)
    articles_at = {path_of(site, t.url) for t in truth(site, layout)}
    lists = {p: s for p, s in served.items() if p.startswith(SITES[site].index)}
    pages = [s for p, s in lists.items() if p not in articles_at]

    linked = "".join(s.body.decode(SITES[site].encoding) for s in pages)

    assert len(pages) >= 4
    assert all(f'href="{path.replace("&", "&amp;")}"' in linked for path in articles_at)


@pytest.mark.parametrize("site", [s for s in SITES if s != "xuanran"])
def test_layouts_draw_different_trees(site: str) -> None:
    def shape(layout: str | int) -> tuple[str, ...]:
        known = articles(site, layout)[0]
        body = build(site, layout)[path_of(site, known.url)].body
        return tuple(re.findall(r"<[a-z]\w*(?: (?:class|id)=\"[^\"]*\")?", body.decode("latin-1")))

    assert len({shape(layout) for layout in ALL_LAYOUTS}) == len(ALL_LAYOUTS)


def test_building_twice_gives_the_same_bytes() -> None:
    assert build("kuaixun", 99) == build("kuaixun", 99)
    assert truth("kuaixun", 99) == truth("kuaixun", 99)


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="no layout"):
        build("qcdy", "tabel")


def test_no_two_stories_are_near_duplicates() -> None:
    known = [t for site in SITES for t in truth(site, "table") if t.text]
    grams = [{t.text[i : i + 5] for i in range(len(t.text) - 4)} for t in known]

    closest = max(
        len(grams[i] & grams[j]) / len(grams[i] | grams[j])
        for i in range(len(known))
        for j in range(i)
        if not (known[i].reprint and known[j].reprint)
    )

    assert closest < 0.2
    assert len({t.title for t in known}) == len(known)


def test_stories_have_the_size_of_news() -> None:
    for known in (t for site in SITES for t in truth(site, "table") if t.text):
        assert 250 <= len(known.text) <= 900
        assert 4 <= len(known.text.split("\n")) <= 8


def fetch(
    web: WebServer, host: str, path: str, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Host": host, **named})
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), response.read()
    connection.close()
    return answer


def test_the_server_answers_under_host_names_and_notes_requests() -> None:
    with WebServer(dict.fromkeys(SITES, "modern")) as web:
        portal = fetch(web, f"www.qcdy.com:{web.port}", "/news/")
        express = fetch(web, "www.kuaixun.example", "/rss.xml")
        unknown = fetch(web, "www.nobody.example", "/")
        noted = web.requests

    assert (portal[0], express[0], unknown[0]) == (200, 200, 404)
    assert portal[2] == build("qcdy", "modern")["/news/"].body
    assert noted == [
        ("www.qcdy.com", "/news/"),
        ("www.kuaixun.example", "/rss.xml"),
        ("www.nobody.example", "/"),
    ]


def test_the_server_zips_sets_cookies_and_knows_what_is_unchanged() -> None:
    fans = articles("fuwufensi", 3)[0]
    path = path_of("fuwufensi", fans.url)
    with WebServer({"fuwufensi": 3, "jszhaobiao": 3}) as web:
        host = "www.fuwufensi.example"
        zipped = fetch(web, host, path, Accept_Encoding="gzip")
        plain = fetch(web, host, path)
        unchanged = fetch(web, host, path, If_Modified_Since=plain[1]["Last-Modified"])
        tender = fetch(web, "www.jszhaobiao.com", "/kuaixun/")

    assert zipped[1]["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped[2]) == plain[2]
    assert (unchanged[0], unchanged[2]) == (304, b"")
    assert "Set-Cookie" in tender[1]


def test_starts_feed_and_sitemap_are_served() -> None:
    for site, spec in SITES.items():
        for url in (*start_urls(site), feed_url(site), sitemap_url(site)):
            assert url is None or build(site, 5)[url.removeprefix(spec.root)].status == 200
    assert feed_url("kuaixun")
    assert sitemap_url("fuwufensi")


def test_the_scripted_list_holds_no_link_before_its_script_runs() -> None:
    body = build("xuanran", "modern")["/list.html"].body

    assert b"<a " not in body
    assert b"createElement" in body
    assert {"/images/banner.gif", "/fonts/zt.woff2"} <= set(build("xuanran", "modern"))
