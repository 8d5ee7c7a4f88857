"""The article links and the next page of any Chinese list page or home page."""

import re
from dataclasses import dataclass

from lxml import etree

from crawler.sites.linkblocks import Element, absolute, article_links, collect
from crawler.sites.pager import next_page


@dataclass(frozen=True, slots=True)
class Found:
    """What a list page leads to: absolute URLs of its articles in page order, and the next page."""

    articles: tuple[str, ...] = ()
    next: str | None = None


def find_links(html: str, url: str) -> Found:
    """Find the article links of a page's main listings and the address of its next page."""
    # browsers read on after an early </body>, which included headers bring; the parser does not
    html = re.sub(r"(?i)</(?:body|html)\s*>|\0", "", html)
    # bytes, because lxml refuses text with an XML declaration that names an encoding
    body = html.encode("utf-8", "replace")
    root = (
        etree.fromstring(body, etree.HTMLParser(encoding="utf-8", huge_tree=True))
        if body.strip()
        else None
    )
    if root is None:
        return Found()
    base = _base(root, url)
    return Found(tuple(article_links(collect(root, base), url)), next_page(root, base, url))


def _base(root: Element, url: str) -> str:
    for element in root.iter("base"):
        return absolute(element.get("href") or "", url) or url
    return url
