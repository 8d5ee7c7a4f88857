"""What a crawl keeps and says of an address that holds a credential."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path

from crawler.state.warc import read_responses
from tests.crawl.conftest import Scrapy
from tests.crawl.small_server import SmallServer, article_page, list_page
from tests.crawl.test_failures import TOPICS, story

OPEN = {"QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32", "DOWNLOAD_DELAY": "0"}
SENTENCE = "拆下的青石逐块编号，堆放在河滩的凉棚里，等着雨季前合拢。"
STORY = article_page("青岚县石桥修缮进展顺利", [SENTENCE] * 4)


def test_credentials_reach_neither_log_nor_archive_nor_database(
    scrapy: Scrapy,
) -> None:
    pages: dict[str, object] = {}
    with SmallServer(pages) as server:
        path = "/2024/0510/1000.html?access_token=SECRET1"
        pages["/"] = list_page({path: "青岚县石桥修缮进展顺利"})
        pages[path] = STORY
        scrapy(
            "crawl", "site", "-a", f"url={server.url}/",
            settings=OPEN | {"LOG_LEVEL": "DEBUG", "HTTPAUTH_PASSWORD": "SECRET2"},
        )  # fmt: skip
        ended = scrapy("crawl", "site", "-a", f"url={server.url}/?password=SECRET3", settings=OPEN)

    kept = b"".join(p.read_bytes() for p in ended.data.glob("qingyuan.db*"))
    assert path in server.asked
    assert "SECRET" not in ended.output
    assert b"SECRET" not in kept
    [article] = ended.rows("articles")
    assert article["url"].endswith("?access_token=***")


def test_the_address_of_an_article_over_two_pages_is_kept_without_them(scrapy: Scrapy) -> None:
    pages: dict[str, object] = {}
    with SmallServer(pages) as server:
        first, second = (f"/2024/0510/1000.html?access_token=SECRET&page={n}" for n in (1, 2))
        pages["/"] = list_page({"/2024/0510/1000.html": "青岚县石桥修缮进展顺利"})
        pages["/2024/0510/1000.html"] = (302, {"Location": first}, "")
        pages[first] = STORY.replace("</body>", f'<a href="{second}">下一页</a></body>')
        pages[second] = STORY
        ended = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)

    kept = b"".join(p.read_bytes() for p in ended.data.glob("*.db*") if p.is_file())
    [archive] = ended.data.glob("archive/*/*.warc.gz")
    records = list(read_responses(archive))
    assert second in server.asked
    assert ended.exit_code == 0, ended.output
    assert b"SECRET" not in kept
    assert len(ended.rows("articles")) == 1
    # A page's own bytes are kept as they came.
    assert not [r for r in records if "SECRET" in f"{r.url} {r.headers} {r.cb_kwargs}"]


LOGIN = """
import scrapy

class Login(scrapy.Spider):
    name = "login"
    start_urls = ["{URL}/"]

    def parse(self, response):
        yield scrapy.FormRequest("{URL}/list", self.parse_list, formdata={"password": "SECRET1"})

    def parse_list(self, response):
        page = "{URL}/page?access_token=SECRET2"
        yield scrapy.Request("{URL}/page", self.parse_page, cb_kwargs={"asked": page})

    def parse_page(self, response, asked):
        print("ASKED", asked[-7:])
"""


def test_credentials_in_bodies_and_arguments_work_and_are_not_written(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    page: tuple[int, dict[str, str], str] = (200, {}, STORY)
    with SmallServer({"/": page, "/list": page, "/page": page}) as server:
        spider = tmp_path / "login.py"
        spider.write_text(LOGIN.replace("{URL}", server.url), encoding="utf-8")
        ended = scrapy("runspider", str(spider), settings=OPEN)

    kept = b"".join(p.read_bytes() for p in ended.data.glob("qingyuan.db*"))
    assert "ASKED SECRET2" in ended.output
    assert b"SECRET" not in kept
    assert b64encode(b"password=SECRET1") not in kept


def test_a_page_that_cannot_be_tried_is_named_without_its_password(scrapy: Scrapy) -> None:
    ended = scrapy("try", "http://me:SECRET@127.0.0.1:1/", settings=OPEN)

    assert ended.exit_code == 1
    assert "scrapy try: http://***@127.0.0.1:1/" in ended.output
    assert "SECRET" not in ended.output


def test_a_link_with_a_password_costs_no_other_link_of_its_list(scrapy: Scrapy) -> None:
    pages: dict[str, object] = {}
    with SmallServer(pages) as server:
        host, path = server.url.removeprefix("http://"), "/2024/0510/1001.html"
        secret = f"http://me:SECRET@{host}/2024/0510/1000.html"
        pages["/"] = list_page({secret: "青岚县渔港改造工程开工", path: "青岚县石桥修缮进展顺利"})
        pages[path] = STORY
        ended = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)

    assert ended.exit_code == 0, ended.output
    assert [article["url"] for article in ended.rows("articles")] == [server.url + path]
    assert "'listing/bad_links': 1," in ended.output
    assert "SECRET" not in ended.output


def test_a_page_whose_credentials_are_not_kept_is_not_asked_for_by_itself(scrapy: Scrapy) -> None:
    pages: dict[str, object] = {}
    with SmallServer(pages) as server:
        path = "/2024/0510/1000.html?access_token=SECRET"
        pages |= {"/": list_page({path: "青岚县石桥修缮进展顺利"}), path: STORY}
        first = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
        with closing(sqlite3.connect(first.data / "qingyuan.db")) as database, database:
            database.execute("UPDATE frontier SET next_due = 0 WHERE next_due IS NOT NULL")
        again = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
        full = scrapy("crawl", "site", "--full", "-a", f"url={server.url}/", settings=OPEN)

    assert [ended.exit_code for ended in (first, again, full)] == [0, 0, 0], again.output
    assert server.asked.count(path) == 2


def test_a_page_that_failed_and_whose_credentials_are_not_kept_is_read_where_it_is_linked_again(
    scrapy: Scrapy,
) -> None:
    pages: dict[str, object] = {}
    with SmallServer(pages) as server:
        path = "/2024/0510/1000.html;jsessionid=SECRET"
        pages |= {"/": list_page({path: "青岚县石桥修缮进展顺利"}), path: (500, {}, "error")}
        words = ("crawl", "site", "-a", f"url={server.url}/", "-s", "QINGYUAN_RETRY_DELAY=0.1")
        first = scrapy(*words, settings=OPEN)
        with closing(sqlite3.connect(first.data / "qingyuan.db")) as database, database:
            database.execute("UPDATE frontier SET next_due = 0 WHERE next_due IS NOT NULL")
        pages[path] = STORY
        again = scrapy(*words, settings=OPEN)

    assert (first.exit_code, again.exit_code) == (0, 0), again.output
    assert len(again.rows("articles")) == 1


def test_articles_behind_a_session_id_are_told_apart_by_their_query(scrapy: Scrapy) -> None:
    paths = {f"/view.jsp;jsessionid=SECRET?id={n}": f"青岚县{t}" for n, t in enumerate(TOPICS)}
    pages: dict[str, object] = {p: story(t) for p, t in zip(paths, TOPICS, strict=True)}
    with SmallServer({"/": list_page(paths)} | pages) as server:
        ended = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)

    assert [article["is_current"] for article in ended.rows("articles")] == [True] * len(TOPICS)
    assert all(path in server.asked for path in paths)
