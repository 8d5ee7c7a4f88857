"""The article links and the next page of any Chinese list page or home page."""

from dataclasses import dataclass

from lxml import etree

from crawler.sites.linkblocks import article_links, collect


@dataclass(frozen=True, slots=True)
class Found:
    """What a list page leads to: absolute URLs of its articles in page order, and the next page."""

    articles: tuple[str, ...] = ()
    next: str | None = None


def find_links(html: str, url: str) -> Found:
    """Find the article links of a page's main listings and the address of its next page."""
    # bytes, because lxml refuses text with an XML declaration that names an encoding
    body = html.replace("\0", "").encode("utf-8", "replace")
    root = etree.fromstring(body, etree.HTMLParser(encoding="utf-8", huge_tree=True)) if body.strip() else None
    if root is None:
        return Found()
    links = collect(root, url)
    return Found(tuple(article_links(links, url)))
