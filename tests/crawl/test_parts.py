"""Articles over several pages, crawled over real HTTP and replayed from the archive."""

from __future__ import annotations

from pathlib import Path

from tests.crawl.conftest import Scrapy
from tests.crawl.small_server import SmallServer, article_page, list_page
from tests.crawl.test_failures import OPEN, STORIES, write_seeds

TITLE, SENTENCES = "石桥修缮", STORIES["石桥修缮"] + STORIES["图书下乡"] + STORIES["渔港改造"]
PAGES = [SENTENCES[:3], SENTENCES[3:6], SENTENCES[6:]]
OTHERS = {f"/n/2{i}.html": topic for i, topic in enumerate(("果园套袋", "校车换新", "古井清淤"))}


def part(number: int, following: str = "") -> str:
    link = f'<p><a href="{following}">下一页</a></p>' if following else ""
    return article_page(TITLE, PAGES[number]).replace("</body>", f"{link}</body>")


def site() -> dict[str, str]:
    listed = {"/n/1.html": TITLE} | {path: f"{topic}的新消息传来" for path, topic in OTHERS.items()}
    others = {path: article_page(topic, STORIES[topic]) for path, topic in OTHERS.items()}
    return {
        "/": list_page(listed),
        "/n/1.html": part(0, "1_2.html"),
        "/n/1_2.html": part(1, "1_3.html"),
        "/n/1_3.html": part(2),
    } | others


def test_an_article_over_three_pages_is_stored_whole_under_its_first_address(
    scrapy: Scrapy,
) -> None:
    with SmallServer(site()) as server:
        ended = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
        first = f"{server.url}/n/1.html"

    stored = {row["url"]: row for row in ended.rows("articles")}
    assert ended.exit_code == 0, ended.output
    assert stored[first]["text"].split("\n") == SENTENCES
    assert not any("_2" in url or "_3" in url for url in stored)
    assert len(stored) == 4


def test_an_article_over_three_pages_counts_where_its_list_stays_as_it_is(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    first, second, third = (f"/2024/0510/1000{end}.html" for end in ("", "_2", "_3"))
    pages = {"/": list_page({first: TITLE}), first: part(0, second), second: part(1, third)}
    with SmallServer(pages | {third: part(2)}) as server:
        words = ("crawl", "qcdy", "-a", f"seeds={write_seeds(tmp_path, f'{server.url}/')}")
        ended = [scrapy(*words, settings=OPEN) for _ in range(2)]

    assert [each.exit_code for each in ended] == [0, 0], ended[-1].output


def test_a_replay_joins_the_pages_again(scrapy: Scrapy) -> None:
    with SmallServer(site()) as server:
        crawled = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
        first = f"{server.url}/n/1.html"
    before = {row["url"]: row["text"] for row in crawled.rows("articles")}
    (crawled.data / "qingyuan.db").unlink()
    archives = sorted(str(path) for path in (crawled.data / "archive").rglob("*.warc.gz"))

    replayed = scrapy("replay", *archives, settings=OPEN)

    after = {row["url"]: row["text"] for row in replayed.rows("articles")}
    assert replayed.exit_code == 0, replayed.output
    assert after[first] == before[first]


def test_what_there_is_of_an_article_is_stored_where_its_next_page_is_gone(
    scrapy: Scrapy,
) -> None:
    pages = site()
    del pages["/n/1_3.html"]
    with SmallServer(pages) as server:
        ended = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
        first = f"{server.url}/n/1.html"

    stored = {row["url"]: row for row in ended.rows("articles")}
    assert stored[first]["text"].split("\n") == SENTENCES[:6]
    assert "a further page is missing" in ended.output
    assert ended.outcomes()["gone"] == 1
