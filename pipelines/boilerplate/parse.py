"""A page as a tree, and what its head says: titles, machine-readable dates."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipelines.boilerplate.dates import Found, from_meta

if TYPE_CHECKING:
    from lxml.html import HtmlElement, HTMLParser

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(left|top|text-indent)\s*:\s*-\d{3,}", re.I
)
# What XML allows in no text: lxml reads it, and refuses to set it anew where we, or trafilatura,
# take an element out.
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)"
    r"|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?",
    re.I,
)
# A page of more tags, opening and closing, is cut there; the largest of 196 real ones has 7,004.
MOST_TAGS = 200_000
# Hidden elements with half of the text stand in each other, and each takes a look at all of it.
MOST_HOLDING_HALF = 10
LONG_TAG, MOST_ATTRIBUTES = 20_000, 1_000
_LONG_TAG = re.compile(rf"(<[a-zA-Z][\w:-]*+)[^<>]{{{LONG_TAG},}}>")
# In lower case.
_META_DATES = frozenset(
    {"pubdate", "publishdate", "publish_date", "publish_time", "publishtime", "pubtime"}
    | {"article:published_time", "og:published_time", "og:release_date", "bytedance:published_time"}
    | {"weibo:article:create_at", "datepublished", "firstpublishedtime", "apub:time"}
    # Of a page that names no other day.
    | {"dateupdate"}
)


def parse(html: str) -> HtmlElement | None:
    """Parse a page and take out what no reader sees; None where there is nothing to parse."""
    from lxml import etree

    if not html.strip():
        return None
    try:
        tree: HtmlElement | None = etree.fromstring(_parseable(html), _parser())
    except (etree.ParserError, ValueError):
        return None
    if tree is None:
        return None
    _remove_hidden(tree)
    return tree


@cache
def _parser() -> HTMLParser:
    from lxml.html import HTMLParser

    # Half a million comments in a row took ten seconds to walk.
    return HTMLParser(remove_comments=True, remove_pis=True)


def _parseable(html: str) -> str:
    html = _CONTROL_REFERENCE.sub("", _CONTROL.sub("", html))
    # lxml refuses a str that declares an encoding.
    html = re.sub(r"^\s*<\?xml[^>]*\?>", "", html, count=1)
    if html.count("<") > MOST_TAGS:
        html = "<".join(html.split("<", MOST_TAGS)[:-1])
    # libxml2 compares each attribute of a tag with all others: 200,000 took forty seconds.
    # A long tag leaves one of these windows without the beginning of another.
    half = LONG_TAG // 2
    if all(html.find("<", at, at + half) >= 0 for at in range(0, len(html) - half, half)):
        return html
    return _LONG_TAG.sub(_without_attributes, html)


def _without_attributes(tag: re.Match[str]) -> str:
    return tag[0] if tag[0].count("=") <= MOST_ATTRIBUTES else f"{tag[1]}>"


def too_many_tags(html: str) -> int:
    """Give the count of a page's tags where not all of them are read, else 0."""
    tags = html.count("<")
    return tags if tags > MOST_TAGS else 0


def _remove_hidden(tree: HtmlElement) -> None:
    """Drop what a style attribute hides, unless it holds half of the page's text.

    WeChat hides its article until a script shows it.
    """
    hidden = [style.getparent() for style in tree.xpath("//@style") if _HIDDEN.search(style)]
    if not hidden:
        return
    half = _length(tree) / 2
    gone: set[HtmlElement] = set()
    holding_half = 0
    for element in hidden:
        if element in gone:
            continue
        if _length(element) < half:
            gone.update(element.iterdescendants())
            element.drop_tree()
        elif (holding_half := holding_half + 1) == MOST_HOLDING_HALF:
            return


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
        if name.lower() in _META_DATES and (found := from_meta(meta.get("content", ""))):
            return None if found.iso.endswith("-01-01") else found
    return _marked_date(tree)


def _marked_date(tree: HtmlElement) -> Found | None:
    """Read the element marked as the date of publication, or the page's only <time>."""
    marked = tree.xpath("//*[@itemprop='datePublished']") or tree.xpath("//time[@datetime]")
    if len(marked) != 1:
        return None
    found = from_meta(marked[0].get("datetime") or marked[0].get("content") or "")
    return None if found is None or found.iso.endswith("-01-01") else found
