"""The article out of a page, or out of a text that once was one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.items import Dropped
from pipelines.boilerplate.dates import Found
from pipelines.boilerplate.descent import main_block
from pipelines.boilerplate.kind import kind_of
from pipelines.boilerplate.lines import between_markers, is_prose, key_of, split_lines, strip
from pipelines.boilerplate.metadata import Facts, read_facts, without_site_name
from pipelines.boilerplate.parse import block_lines, meta_date, parse, titles_of
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.rules import RULES
from pipelines.boilerplate.tables import unwrap_layout_tables
from pipelines.boilerplate.template import Template
from pipelines.charset.script import fold_script

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LITTLE = 800
FEW_PARAGRAPHS = 0.5
MISSED = 150
_CHINESE = re.compile(r"[一-鿿]")
_SEPARATOR = re.compile(r"\s*[-_|—–·]")


def extract(html: str, url: str, template: Template | None = None) -> Extracted:
    """Find the article of a page and its facts.

    Other languages than Chinese get trafilatura's result as it is. What cannot be parsed comes
    back as kind `error` or `empty` with confidence 0.
    """
    import trafilatura

    tree = parse(html)
    if tree is None:
        return Extracted(kind="empty")
    page = block_lines(tree)
    titles = titles_of(tree)
    visible = "".join(page)
    links = [" ".join("".join(map(str, a.itertext())).split()) for a in tree.iter("a")]
    linked = sum(map(len, links))
    prose = sum(len(line) for line in page if is_prose(line))
    scripts = html.lower().count("<script")
    kind = kind_of(titles[0] if titles else "", visible, linked, prose, scripts)
    if kind != "article":
        return Extracted(title=_best_title(titles, page), kind=kind)
    unwrap_layout_tables(tree)
    text = trafilatura.extract(
        tree, url=None, deduplicate=False, include_comments=False, include_tables=True
    )
    lines = split_lines(text or "")
    if not _is_chinese(page):
        return Extracted(
            title=titles[0] if titles else "",
            text="\n".join(lines),
            published_at=_iso(meta_date(tree)),
            confidence=0.5,
            kind="article" if lines else "empty",
        )
    lines = _second_opinion(lines, tree)
    title = _best_title(titles, page)
    facts = _facts_around(title, page, lines)
    kept, dropped = strip(_from_title(lines, title), title, template, frozenset(links))
    published = facts.published or meta_date(tree)
    return _assemble(title, kept, dropped, facts, published)


def strip_lines(text: str) -> Extracted:
    """Find the article in a repaired text that was extracted elsewhere, furniture and all."""
    lines = split_lines(text)
    if not lines:
        return Extracted(kind="empty")
    low, high = between_markers(lines)
    first = next((i for i in range(low, high) if is_prose(lines[i])), high)
    title, place = _title_of_lines(lines[:first] or lines[:1])
    kept, dropped = strip(lines, title)
    head = {index for index in range(first) if index <= place or low > index}
    moved = {d.line for d in dropped}
    dropped += [Dropped("before-title", i, lines[i]) for i in sorted(head - moved) if i != place]
    dropped += [Dropped("title", place, lines[place])] if place not in moved else []
    gone = {d.line for d in dropped}
    kept = [line for i, line in enumerate(lines) if i not in gone]
    facts = read_facts(lines[:first], lines[first:])
    return _assemble(title, kept, sorted(dropped, key=lambda d: d.line), facts, facts.published)


def _assemble(
    title: str,
    kept: Sequence[str],
    dropped: Sequence[Dropped],
    facts: Facts,
    published: Found | None,
) -> Extracted:
    prose = sum(len(line) for line in kept if is_prose(line))
    total = sum(map(len, kept))
    return Extracted(
        title=title,
        text="\n".join(kept),
        published_at=_iso(published),
        published_raw=published.raw if published else "",
        publisher=facts.publisher,
        authors=facts.authors,
        editor=facts.editor,
        region=facts.region,
        section=facts.section,
        tags=facts.tags,
        kind="article" if total and not _only_furniture(prose, total) else "empty",
        confidence=round(prose / total, 3) if total else 0.0,
        dropped=tuple(dropped),
    )


def _only_furniture(prose: int, total: int) -> bool:
    """Tell a page without an article of its own: a few lines, hardly a paragraph among them.

    Verse and dialogue have no paragraphs either, but on the development pages they are longer.
    """
    return total < LITTLE and prose < FEW_PARAGRAPHS * total


def _second_opinion(lines: list[str], tree: HtmlElement) -> list[str]:
    """Take the main block's lines where trafilatura took teasers and left the paragraphs."""
    block = [line for row in block_lines(main_block(tree)) for line in split_lines(row)]
    mine, theirs = (sum(len(x) for x in found if is_prose(x)) for found in (block, lines))
    return block if theirs < MISSED and mine > 2 * theirs else lines


def _iso(found: Found | None) -> str | None:
    return found.iso if found else None


def _is_chinese(lines: Sequence[str]) -> bool:
    text = "".join(lines)[:4000]
    kana = len(re.findall(r"[\u3040-\u30ff\uac00-\ud7af]", text))
    return len(_CHINESE.findall(text)) > max(0.2 * len(text), 4 * kana) if text else True


def _best_title(titles: Sequence[str], page: Sequence[str]) -> str:
    """Take the heading that <title> begins with; else <title> without the site's name."""
    if not titles:
        return next((line for line in page if len(line) >= 8), "")
    shown = titles[0]
    whole = key_of(shown)
    for heading in titles[1:]:
        key = key_of(heading)
        if len(key) >= 5 and key in whole:
            return without_site_name(heading, page)
    for line in page[:80]:
        if len(line) >= 8 and shown.startswith(line) and _SEPARATOR.match(shown[len(line) :]):
            return without_site_name(line, page)
    return without_site_name(shown, page)


def _facts_around(title: str, page: Sequence[str], body: Sequence[str]) -> Facts:
    key = key_of(title)
    first = next((line for line in body if is_prose(line)), "")[:30]
    start = next((i for i, line in enumerate(page) if first and first in line), len(page))
    place = max(
        (i for i, line in enumerate(page[: start + 1]) if key and key in key_of(line)), default=0
    )
    window = page[max(0, place - 6) : max(start, place + 1)][:30]
    return read_facts(window, page[start : start + len(body) + 6])


def _from_title(lines: list[str], title: str) -> list[str]:
    key = key_of(title)
    for index, line in enumerate(lines[:80]):
        if key and key_of(line) == key and not any(is_prose(before) for before in lines[:index]):
            return lines[index:]
    return lines


def _title_of_lines(head: Sequence[str]) -> tuple[str, int]:
    """Find the title among the lines before the body: the last that no rule takes and that is long
    enough, or one that stands twice.
    """
    good = [
        (index, line)
        for index, line in enumerate(head)
        if len(line) >= 8 and not any(rule.pattern.search(fold_script(line)) for rule in RULES)
    ]
    if not good:
        return head[0], 0
    keys = [key_of(without_site_name(line, head)) for _, line in good]
    for (index, line), key in zip(good, keys, strict=True):
        if keys.count(key) > 1:
            return without_site_name(line, head), index
    index, line = max(good, key=lambda pair: len(pair[1]))
    return without_site_name(line, head), index
