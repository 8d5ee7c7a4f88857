"""A page as a tree, and what its head says: titles, machine-readable dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.boilerplate.dates import Found, from_meta

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(left|top|text-indent)\s*:\s*-\d{3,}", re.I
)
_META_DATES = (
    "PubDate", "pubdate", "publishdate", "article:published_time", "og:published_time",
    "weibo:article:create_at", "datePublished",
)  # fmt: skip


def parse(html: str) -> HtmlElement | None:
    """Parse a page and take out what no reader sees; None where there is nothing to parse."""
    from lxml import etree
    from lxml import html as lxml_html

    if not html.strip():
        return None
    try:
        tree = lxml_html.document_fromstring(_parseable(html))
    except (etree.ParserError, ValueError):
        return None
    _remove_hidden(tree)
    return tree


def _parseable(html: str) -> str:
    # lxml refuses a str that declares an encoding, and NUL ends the page for it.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", html.replace("\0", ""), count=1)


def _remove_hidden(tree: HtmlElement) -> None:
    """Drop what a style attribute hides, unless it holds half of the page's text.

    WeChat hides its article until a script shows it.
    """
    hidden = [e for e in tree.xpath("//*[@style]") if _HIDDEN.search(e.get("style"))]
    if not hidden:
        return
    half = _length(tree) / 2
    for element in hidden:
        if _length(element) < half:
            element.drop_tree()


def _length(element: HtmlElement) -> int:
    texts = element.xpath(".//text()[not(parent::script or parent::style)]")
    return sum(len(text.strip()) for text in texts)


def titles_of(tree: HtmlElement) -> list[str]:
    """Give the page's titles: <title>, og:title, headings."""
    found = [tree.findtext(".//title") or ""]
    found += tree.xpath("//meta[@property='og:title' or @name='ArticleTitle']/@content")
    found += ["".join(h.itertext()) for level in ("h1", "h2", "h3") for h in tree.iter(level)]
    return [" ".join(str(t).split()) for t in found if t and str(t).strip()]


def meta_date(tree: HtmlElement) -> Found | None:
    """Take the first machine-readable date; never a bare 1 January, which stands for "unknown"."""
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if name in _META_DATES and (found := from_meta(meta.get("content", ""))):
            return None if found.iso.endswith("-01-01") else found
    return None
