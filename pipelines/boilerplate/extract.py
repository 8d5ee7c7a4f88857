"""The article out of a page, or out of a text that once was one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.items import CANDIDATE, Dropped
from pipelines.boilerplate.body import find_body, is_forum
from pipelines.boilerplate.dates import Found, from_address, year_in_address
from pipelines.boilerplate.kind import kind_of
from pipelines.boilerplate.layout import Located, locate, repeated_lines, site_lines
from pipelines.boilerplate.lines import between_markers, is_prose, key_of, split_lines, strip
from pipelines.boilerplate.meta import meta_facts
from pipelines.boilerplate.metadata import Facts, read_facts, signed_date
from pipelines.boilerplate.notice import NoticeFacts, may_be_notice, read_notice
from pipelines.boilerplate.observation import Observation
from pipelines.boilerplate.observe import observe, observe_part, print_of
from pipelines.boilerplate.page import is_sentence, read_page
from pipelines.boilerplate.parse import meta_date, parse, titles_of
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.rules import RULES
from pipelines.boilerplate.tables import unwrap_layout_tables
from pipelines.boilerplate.template import Template
from pipelines.boilerplate.title import LONGEST, without_site_name
from pipelines.charset.script import fold_script

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LITTLE = 800
AUDIT = 100
HEAD, LONGEST_DATE_LINE = 6, 100
FIELDS = 30
_CHINESE = re.compile(r"[一-鿿]")
_SAYS_SOMETHING = re.compile(r"[。！？；!?;]|^\||^.{2,16}[:：]\s*[^\s:：]")
_SEPARATOR = re.compile(r"\s*[-_|—–·]")
_SITE_FIRST = re.compile(r"^.{2,24}(?:\s[-|—–·]|_)\s*$")


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
    heading = located.heading or _best_title(titles_of(tree), page)
    title = without_site_name(heading, page)
    links = frozenset(line.text for line in located.article.lines if line.is_link)
    furniture, repeated = site_lines(located, template)
    kept, dropped, notice = _strip(lines, title, furniture, repeated, links)
    facts = _facts_around(tree, url, title, [title, *page], kept)
    found = _assemble(title, kept, dropped, facts, notice=notice)
    return replace(found, template=f"{template.version}#{located.layout}")


def _whole(
    tree: HtmlElement, html: str, url: str, template: Template | None
) -> tuple[Extracted, Observation | None]:
    """Read a page of which nothing is known but the lines that repeat on its site."""
    lines_of_page = read_page(tree)
    page = [line.text for line in lines_of_page.lines]
    titles = titles_of(tree)
    title = _best_title(titles, page)
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
    lines = _from_title(body.lines, title)
    repeated = repeated_lines(lines, template, links) if template is not None else frozenset()
    kept, dropped, notice = _strip(lines, title, frozenset(), repeated, links)
    facts = _facts_around(tree, url, title, page, kept)
    found = _assemble(title, kept, dropped, facts, agreement=body.agreement, notice=notice)
    others = tuple(
        Dropped(f"{CANDIDATE}{name}", 0, "\n".join(lines))
        for name, lines in sorted(body.candidates.items())
        if lines
    )
    version = template.version if template is not None else ""
    found = replace(found, template=version, dropped=found.dropped + others)
    return found, observe(url, html, lines_of_page, found)


def _strip(
    lines: Sequence[str],
    title: str,
    furniture: frozenset[str],
    repeated: frozenset[str],
    links: frozenset[str],
) -> tuple[list[str], list[Dropped], NoticeFacts | None]:
    """Take furniture out of an article, and the lines that repeat on its site.

    The labels of a notice repeat, and stay.
    """
    if may_be_notice(title, lines):
        kept, dropped = strip(lines, title, furniture, links)
        if notice := read_notice(title, kept):
            return kept, dropped, notice
    return *strip(lines, title, furniture | repeated, links), None


def _foreign(tree: HtmlElement, titles: Sequence[str], url: str) -> Extracted:
    """Give trafilatura's own result for a page in another language than Chinese."""
    import trafilatura
    from trafilatura.metadata import extract_metadata

    said = extract_metadata(tree, default_url=url, extensive=True)
    lines = split_lines(trafilatura.extract(tree, deduplicate=False, include_comments=False) or "")
    published = meta_date(tree)
    return Extracted(
        title=said.title or (titles[0] if titles else ""),
        text="\n".join(lines),
        published_at=_iso(published) or said.date,
        published_raw=published.raw if published else said.date or "",
        authors=tuple(name.strip() for name in (said.author or "").split(";") if name.strip()),
        confidence=0.5 if lines else 0.0,
        kind="article" if lines else "empty",
    )


def strip_lines(text: str) -> Extracted:
    """Find the article in a repaired text that was extracted elsewhere, furniture and all."""
    lines = split_lines(text)
    if not lines:
        return Extracted(kind="empty")
    low, high = between_markers(lines)
    first = next((i for i in range(low, high) if is_prose(lines[i])), high)
    title, place = _title_of_lines(lines[:first] or lines[:1])
    kept, dropped, notice = _strip(lines, title, frozenset(), frozenset(), frozenset())
    head = {index for index in range(first) if index <= place or low > index}
    moved = {d.line for d in dropped}
    dropped += [Dropped("before-title", i, lines[i]) for i in sorted(head - moved) if i != place]
    dropped += [Dropped("title", place, lines[place])] if place not in moved else []
    gone = {d.line for d in dropped}
    kept = [line for i, line in enumerate(lines) if i not in gone]
    under = lines[place + 1 : min(place + 5, first)]
    facts = read_facts(lines[:first], lines[first:], under=under)
    dropped.sort(key=lambda d: d.line)
    return _assemble(title, kept, dropped, facts, notice=notice)


def _assemble(
    title: str,
    kept: Sequence[str],
    dropped: Sequence[Dropped],
    facts: Facts,
    *,
    agreement: float = 1.0,
    notice: NoticeFacts | None = None,
) -> Extracted:
    published = facts.published
    if published:
        kept, dropped = _without_date(kept, dropped, published.raw)
    return Extracted(
        title=title,
        text="\n".join(kept),
        published_at=_iso(published),
        published_raw=published.raw if published else "",
        publisher=facts.publisher,
        authors=facts.authors,
        editor=facts.editor,
        region=facts.region or (notice.region if notice else ""),
        section=facts.section,
        tags=facts.tags,
        kind="notice" if notice else "empty" if _only_furniture(kept) else "article",
        confidence=agreement if kept else 0.0,
        notice=notice,
        dropped=tuple(dropped),
    )


def _without_date(
    kept: Sequence[str], dropped: Sequence[Dropped], raw: str
) -> tuple[Sequence[str], Sequence[Dropped]]:
    """Take the line that says when an article was published from before its first paragraph."""
    for index, line in enumerate(kept):
        if is_prose(line) or index >= HEAD:
            break
        if raw in line and len(line) <= LONGEST_DATE_LINE and not is_sentence(line):
            gone = Dropped("date-line", index, line)
            return [*kept[:index], *kept[index + 1 :]], [*dropped, gone]
    return kept, dropped


def _only_furniture(lines: Sequence[str]) -> bool:
    """Tell menus and captions from a text: few lines, none of them a sentence, a row, a field.

    Verse has sentences, and a tender notice fields, where neither has paragraphs.
    """
    return sum(map(len, lines)) < LITTLE and not any(map(_SAYS_SOMETHING.search, lines))


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
    headings = [h for h in titles[1:] if len(key_of(h)) >= 5 and key_of(h) in whole]
    if headings:  # the longest: an unescaped quote cuts the value of og:title
        return without_site_name(max(headings, key=len), page)
    for line in page[:80]:
        if len(line) >= 8 and shown.startswith(line) and _SEPARATOR.match(shown[len(line) :]):
            return without_site_name(line, page)
        if len(line) >= 8 and shown.endswith(line) and _SITE_FIRST.search(shown[: -len(line)]):
            return line
    return without_site_name(shown, page)


def _facts_around(
    tree: HtmlElement, url: str, title: str, page: Sequence[str], body: Sequence[str]
) -> Facts:
    """Read the facts that stand around the body; what the page's head says fills what is missing.

    The visible date comes first: a head's is often the day of a republication. The day a notice is
    signed and the address's come last.
    """
    key = key_of(title)
    first = next((line for line in body if is_prose(line)), "")[:30]
    start = next((i for i, line in enumerate(page) if first and first in line), len(page))
    named = [i for i, line in enumerate(page[: start + 1]) if key and key in key_of(line)]
    place = named[-1] if named else max(0, min(start, len(page) - 1) - 10)
    top = max(0, place - 6)
    window = page[top : max(start, place + 1)][:30]
    said = meta_facts(tree)
    dated = said.published or meta_date(tree)
    year = year_in_address(url) or (int(dated.iso[:4]) if dated else None)
    tail = page[start : start + len(body) + 12]
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
        if 8 <= len(line) <= LONGEST
        and not any(rule.pattern.search(fold_script(line)) for rule in RULES)
    ]
    if not good:
        return head[0], 0
    keys = [key_of(without_site_name(line, head)) for _, line in good]
    for (index, line), key in zip(good, keys, strict=True):
        if keys.count(key) > 1:
            return without_site_name(line, head), index
    index, line = max(good, key=lambda pair: len(pair[1]))
    return without_site_name(line, head), index
