"""Notes what one page shows of its site's layout."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import xxhash

from pipelines.boilerplate.lines import key_of
from pipelines.boilerplate.observation import Observation, Seen
from pipelines.boilerplate.page import ATTACHED, Line, PageLines, is_sentence
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.shape import Paths

if TYPE_CHECKING:
    from lxml.html import HtmlElement

STOP = "。"
LONGEST = 600


# Twice for each line of an article: to find what repeats, and to note it.
@lru_cache(maxsize=2048)
def print_of(line: str) -> int:
    """Give 64 bits of a line without its spaces."""
    return xxhash.xxh3_64_intdigest("".join(line.split()).encode())


def observe_part(url: str, page: PageLines, found: Extracted, paths: Paths) -> Observation:
    """Note the lines of the part of a page that its template names.

    Where an article stands is learnt from whole pages: what that takes is not noted.
    """
    lines = tuple(
        Seen(paths.of(owner), print_of(line.text), len(line.text), linked=_is_linked(line))
        for line, owner in zip(page.lines[:LONGEST], page.owners, strict=False)
    )
    return Observation(url, print_of(found.title), False, lines)


def observe(url: str, html: str, page: PageLines, found: Extracted) -> Observation:
    """Note the lines of a whole page, and where its title and facts stand."""
    paths = Paths()
    wanted = key_of(found.title)
    heading = _owner(page, lambda line: key_of(line) == wanted) if wanted else None
    said = (found.published_raw, found.publisher, *found.authors, found.editor, found.section)
    facts = [_owner(page, _holding(words)) for words in said if words]
    ways = dict.fromkeys(paths.of(x) for x in facts if x is not None and x is not heading)
    return Observation(
        url,
        print_of(found.title),
        True,
        _seen(page, found, paths),
        heading=paths.of(heading) if heading is not None else (),
        facts=tuple(ways),
        stops=html.count(STOP),
    )


def _seen(page: PageLines, found: Extracted, paths: Paths) -> tuple[Seen, ...]:
    kept = {print_of(line) for line in found.text.split("\n")}
    prints = [print_of(line.text) for line in page.lines[:LONGEST]]
    hidden, readers = page.hidden, page.by_readers
    return tuple(
        Seen(
            paths.of(owner),
            prints[number],
            len(line.text),
            linked=number in readers or _is_linked(line),
            stops=line.text.count(STOP),
            sentence=is_sentence(line.text),
            kept=prints[number] in kept,
            aside=number in hidden,
        )
        for number, (line, owner) in enumerate(zip(page.lines[:LONGEST], page.owners, strict=False))
    )


def _is_linked(line: Line) -> bool:
    return line.is_link and not ATTACHED.search(line.text)


def _owner(page: PageLines, matches: Callable[[str], bool]) -> HtmlElement | None:
    return next(
        (
            owner
            for line, owner in zip(page.lines, page.owners, strict=True)
            if len(line.text) <= 300 and not line.is_link and matches(line.text)
        ),
        None,
    )


def _holding(words: str) -> Callable[[str], bool]:
    return lambda line: words in line
