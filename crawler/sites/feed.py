"""Sites that publish an RSS or Atom feed."""

import io
import re

import feedparser
from scrapy.http import Response

from crawler.sites.base import MOST_TEXT, Output, SourceSpider

# A numeric reference to what is no character: feedparser raises on it, and all entries are lost.
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")


class FeedSpider(SourceSpider):
    """Follows the links of RSS and Atom feeds; its seeds are feeds."""

    def parse(self, response: Response) -> Output:
        """Ask for every entry of a feed."""
        # Handed over as UTF-8 with a header that says so: the text is decoded already, and the
        # declaration inside the feed may be a lie.
        feed = feedparser.parse(
            io.BytesIO(
                _REFERENCE.sub(_character, response.text[:MOST_TEXT]).encode("utf-8", "replace")
            ),
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
        links = [entry.link for entry in feed.entries if entry.get("link")]
        if not links:
            self.logger.warning("no entries in feed %s", response.url)
            self.crawler.stats.inc_value("listing/empty")
        yield from self.linked(response, links, self.parse_article)


def _character(reference: re.Match[str]) -> str:
    digits = (reference[1] or reference[2])[:12]
    number = int(digits, 16 if reference[1] else 10)
    real = number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return reference[0] if real else "\ufffd"
