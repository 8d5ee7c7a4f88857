"""Sites that publish an RSS or Atom feed."""

import io

import feedparser
from scrapy.http import Response

from crawler.sites.base import MOST_TEXT, Output, SourceSpider


class FeedSpider(SourceSpider):
    """Follows the links of RSS and Atom feeds; its seeds are feeds."""

    def parse(self, response: Response) -> Output:
        """Ask for every entry of a feed."""
        # Handed over as UTF-8 with a header that says so: the text is decoded already, and the
        # declaration inside the feed may be a lie.
        feed = feedparser.parse(
            io.BytesIO(response.text[:MOST_TEXT].encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
        named = (entry.link for entry in feed.entries if entry.get("link"))
        links = list(self.links(named, response))
        if not links:
            self.logger.warning("no entries in feed %s", response.url)
            self.crawler.stats.inc_value("listing/empty")
        for url in links:
            yield self.request(url, self.parse_article)
