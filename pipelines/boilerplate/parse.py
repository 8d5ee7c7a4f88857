"""A page as a tree, and what is read off it: visible lines, titles, machine-readable dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.boilerplate.dates import Found, from_meta

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "tr", "td", "th", "table", "hr", "pre"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "nav", "main"}
    | {"aside", "form", "option", "title", "blockquote", "center"}
)
_UNSEEN = frozenset({"script", "style", "noscript", "template", "select", "textarea", "head"})
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
    _remove_unseen(tree)
    return tree


def _parseable(html: str) -> str:
    # lxml refuses a str that declares an encoding, and NUL ends the page for it.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", html.replace("\0", ""), count=1)


def _remove_unseen(tree: HtmlElement) -> None:
    for element in list(tree.iter()):
        if isinstance(element.tag, str) and (
            element.tag in ("script", "style", "noscript")
            or _HIDDEN.search(element.get("style", ""))
        ):
            element.drop_tree()


def block_lines(tree: HtmlElement) -> list[str]:
    """Give the visible text of a page, a line for each block."""
    from lxml import etree

    lines: list[str] = []
    words: list[str] = []

    def end() -> None:
        line = " ".join("".join(words).split())
        if line:
            lines.append(line)
        words.clear()

    skipping = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        tag = element.tag
        if not isinstance(tag, str):
            words.append(element.tail or "")
            continue
        if tag in _UNSEEN:
            skipping += 1 if event == "start" else -1
        if tag in _BLOCKS:
            end()
        if event == "start":
            words.append(element.text or "" if not skipping else "")
        elif not skipping:
            words.append(element.tail or "")
    end()
    return lines


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
