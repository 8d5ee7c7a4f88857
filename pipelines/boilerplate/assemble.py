"""Puts an article together: its own lines, what was dropped, its facts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.items import Dropped
from pipelines.boilerplate.dates import Found
from pipelines.boilerplate.lines import is_prose, strip
from pipelines.boilerplate.metadata import Facts, says_of_itself
from pipelines.boilerplate.notices import NoticeFacts, may_be_notice, read_notice
from pipelines.boilerplate.page import is_sentence
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.rules import SPARED_IN_NOTICES

LITTLE = 800
HEAD, LONGEST_DATE_LINE = 6, 100
_SAYS_SOMETHING = re.compile(r"[。！？；!?;]|^\||^.{2,16}[:：]\s*[^\s:：]")


def strip_site(
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
        kept, dropped = strip(lines, title, furniture, links, SPARED_IN_NOTICES)
        if notice := read_notice(title, kept):
            return kept, dropped, notice
    return *strip(lines, title, furniture | repeated, links), None


def assemble(
    title: str,
    kept: Sequence[str],
    dropped: Sequence[Dropped],
    facts: Facts,
    *,
    agreement: float = 1.0,
    notice: NoticeFacts | None = None,
) -> Extracted:
    """Put together what was found; `agreement` is how much the methods had in common, 0 to 1."""
    published = facts.published
    if published:
        kept, dropped = _without_date(kept, dropped, published.raw, is_notice=notice is not None)
    return Extracted(
        title=title,
        text="\n".join(kept),
        published_at=iso(published),
        published_raw=published.raw if published else "",
        publisher=facts.publisher,
        authors=facts.authors,
        editor=facts.editor,
        region=facts.region or (notice.region if notice else ""),
        section=facts.section,
        tags=facts.tags,
        kind="notice" if notice and kept else "empty" if _only_furniture(kept) else "article",
        confidence=agreement if kept else 0.0,
        notice=notice,
        dropped=tuple(dropped),
    )


def _without_date(
    kept: Sequence[str], dropped: Sequence[Dropped], raw: str, *, is_notice: bool
) -> tuple[Sequence[str], Sequence[Dropped]]:
    """Take the line that says when an article was published from before its first paragraph.

    Of a notice only what says it of the page: a date may be one of its fields.
    """
    for index, line in enumerate(kept):
        if is_notice and not says_of_itself(line):
            break
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


def iso(found: Found | None) -> str | None:
    """Give a date as it is stored."""
    return found.iso if found else None
