"""What feeds and sitemaps name; pure, so that a worker reads what may be hostile."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass

import feedparser
from lxml import etree
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

# What is read of one feed or sitemap, in characters and links: sitemaps.org allows as many links.
MOST_TEXT = 2 * 2**20
MOST_LINKS = 50_000
MAX_SITEMAP_BYTES = 16 * 2**20  # as any response; sitemaps.org allows 50 MB, which none has
# A parser that recovers takes seconds for 200,000 tags that nobody closes; a sitemap has none.
MOST_UNCLOSED = 1_000

_GZIP = b"\x1f\x8b\x08"
# StopIteration: no element at all. ValueError: also a character that no text may hold.
_UNREADABLE = (StopIteration, etree.LxmlError, SyntaxError, ValueError, OSError, EOFError)
# A numeric reference to what is no character: feedparser raises on it, and all entries are lost.
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")


class FeedError(ValueError):
    """A feed cannot be read; the message names its address."""


class SitemapError(ValueError):
    """A sitemap cannot be read; the message names its address and the place."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The links of a sitemap as written, at most MOST_LINKS; `is_index`: of further sitemaps.

    `broken` says in words where it broke off, if it did.
    """

    links: tuple[str, ...]
    is_index: bool = False
    broken: str = ""


def feed_links(text: str, url: str) -> tuple[str, ...]:
    """Give the link of each entry of an RSS or Atom feed, as written; raises FeedError."""
    # Handed over as UTF-8 with a header that says so: the text is decoded already, and the
    # declaration inside the feed may be a lie.
    body = _REFERENCE.sub(_character, text[:MOST_TEXT]).encode("utf-8", "replace")
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        feed = feedparser.parse(io.BytesIO(body), response_headers=headers)
    except ValueError as error:  # a namespace with an odd space in it
        raise FeedError(f"{url}: not a feed: {error}") from error
    links = [entry.link for entry in feed.entries if entry.get("link")]
    return tuple(links[:MOST_LINKS])


def _character(reference: re.Match[str]) -> str:
    digits = (reference[1] or reference[2])[:12]
    number = int(digits, 16 if reference[1] else 10)
    real = number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return reference[0] if real else "\ufffd"


def sitemap_entries(body: bytes, url: str) -> Entries:
    """Read a sitemap or sitemap index, packed or not, up to its first broken place.

    Raises SitemapError where it cannot be read at all.
    """
    try:
        packed = body.startswith(_GZIP)
        content = gunzip(body, max_size=MAX_SITEMAP_BYTES) if packed else body
        if (unclosed := _unclosed(content)) > MOST_UNCLOSED:
            raise ValueError(f"{unclosed} elements are not closed")
        sitemap = Sitemap(content)
    except (*_UNREADABLE, zlib.error) as error:
        reason = f"{type(error).__name__} {error}".strip()
        raise SitemapError(f"{url}: not a sitemap: {reason}") from error
    links: list[str] = []
    broken = ""
    try:
        for entry in sitemap:
            links.append(entry["loc"])
            if len(links) == MOST_LINKS:
                break
    except _UNREADABLE as error:
        broken = f"{url}: broken behind entry {len(links)}: {error}"
    return Entries(tuple(links), sitemap.type == "sitemapindex", broken)


def _unclosed(body: bytes) -> int:
    tags = body.count(b"<") - body.count(b"<!") - body.count(b"<?")
    return tags - 2 * body.count(b"</") - body.count(b"/>")
