"""Sites that publish a sitemap."""

import re
from collections.abc import AsyncIterator

from scrapy.http import Request, Response
from scrapy.utils.sitemap import sitemap_urls_from_robots

from crawler.items import Page
from crawler.sites.base import SourceSpider
from crawler.sites.entries import Entries, SitemapError, sitemap_entries


class SitemapSpider(SourceSpider):
    """Follows sitemaps and sitemap indexes; its seeds are sitemaps or robots.txt files."""

    article_pattern: str | None = None

    async def parse(self, response: Response) -> AsyncIterator[Request | Page]:
        """Ask for the nested sitemaps and for the pages of a sitemap; raises SitemapError.

        What stands before a broken place is asked for before the error is raised.
        """
        if response.url.endswith("/robots.txt"):
            found = Entries(tuple(sitemap_urls_from_robots(response.body)), is_index=True)
        else:
            found = await self.in_worker(sitemap_entries, response.body, response.url)
        if not found.links:
            self.logger.warning("no entries in sitemap %s", response.url)
            self.crawler.stats.inc_value("listing/empty")
        pattern = None if found.is_index else self.article_pattern
        links = [link for link in found.links if pattern is None or re.search(pattern, link)]
        callback = self.parse if found.is_index else self.parse_article
        for request in self.linked(response, links, callback):
            yield request
        if found.broken:
            raise SitemapError(found.broken)
