"""The title of a page, and the facts that stand around its article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.boilerplate.dates import from_address, year_in_address
from pipelines.boilerplate.lines import is_prose, key_of
from pipelines.boilerplate.meta import meta_facts
from pipelines.boilerplate.metadata import Facts, read_facts, signed_date
from pipelines.boilerplate.parse import meta_date
from pipelines.boilerplate.title import LONGEST, SITE_WORDS, without_site_name

if TYPE_CHECKING:
    from lxml.html import HtmlElement

FIELDS = 30
SHORTEST_HEADING = 8
# 中标公告详细页面, 新闻详情: the same on every page of a site.
_GENERIC = re.compile(r"(详细|详情|正文|内容)(页面?|信息|内容)?$")
_HEADLINE = re.compile(
    r"^(?!.*[/>»：:|]).{5,80}(公告|公示|通知|通告|公开|意向|结果|启事|函)([（(].{1,12}[)）])?$"
)
OPENING, CLOSING, BEHIND = 4, 8, 12
_SEPARATOR = re.compile(r"\s*[-_|—–·]")
_SITE_FIRST = re.compile(r"^.{2,24}(?:\s[-|—–·]|_)\s*$")


def best_title(titles: Sequence[str], page: Sequence[str]) -> str:
    """Take the heading that <title> begins with; else <title> without the site's name."""
    if not titles:
        return next((line for line in page if len(line) >= 8), "")
    shown = titles[0]
    whole = key_of(shown)
    if len(titles) == 1 and SITE_WORDS.search(shown) and shown in page[:5]:
        # <title> is the site's name, which stands over its pages, too.
        return next((line for line in page[:60] if _HEADLINE.search(line)), shown)
    others = [h for h in titles[1:] if SHORTEST_HEADING <= len(h) <= LONGEST]
    if others and _GENERIC.search(shown):
        return without_site_name(max(others, key=len), page)
    headings = [h for h in titles[1:] if len(key_of(h)) >= 5 and key_of(h) in whole]
    if headings:  # the longest: an unescaped quote cuts the value of og:title
        return without_site_name(max(headings, key=len), page)
    for line in page[:80]:
        if len(line) >= 8 and shown.startswith(line) and _SEPARATOR.match(shown[len(line) :]):
            return without_site_name(line, page)
        if len(line) >= 8 and shown.endswith(line) and _SITE_FIRST.search(shown[: -len(line)]):
            return line
    return without_site_name(shown, page)


def facts_around(
    tree: HtmlElement, url: str, title: str, page: list[str], body: Sequence[str]
) -> Facts:
    """Read the facts that stand around the body; what the page's head says fills what is missing.

    The visible date comes first: a head's is often the day of a republication. The day a notice is
    signed and the address's come last.
    """
    key = key_of(title)
    # A line of facts may end in a label without its value: … 点击：
    first = next((x for x in body if is_prose(x) and not x.endswith(("：", ":"))), "")[:30]
    start = next((i for i, line in enumerate(page) if first and first in line), len(page))
    named = [i for i, line in enumerate(page[: start + 1]) if key and key in key_of(line)]
    place = named[-1] if named else max(0, min(start, len(page) - 1) - 10)
    top = max(0, place - 6)
    window = page[top : max(start, place + 1)][:30]
    said = meta_facts(tree)
    dated = said.published or meta_date(tree)
    year = year_in_address(url) or (int(dated.iso[:4]) if dated else None)
    # Between its first and its last lines an article says nothing of itself.
    end = start + len(body)
    tail = page[start : start + OPENING] + page[max(start + OPENING, end - CLOSING) : end + BEHIND]
    fields = page[max(0, place - FIELDS) : top]
    spots = [i + 1 for i in named[-2:]] or [0]
    under = [line for i in spots for line in page[i : min(i + 4, start)]]
    facts = read_facts(window, tail, fields=fields, under=under, year=year)
    # Many sites name the editor in <meta name="author">.
    writers = () if facts.editor and facts.editor in said.authors else said.authors
    return replace(
        facts,
        published=facts.published or dated or signed_date(body) or from_address(url),
        publisher=facts.publisher or said.publisher,
        authors=facts.authors or writers,
        section=facts.section or said.section,
        tags=facts.tags or said.tags,
    )
