"""Sites that publish an RSS or Atom feed."""

import io

import feedparser
from scrapy.http import Response

from crawler.sites.base import Output, SourceSpider


class FeedSpider(SourceSpider):
    """Follows the links of RSS and Atom feeds; its seeds are feeds."""

    def parse(self, response: Response) -> Output:
        """Ask for every entry of a feed."""
        # Handed over as UTF-8 with a header that says so: the text is decoded already, and the
        # declaration inside the feed may be a lie.
        feed = feedparser.parse(
            io.BytesIO(response.text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
        links = [entry.link for entry in feed.entries if entry.get("link")]
        if not links:
            self.logger.warning("no entries in feed %s", response.url)
            self.crawler.stats.inc_value("listing/empty")
        for link in links:
            yield from self.linked(response, link, self.parse_article)
