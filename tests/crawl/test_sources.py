"""Five sources over real HTTP, in two written layouts and one drawn at test time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawler.demo import SOURCES
from tests.crawl.conftest import Ended, Scrapy
from tests.web import WebServer, truth

DRAWN = int(os.environ["QINGYUAN_TEST_SEED"])
LAYOUTS: tuple[str | int, ...] = ("table", "modern", DRAWN)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda x: f"layout-{x}")
def test_five_sources_lose_nothing_in_any_layout(layout: str | int, scrapy: Scrapy) -> None:
    with WebServer(dict.fromkeys(SOURCES, layout)) as server:
        ended = {source: scrapy("crawl", source, port=server.port) for source in SOURCES}
        asked = set(server.requests)

    last = ended[SOURCES[-1]]
    stored = {row["url"]: row for row in last.rows("articles")}
    rejected = {row["url"]: row["reason"] for row in last.rows("quarantine")}
    assert {source: e.exit_code for source, e in ended.items()} == dict.fromkeys(SOURCES, 0)
    assert len(stored) == len(last.rows("articles"))
    for source in SOURCES:
        for page in truth(source, layout):
            if page.state == "article":
                assert page.url in stored, (page.url, rejected.get(page.url))
            elif page.state == "empty":
                assert page.url in rejected
            elif page.state == "challenge":
                assert page.url not in stored | rejected
            elif page.state == "forbidden":
                host, _, path = page.url.removeprefix("http://").partition("/")
                assert (host, f"/{path}") not in asked
    assert_the_release_is_one_cluster(last, layout)
    assert_genuine_text_is_untouched(last, layout)
    assert_spun_text_is_simplified(last, layout)


def assert_the_release_is_one_cluster(ended: Ended, layout: str | int) -> None:
    copies = {p.url for source in SOURCES for p in truth(source, layout) if p.reprint}
    rows = [row for row in ended.rows("articles") if row["url"] in copies]
    leaders = {row["reprint_of"] or row["canonical_url"] for row in rows}

    assert len(copies) == 4
    assert len(rows) == 4
    assert len(leaders) == 1


def assert_genuine_text_is_untouched(ended: Ended, layout: str | int) -> None:
    texts = {row["url"]: row["text"] for row in ended.rows("articles")}
    genuine = [p for source in SOURCES for p in truth(source, layout) if p.genuine]

    assert len(genuine) >= 3
    for page in genuine:
        assert texts[page.url] == page.text


def assert_spun_text_is_simplified(ended: Ended, layout: str | int) -> None:
    rows = {row["url"]: row for row in ended.rows("articles")}
    pages = [p for source in SOURCES for p in truth(source, layout)]
    spun = [p for p in pages if p.spun and p.state == "article"]

    assert spun
    for page in spun:
        assert rows[page.url]["script"] == "hans", page.url


def test_a_full_second_run_finds_everything_unchanged(scrapy: Scrapy) -> None:
    with WebServer({"kuaixun": "modern"}) as server:
        first = scrapy("crawl", "kuaixun", port=server.port)
        second = scrapy("crawl", "kuaixun", "--full", port=server.port)

    before, after = (run["outcomes"] for run in second.rows("runs"))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert after["unchanged"] == before["stored"] + before["reprint"] == len(first.rows("articles"))
    assert after["stored"] == after["reprint"] == 0
    assert all(row["version"] == 1 for row in second.rows("articles"))


def test_cookies_stay_out_of_the_archive(scrapy: Scrapy) -> None:
    with WebServer(dict.fromkeys(SOURCES, "table")) as server:
        ended = [scrapy("crawl", source, port=server.port) for source in SOURCES]

    from warcio.archiveiterator import ArchiveIterator

    names = set()
    for path in ended[0].data.glob("archive/*/*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.http_headers:
                    names |= {name.lower() for name, _ in record.http_headers.headers}
    assert "content-type" in names
    assert "set-cookie" not in names


def test_seeds_of_the_command_line_replace_the_shipped_ones(scrapy: Scrapy, tmp_path: Path) -> None:
    page = next(p for p in truth("fuwufensi", "modern") if p.state == "article")
    with WebServer({"fuwufensi": "modern"}) as server:
        seeds = tmp_path / "own.txt"
        seeds.write_text(f"# one page\n{page.url}\n", encoding="utf-8")
        scrapy("crawl", "fuwufensi", "-a", f"seeds={seeds}", port=server.port)
        asked = [path for _, path in server.requests if not path.endswith("robots.txt")]

    assert asked[0] == "/" + page.url.removeprefix("http://").partition("/")[2]


def test_any_site_is_crawled_without_a_source_file(scrapy: Scrapy) -> None:
    with WebServer({"fuwufensi": "modern"}) as server:
        ended = scrapy("crawl", "site", "-a", "url=http://www.fuwufensi.example/", port=server.port)

    wanted = {p.url for p in truth("fuwufensi", "modern") if p.state == "article"}
    assert wanted <= {row["url"] for row in ended.rows("articles")}


def test_feeds_to_jsonl_and_csv_hold_the_articles(scrapy: Scrapy, tmp_path: Path) -> None:
    from tests.crawl.conftest import read_lines

    jsonl, csv = tmp_path / "out.jsonl", tmp_path / "out.csv"
    with WebServer({"kuaixun": "modern"}) as server:
        ended = scrapy("crawl", "kuaixun", "-O", str(jsonl), "-O", str(csv), port=server.port)

    stored = {row["url"] for row in ended.rows("articles")}
    lines = read_lines(jsonl)
    assert {line["url"] for line in lines} == stored
    assert list(lines[0])[:5] == ["url", "canonical_url", "source", "kind", "title"]
    assert csv.read_text(encoding="utf-8").startswith("url,canonical_url,source,kind,title,text")
