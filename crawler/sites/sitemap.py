"""Sites that publish a sitemap."""

import re
import zlib
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap, sitemap_urls_from_robots

from crawler.sites.base import MOST_LINKS, Output, SourceSpider

MAX_SITEMAP_BYTES = 16 * 2**20  # as any response; sitemaps.org allows 50 MB, which none has
# A parser that recovers takes seconds for 200,000 tags that nobody closes; a sitemap has none.
MOST_UNCLOSED = 1_000
# StopIteration: no element at all. ValueError: also a character that no text may hold.
_UNREADABLE = (StopIteration, etree.LxmlError, SyntaxError, ValueError, OSError, EOFError)


class SitemapError(ValueError):
    """A sitemap cannot be read; the message names its address and the place."""


class SitemapSpider(SourceSpider):
    """Follows sitemaps and sitemap indexes; its seeds are sitemaps or robots.txt files."""

    article_pattern: str | None = None

    def parse(self, response: Response) -> Output:
        """Ask for the nested sitemaps and for the pages of a sitemap; raises SitemapError."""
        if response.url.endswith("/robots.txt"):
            named = sitemap_urls_from_robots(response.body)
            yield from self.linked(response, named, self.parse)
            return
        empty = True
        for kind, link in islice(_entries(response), MOST_LINKS):
            empty = False
            if kind == "sitemapindex":
                yield from self.linked(response, [link], self.parse)
            elif self.article_pattern is None or re.search(self.article_pattern, link):
                yield from self.linked(response, [link], self.parse_article)
        if empty:
            self.logger.warning("no entries in sitemap %s", response.url)
            self.crawler.stats.inc_value("listing/empty")


def _entries(response: Response) -> Iterator[tuple[str, str]]:
    """Give the kind of a sitemap with each of its links, those before a broken place too."""
    try:
        packed = gzip_magic_number(response)
        body = gunzip(response.body, max_size=MAX_SITEMAP_BYTES) if packed else response.body
        if (unclosed := _unclosed(body)) > MOST_UNCLOSED:
            raise ValueError(f"{unclosed} elements are not closed")
        sitemap = Sitemap(body)
    except (*_UNREADABLE, zlib.error) as error:
        reason = f"{type(error).__name__} {error}".strip()
        raise SitemapError(f"{response.url}: not a sitemap: {reason}") from error
    count, entries = 0, iter(sitemap)
    while True:
        try:
            entry = next(entries, None)
        except _UNREADABLE as error:
            message = f"{response.url}: broken behind entry {count}: {error}"
            raise SitemapError(message) from error
        if entry is None:
            return
        count += 1
        yield sitemap.type, entry["loc"]


def _unclosed(body: bytes) -> int:
    tags = body.count(b"<") - body.count(b"<!") - body.count(b"<?")
    return tags - 2 * body.count(b"</") - body.count(b"/>")
