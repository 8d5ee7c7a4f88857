"""Sites that publish an RSS or Atom feed."""

import io
import re

import feedparser
from scrapy.http import Response

from crawler.sites.base import MOST_TEXT, Output, SourceSpider

# A numeric reference to what is no character: feedparser raises on it, and all entries are lost.
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")


class FeedError(ValueError):
    """A feed cannot be read; the message names its address."""


class FeedSpider(SourceSpider):
    """Follows the links of RSS and Atom feeds; its seeds are feeds."""

    def parse(self, response: Response) -> Output:
        """Ask for every entry of a feed; raises FeedError."""
        # Handed over as UTF-8 with a header that says so: the text is decoded already, and the
        # declaration inside the feed may be a lie.
        text = _REFERENCE.sub(_character, response.text[:MOST_TEXT]).encode("utf-8", "replace")
        headers = {"content-type": "application/xml; charset=utf-8"}
        try:
            feed = feedparser.parse(io.BytesIO(text), response_headers=headers)
        except ValueError as error:  # a namespace with an odd space in it
            raise FeedError(f"{response.url}: not a feed: {error}") from error
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
