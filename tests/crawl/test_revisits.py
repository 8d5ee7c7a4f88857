"""What a later run reads: what is due, what is new, and what is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from crawler.state.db import open_database
from tests.crawl.conftest import Scrapy
from tests.crawl.small_server import SmallServer, article_page, list_page
from tests.crawl.test_failures import OPEN, STORIES, TOPICS, story

PATHS = [f"/2024/0510/{1000 + i}.html" for i in range(len(TOPICS))]
QUICK = OPEN | {"QINGYUAN_WORKERS": "0", "AUTOTHROTTLE_ENABLED": "False"}


def site(count: int = len(TOPICS)) -> dict[str, Any]:
    titles = {path: f"青岚县{topic}进展顺利" for path, topic in zip(PATHS, TOPICS, strict=True)}
    shown = dict(list(titles.items())[:count])
    pages = {path: story(topic) for path, topic in zip(PATHS, TOPICS, strict=True)}
    return {"/": list_page(shown), **pages}


def crawl(scrapy: Scrapy, server: SmallServer, *words: str, **settings: str) -> Any:
    words = ("crawl", "site", "-a", f"url={server.url}/", *words)
    return scrapy(*words, settings=QUICK | settings)


def make_due(data: Path) -> None:
    """Let the time pass after which known pages are read again."""
    engine = open_database(f"sqlite:///{data / 'qingyuan.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE frontier SET next_due = 1 WHERE status = 'waiting'"))
    engine.dispose()


def test_a_second_run_reads_only_the_list_and_what_is_new_on_it(scrapy: Scrapy) -> None:
    pages = site(count=4)
    with SmallServer(pages) as server:
        crawl(scrapy, server)
        pages["/"] = site()["/"]
        first = len(server.asked)
        again = crawl(scrapy, server)
        asked = server.asked[first:]

    assert sorted(asked) == ["/", PATHS[4], PATHS[5], "/robots.txt"]
    assert again.exit_code == 0
    assert {name: n for name, n in again.outcomes().items() if n} == {
        "fetched": 4, "listing": 1, "stored": 2,
    }  # fmt: skip


def test_a_list_that_has_not_changed_is_not_read(scrapy: Scrapy) -> None:
    validators = {"ETag": '"a1"', "Last-Modified": "Fri, 10 May 2024 01:30:00 GMT"}
    pages = site() | {"/": (200, validators, site()["/"])}
    with SmallServer(pages) as server:
        crawl(scrapy, server)
        pages["/"] = (304, validators, "")
        again = crawl(scrapy, server)
        headers = server.headers[-1]

    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == tuple(validators.values())
    assert again.outcomes()["unchanged"] == 1
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("status", [404, 500])
def test_a_start_page_that_cannot_be_read_fails_the_run_though_known_pages_are_read(
    scrapy: Scrapy, status: int
) -> None:
    pages = site(count=2)
    with SmallServer(pages) as server:
        make_due(crawl(scrapy, server).data)
        pages["/"] = (status, {}, "error")
        again = crawl(scrapy, server, QINGYUAN_RETRY_DELAY="0.1")

    assert again.outcomes()["unchanged"] == 2
    assert again.exit_code == 1
    assert "no start URL could be read" in again.output


def test_an_article_that_was_not_there_yet_is_read_when_it_is_linked_again(scrapy: Scrapy) -> None:
    pages = site(count=2)
    missing = pages.pop(PATHS[1])
    with SmallServer(pages) as server:
        before = crawl(scrapy, server).outcomes()
        pages |= {"/": site(count=3)["/"], PATHS[1]: missing}
        again = crawl(scrapy, server)

    assert before["gone"] == 1
    assert again.outcomes()["stored"] == 2


SITEMAPS = """
from crawler.sites import Expect, SitemapSpider

class Sitemaps(SitemapSpider):
    name, title, family = "sitemaps", "t", "portal"
    expect = Expect(articles=2)

    def default_seeds(self):
        return ["URL/index.xml"]
"""


def sitemap(kind: str, tag: str, links: list[str]) -> tuple[int, dict[str, str], str]:
    inner = "".join(f"<{tag}><loc>{link}</loc></{tag}>" for link in links)
    return 200, {"Content-Type": "application/xml"}, f"<{kind}>{inner}</{kind}>"


def test_a_sitemap_is_read_again_though_its_index_stays_as_it_is(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    pages = site()
    with SmallServer(pages) as server:
        spider = tmp_path / "sitemaps.py"
        spider.write_text(SITEMAPS.replace("URL", server.url), encoding="utf-8")
        links = [server.url + path for path in PATHS]
        pages["/index.xml"] = sitemap("sitemapindex", "sitemap", [f"{server.url}/sitemap.xml"])
        pages["/sitemap.xml"] = sitemap("urlset", "url", links[:3])
        scrapy("runspider", str(spider), settings=QUICK)
        scrapy("runspider", str(spider), settings=QUICK)
        pages["/sitemap.xml"] = sitemap("urlset", "url", links[:5])
        ended = scrapy("runspider", str(spider), settings=QUICK)

    runs = ended.rows("runs")
    assert [run["exit_code"] for run in runs] == [0, 0, 0]
    assert [run["outcomes"]["unchanged"] for run in runs] == [0, 2, 1]
    assert [run["outcomes"]["stored"] for run in runs] == [3, 0, 2]


def test_a_list_that_failed_and_is_as_it_was_before_is_still_a_list(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    pages: dict[str, Any] = site()
    with SmallServer(pages) as server:
        seeds = tmp_path / "seeds.txt"
        seeds.write_text(f"{server.url}/\n{server.url}/list.html\n")
        words = ("crawl", "site", "-a", f"seeds={seeds}", "-s", "QINGYUAN_RETRY_DELAY=0.1")
        pages["/list.html"] = list_page({PATHS[0]: f"青岚县{TOPICS[0]}进展顺利"})
        whole = pages["/"]
        scrapy(*words, settings=QUICK)
        pages["/"] = (500, {}, "error")
        scrapy(*words, settings=QUICK)
        pages["/"] = whole
        ended = scrapy(*words, settings=QUICK)

    engine = open_database(f"sqlite:///{ended.data / 'qingyuan.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT outcome, status FROM frontier WHERE id = 1")).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [("listing", "done")]


def test_a_304_that_nobody_asked_for_is_a_failed_fetch(scrapy: Scrapy) -> None:
    pages = site(count=2) | {PATHS[1]: (304, {}, "")}
    with SmallServer(pages) as server:
        ended = crawl(scrapy, server)

    assert {name: n for name, n in ended.outcomes().items() if n} == {
        "fetched": 4, "listing": 1, "stored": 1, "failed": 1,
    }  # fmt: skip


def test_a_page_that_is_due_and_has_changed_becomes_a_new_version(scrapy: Scrapy) -> None:
    pages = site()
    with SmallServer(pages) as server:
        ended = crawl(scrapy, server)
        make_due(ended.data)
        corrected = [*STORIES[TOPICS[0]], "更正：竣工日期由六月改为七月。"]
        pages[PATHS[0]] = article_page(f"青岚县{TOPICS[0]}进展顺利", corrected)
        again = crawl(scrapy, server)

    assert again.outcomes()["unchanged"] == len(TOPICS) - 1 + 1, "the others, and the list"
    assert again.outcomes()["stored"] == 1
    versions = [r for r in again.rows("articles") if r["url"].endswith(PATHS[0])]
    assert [(r["version"], r["is_current"], "更正" in r["text"]) for r in versions] == [
        (1, False, False), (2, True, True),
    ]  # fmt: skip


def test_full_reads_everything_again_and_since_what_was_seen_from_a_day_on(
    scrapy: Scrapy,
) -> None:
    with SmallServer(site()) as server:
        crawl(scrapy, server)
        first = len(server.asked)
        crawl(scrapy, server, "--full")
        second = len(server.asked)
        crawl(scrapy, server, "-a", "since=2024-05-10")
        third = len(server.asked)
        crawl(scrapy, server, "-a", "since=2999-01-01")
        asked = server.asked

    assert sorted(asked[first:second]) == sorted(["/robots.txt", "/", *PATHS])
    assert sorted(asked[second:third]) == sorted(["/robots.txt", "/", *PATHS])
    assert sorted(asked[third:]) == ["/", "/robots.txt"]


def test_a_day_that_is_none_is_named(scrapy: Scrapy) -> None:
    ended = scrapy("crawl", "site", "-a", "url=http://hewan.example/", "-a", "since=gestern")

    assert ended.exit_code == 2
    assert "'gestern'" in ended.output


def test_a_list_is_read_on_only_while_it_shows_something_new(scrapy: Scrapy) -> None:
    titles = dict(zip(PATHS, TOPICS, strict=True))
    first_page = list_page(dict(list(titles.items())[:3])).replace(
        "</ul>", '</ul><a href="/list_2.html">下一页</a>'
    )
    pages = site() | {"/": first_page, "/list_2.html": list_page(dict(list(titles.items())[3:]))}
    with SmallServer(pages) as server:
        crawl(scrapy, server)
        first = len(server.asked)
        pages["/"] = first_page.replace("列表", "列表 更新")
        crawl(scrapy, server)
        asked = server.asked

    assert "/list_2.html" in asked[:first]
    assert sorted(asked[first:]) == ["/", "/robots.txt"]
