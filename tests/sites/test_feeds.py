"""Feeds and sitemaps: what is readable is followed, what is not is named."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from scrapy.http import Request, XmlResponse
from scrapy.utils.test import get_crawler

from crawler.sites import FeedSpider, SitemapSpider
from crawler.sites.entries import FeedError, SitemapError

URL = "http://news.river.example/feed.xml"


class Feed(FeedSpider):
    name = "a_feed"
    title = "源"
    family = "portal"

    def default_seeds(self) -> list[str]:
        return [URL]


class Map(SitemapSpider):
    name = "a_sitemap"
    title = "图"
    family = "portal"

    def default_seeds(self) -> list[str]:
        return [URL]


def rss(*links: str) -> str:
    items = "".join(f"<item><title>桥</title><link>{link}</link></item>" for link in links)
    return f"<rss version='2.0'><channel><title>河</title>{items}</channel></rss>"


def sitemap(*links: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{link}</loc></url>' for link in links)}</urlset>"


def followed(
    kind: type[FeedSpider | SitemapSpider], body: str | bytes, url: str = URL
) -> tuple[list[str], Any]:
    spider = kind.from_crawler(get_crawler(kind))
    body = body if isinstance(body, bytes) else body.encode()
    urls: list[str] = []
    asyncio.run(follow(spider, XmlResponse(url, body=body, encoding="utf-8"), urls))
    return urls, spider.crawler.stats


async def follow(
    spider: FeedSpider | SitemapSpider, response: XmlResponse, urls: list[str]
) -> None:
    async for output in spider.parse(response):
        if isinstance(output, Request):
            urls.append(output.url)


FORMS = [(Feed, rss), (Map, sitemap)]


@pytest.mark.parametrize(("kind", "form"), FORMS)
@pytest.mark.parametrize("bad", ["http://[::1/x", "mailto:a@river.example", "htt0:/x"])
def test_a_link_that_is_no_address_costs_only_itself(kind: Any, form: Any, bad: str) -> None:
    urls, stats = followed(kind, form("http://a.example/1", bad, "/2"))

    assert urls == ["http://a.example/1", "http://news.river.example/2"]
    assert stats.get_value("listing/bad_links") == 1


@pytest.mark.parametrize("reference", ["&#xD800;", "&#55296;", "&#1114112;", "&#" + "9" * 5000])
def test_a_reference_to_no_character_costs_no_entry(reference: str) -> None:
    body = rss("/1", "/2").replace("桥", f"桥{reference}<b>", 1)

    urls, _ = followed(Feed, body)

    assert urls == ["http://news.river.example/1", "http://news.river.example/2"]


@pytest.mark.parametrize(
    "body", [b"", b"\x8d", b"\x1f\x8b\x08broken"], ids=["empty", "byte", "gzip"]
)
def test_what_is_no_sitemap_is_an_error_that_names_it(body: bytes) -> None:
    with pytest.raises(SitemapError, match=r"news\.river\.example/feed\.xml: not a sitemap"):
        followed(Map, body)


def test_what_is_no_feed_is_an_error_that_names_it() -> None:
    with pytest.raises(FeedError, match=r"news\.river\.example/feed\.xml: not a feed: "):
        followed(Feed, "<d xmlns='h\u2000x\u2005m' e=''>")


def test_a_sitemap_of_tags_that_nobody_closes_is_refused_before_it_is_parsed() -> None:
    body = "<rss><item>" + "<A[" * 90_000

    with pytest.raises(SitemapError, match=f"{URL}: not a sitemap: .* elements are not closed"):
        followed(Map, body)


def test_a_sitemap_that_breaks_off_gives_its_entries_and_an_error() -> None:
    broken = sitemap("http://a.example/1").replace("</urlset>", "<url><x>&#xD800;</x>")
    spider = Map.from_crawler(get_crawler(Map))
    urls: list[str] = []

    with pytest.raises(SitemapError, match="broken behind entry 1"):
        asyncio.run(follow(spider, XmlResponse(URL, body=broken.encode()), urls))

    assert urls == ["http://a.example/1"]


@pytest.mark.parametrize("kind", [Feed, Map])
def test_a_page_in_the_place_of_a_feed_is_counted_as_empty(kind: Any) -> None:
    urls, stats = followed(kind, "<html><body><p>没有找到</p></body></html>")

    assert urls == []
    assert stats.get_value("listing/empty") == 1


def test_a_packed_sitemap_index_is_followed() -> None:
    index = "<sitemapindex><sitemap><loc>http://a.example/s1.xml</loc></sitemap></sitemapindex>"

    urls, _ = followed(Map, gzip.compress(index.encode()), "http://a.example/sitemap.xml.gz")

    assert urls == ["http://a.example/s1.xml"]


def test_the_base_of_a_page_inside_a_feed_is_not_the_feeds() -> None:
    body = rss("/1").replace(
        "<title>河", "<title>&lt;base href='http://x.example/'&gt;<base href='p://::'/>"
    )

    urls, _ = followed(Feed, body)

    assert urls == ["http://news.river.example/1"]
