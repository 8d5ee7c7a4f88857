"""What a page's head says for machines: <meta> and JSON-LD, where it is sound."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.boilerplate.dates import Found, from_meta
from pipelines.boilerplate.metadata import Facts
from pipelines.boilerplate.names import SURNAMES

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PUBLISHER = ("contentsource", "source", "article:source")
_SECTION = ("columnname", "article:section", "category")
_PERSON = re.compile(rf"^[{SURNAMES}][一-鿿]{{1,2}}$")
_MEDIUM = re.compile(r"^[一-鿿][\w《》·\- ]{1,29}$")
_ARTICLES = frozenset({"Article", "NewsArticle", "BlogPosting", "Report"})
LONGEST_JSON = 200_000
FEWEST_TAGS, MOST_TAGS, LONGEST_TAG = 3, 8, 8
# Words of a site's fixed list, the same on all its pages.
_FIXED = re.compile(r"新闻网?$|门户|资讯|网站|政府|首页|频道|在线|官网|平台")


def meta_facts(tree: HtmlElement) -> Facts:
    """Read publisher, authors, section, tags and date from <meta> and JSON-LD.

    Authors are taken only where they are a person's name, keywords only where they are tags.
    """
    named = {
        (meta.get("name") or meta.get("property") or "").lower(): meta.get("content", "").strip()
        for meta in tree.iter("meta")
    }
    publisher = next((v for k in _PUBLISHER if (v := named.get(k, ""))), "")
    section = next((v for k in _SECTION if (v := named.get(k, "")) and len(v) <= 12), "")
    author, published = _linked(tree)
    names = [author, named.get("author", ""), named.get("article:author", "")]
    return Facts(
        published=published,
        publisher=publisher if _MEDIUM.match(publisher) else "",
        authors=next(((name,) for name in names if _PERSON.match(name)), ()),
        section=section,
        tags=_tags(named.get("keywords", "")),
    )


def canonical_link(tree: HtmlElement) -> str:
    """Give the address of <link rel="canonical">; none where the page has two."""
    links = (link for link in tree.iter("link") if link.get("rel", "").lower() == "canonical")
    found = {href for link in links if (href := link.get("href", "").strip())}
    return found.pop() if len(found) == 1 else ""


def _tags(keywords: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(w for w in re.split(r"[,，、;；|\s]+", keywords[:400]) if w))
    short = all(len(word) <= LONGEST_TAG for word in words)
    if not short or not FEWEST_TAGS <= len(words) <= MOST_TAGS or any(map(_FIXED.search, words)):
        return ()
    return words


def _linked(tree: HtmlElement) -> tuple[str, Found | None]:
    """Read the author and the date of a JSON-LD article."""
    for script in tree.iter("script"):
        text = script.text or ""
        if script.get("type") != "application/ld+json" or len(text) > LONGEST_JSON:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            author = node.get("author")
            if isinstance(author, list):
                author = author[0] if author else ""
            if isinstance(author, dict):
                author = author.get("name")
            date = node.get("datePublished")
            found = from_meta(date) if isinstance(date, str) else None
            bare = found is not None and found.iso.endswith("-01-01")
            return author if isinstance(author, str) else "", None if bare else found
    return "", None


def _nodes(data: object) -> Iterator[dict[str, object]]:
    items = data if isinstance(data, list) else [data]
    for item in items[:20]:
        if not isinstance(item, dict):
            continue
        graph = item.get("@graph")
        for node in (item, *(graph[:20] if isinstance(graph, list) else ())):
            if isinstance(node, dict) and str(node.get("@type")) in _ARTICLES:
                yield node
