"""Sites that publish an RSS or Atom feed."""

from collections.abc import AsyncIterator

from scrapy.http import Request, Response

from crawler.items import Page
from crawler.sites.base import SourceSpider
from crawler.sites.entries import feed_links


class FeedSpider(SourceSpider):
    """Follows the links of RSS and Atom feeds; its seeds are feeds."""

    async def parse(self, response: Response) -> AsyncIterator[Request | Page]:
        """Ask for every entry of a feed; raises FeedError."""
        links = await self.in_worker(feed_links, response.text, response.url)
        if not links:
            self.logger.warning("no entries in feed %s", response.url)
            self.crawler.stats.inc_value("listing/empty")
        for request in self.linked(response, links, self.parse_article):
            yield request
