"""The article out of a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from crawler.items import CANDIDATE, Dropped
from pipelines.boilerplate.around import facts_around
from pipelines.boilerplate.assemble import assemble, iso, strip_site
from pipelines.boilerplate.body import find_body, is_forum
from pipelines.boilerplate.dates import Found
from pipelines.boilerplate.heading import best_title
from pipelines.boilerplate.kind import kind_of
from pipelines.boilerplate.layout import Located, locate, repeated_lines, site_lines
from pipelines.boilerplate.lines import between_markers, is_prose, key_of, split_lines
from pipelines.boilerplate.meta import canonical_link
from pipelines.boilerplate.notices import may_be_notice, read_notice
from pipelines.boilerplate.observation import Observation
from pipelines.boilerplate.observe import observe, observe_part, print_of
from pipelines.boilerplate.page import ATTACHED, read_page
from pipelines.boilerplate.parse import MOST_TAGS, meta_date, parse, titles_of, too_many_tags
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.tables import unwrap_layout_tables
from pipelines.boilerplate.template import Template
from pipelines.boilerplate.title import without_site_name

if TYPE_CHECKING:
    from lxml.html import HtmlElement

AUDIT = 300
MOST_NESTED = 5  # of one tag and class
_CHINESE = re.compile(r"[一-鿿]")


def extract(html: str, url: str, template: Template | None = None) -> Extracted:
    """Find the article of a page and its facts.

    Other languages than Chinese get trafilatura's result as it is. What cannot be parsed comes
    back as kind `error` or `empty` with confidence 0.
    """
    return read(html, url, template)[0]


def read(
    html: str, url: str, template: Template | None = None
) -> tuple[Extracted, Observation | None]:
    """Find the article of a page, and say what the page shows of its site's layout.

    A page of a known layout is read by it. One in AUDIT of these, by its address, is observed
    whole all the same, so that a layout that was learnt from odd pages does not confirm itself.
    """
    tree = parse(html)
    if tree is None:
        return Extracted(kind="empty"), None
    unwrap_layout_tables(tree)
    found, observation = _read(tree, html, url, template)
    if canonical := canonical_link(tree):
        found = replace(found, canonical=canonical)
    if tags := too_many_tags(html):
        cut = Dropped("page-cut", 0, f"{tags} tags, of which {MOST_TAGS} are read")
        found = replace(found, dropped=(*found.dropped, cut))
    return found, observation


def _read(
    tree: HtmlElement, html: str, url: str, template: Template | None
) -> tuple[Extracted, Observation | None]:
    located = locate(tree, html, template) if template is not None else None
    if template is not None and located is not None:
        found = _by_layout(tree, url, located, template)
        if found.text and print_of(url) % AUDIT:
            return found, observe_part(url, located.article, found, located.paths)
        if found.text:
            return found, _whole(tree, html, url, template)[1]
    return _whole(tree, html, url, template)


def _by_layout(tree: HtmlElement, url: str, located: Located, template: Template) -> Extracted:
    lines = [line.text for line in located.article.lines]
    page = [*located.before, *lines, *located.behind]
    heading = located.heading or best_title(titles_of(tree), page)
    title = without_site_name(heading, page)
    links = frozenset(line.text for line in located.article.lines if line.is_link)
    furniture, repeated = site_lines(located, template)
    kept, dropped, notice = strip_site(lines, title, furniture, repeated, links)
    facts = facts_around(tree, url, title, [title, *page], kept)
    found = assemble(title, kept, dropped, facts, notice=notice)
    return replace(found, template=f"{template.version}#{located.layout}")


def _whole(
    tree: HtmlElement, html: str, url: str, template: Template | None
) -> tuple[Extracted, Observation | None]:
    """Read a page of which nothing is known but the lines that repeat on its site."""
    lines_of_page = read_page(tree)
    page = [line.text for line in lines_of_page.lines]
    titles = titles_of(tree)
    title = best_title(titles, page)
    scripts = html.lower().count("<script")
    chinese = _is_chinese(page)
    kind = kind_of(titles[0] if titles else "", title, lines_of_page, scripts)
    forum = is_forum(url, lines_of_page)
    if kind != "article" and not (kind == "list" and (forum or not chinese)):
        return Extracted(title=title, kind=kind), None
    if not chinese:
        return _foreign(tree, titles, url), None
    links = frozenset(line.text for line in lines_of_page.lines if line.is_link)
    body = find_body(tree, lines_of_page, title, links, forum=forum)
    low, high = between_markers(page)
    marked = high - low < len(page)
    lines = page[low:high] if marked else _from_title(body.lines, title)
    repeated = repeated_lines(lines, template, links) if template is not None else frozenset()
    kept, dropped, notice = strip_site(lines, title, frozenset(), repeated, links)
    behind = [line.text for line in lines_of_page.behind(title)]
    if not marked and len(behind) > len(lines) and may_be_notice(title, behind):
        # Of a notice's tables and labels the methods that look for prose find a part.
        whole = strip_site(behind, title, frozenset(), repeated, links)
        if whole[2] and _is_part(lines, behind):
            kept, dropped, notice = whole
    attached = [line for line in page if ATTACHED.search(line)]
    if attached and not any(map(is_prose, kept)) and may_be_notice(title, attached):
        # Many notices are a title and files.
        notice = read_notice(title, [*kept, *attached])
        kept += [line for line in attached if notice and line not in kept]
    facts = facts_around(tree, url, title, page, kept)
    found = assemble(title, kept, dropped, facts, agreement=body.agreement, notice=notice)
    others = tuple(
        Dropped(f"{CANDIDATE}{name}", 0, "\n".join(lines))
        for name, lines in sorted(body.candidates.items())
        if lines
    )
    version = template.version if template is not None else ""
    found = replace(found, template=version, dropped=found.dropped + others)
    return found, observe(url, html, lines_of_page, found)


def _is_part(lines: Sequence[str], whole: Sequence[str]) -> bool:
    known = frozenset(whole)
    return 2 * sum(len(x) for x in lines if x in known) >= sum(map(len, lines))


def _foreign(tree: HtmlElement, titles: Sequence[str], url: str) -> Extracted:
    """Give trafilatura's own result for a page in another language than Chinese."""
    import trafilatura
    from trafilatura.metadata import extract_metadata

    said = extract_metadata(_without_repeats(tree), default_url=url, extensive=True)
    lines = split_lines(trafilatura.extract(tree, deduplicate=False, include_comments=False) or "")
    published = meta_date(tree)
    if said.date and (published is None or not published.iso.startswith(said.date)):
        published = Found(said.date, said.date, 0)
    return Extracted(
        title=said.title or (titles[0] if titles else ""),
        text="\n".join(lines),
        published_at=iso(published),
        published_raw=published.raw if published else "",
        authors=tuple(name.strip() for name in (said.author or "").split(";") if name.strip()),
        confidence=0.5 if lines else 0.0,
        kind="article" if lines else "empty",
    )


def _without_repeats(tree: HtmlElement) -> HtmlElement:
    """Give a tree whose metadata is found soon: what is never closed is nested in its like.

    Each of 200 footers in footers is searched for a licence, at the square of its links.
    """
    if not _repeats(tree):
        return tree
    tree = deepcopy(tree)
    for element in _repeats(tree):
        element.attrib.clear()
        element.tag = "div"
    return tree


def _repeats(tree: HtmlElement) -> list[HtmlElement]:
    """Give the elements that stand in MOST_NESTED others of their tag and class."""
    found: list[HtmlElement] = []
    around: Counter[tuple[str, str | None]] = Counter()
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        kind = (element.tag, element.get("class"))
        around[kind] += 1 if event == "start" else -1
        if event == "start" and around[kind] > MOST_NESTED and kind != ("div", None):
            found.append(element)
    return found


def _is_chinese(lines: Sequence[str]) -> bool:
    text = "".join(lines)[:4000]
    kana = len(re.findall(r"[\u3040-\u30ff\uac00-\ud7af]", text))
    return len(_CHINESE.findall(text)) > max(0.2 * len(text), 4 * kana) if text else True


def _from_title(lines: list[str], title: str) -> list[str]:
    key = key_of(title)
    for index, line in enumerate(lines[:80]):
        if key and key_of(line) == key and not any(is_prose(before) for before in lines[:index]):
            return lines[index:]
    return lines
