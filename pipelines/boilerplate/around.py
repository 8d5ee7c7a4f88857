"""The facts that stand around an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.boilerplate.dates import from_address, year_in_address
from pipelines.boilerplate.lines import is_prose, key_of
from pipelines.boilerplate.meta import meta_facts
from pipelines.boilerplate.metadata import (
    Facts,
    read_facts,
    says_of_itself,
    signed_date,
    yearless_date,
)
from pipelines.boilerplate.parse import meta_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement

FIELDS = 30
OPENING, CLOSING, BEHIND = 4, 8, 12


def facts_around(
    tree: HtmlElement, url: str, title: str, page: list[str], body: Sequence[str]
) -> Facts:
    """Read the facts that stand around the body; what the page's head says fills what is missing.

    The visible date comes first: a head's is often the day of a republication. The day a notice is
    signed and the address's come last.
    """
    key = key_of(title)
    # What says of itself when it was published stays in a notice, above its table.
    own = (line for line in body if is_prose(line) or line.startswith("| "))
    first = next((line for line in own if not says_of_itself(line)), "")[:30]
    start = next((i for i, line in enumerate(page) if first and first in line), len(page))
    named = [i for i, line in enumerate(page[: start + 1]) if key and key in key_of(line)]
    place = named[-1] if named else max(0, min(start, len(page) - 1) - 10)
    top = max(0, place - 6)
    window = page[top : max(start, place + 1)][:30]
    said = meta_facts(tree)
    # Between its first and its last lines an article says nothing of itself.
    end = start + len(body)
    tail = page[start : start + OPENING] + page[max(start + OPENING, end - CLOSING) : end + BEHIND]
    fields = page[max(0, place - FIELDS) : top]
    spots = [i + 1 for i in named[-2:]] or [0]
    under = [line for i in spots for line in page[i : min(i + 4, start)]]
    facts = read_facts(window, tail, fields=fields, under=under)
    published = facts.published
    if published is None:
        signed = signed_date(body) or signed_date(page[end : end + 2])
        known = said.published or meta_date(tree) or signed
        year = year_in_address(url) or (int(known.iso[:4]) if known else None)
        published = yearless_date(window, year) or known or from_address(url)
    # Many sites name the editor in <meta name="author">.
    writers = () if facts.editor and facts.editor in said.authors else said.authors
    return replace(
        facts,
        published=published,
        publisher=facts.publisher or said.publisher,
        authors=facts.authors or writers,
        section=facts.section or said.section,
        tags=facts.tags or said.tags,
    )
