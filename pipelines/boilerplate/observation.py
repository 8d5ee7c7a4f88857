"""What one page shows of its site's layout: the learner sees many of these, and no page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import xxhash

from pipelines.boilerplate.lines import key_of
from pipelines.boilerplate.page import PageLines, is_sentence
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.shape import Path, key_of_element, path_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# So much of an article's sentences lies in its container: a lead may stand outside.
HELD = 0.95
# A page of which less is found again among its lines tells nothing of where its article stands.
FOUND = 0.6
LONGEST = 600


class Seen(NamedTuple):
    """One line of a page: the names on the way to its block, its print, what it consists of."""

    slot: tuple[str, ...]
    print: int
    size: int
    linked: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """One page of a site.

    `content`, `heading` and `facts` are the ways to its article, its title and the lines that its
    facts stand in; they are empty where the page was read by its template. `stops` counts the full
    stops outside the article.
    """

    url: str
    title: int
    content: Path = ()
    heading: Path = ()
    facts: tuple[Path, ...] = ()
    stops: int = 0
    lines: tuple[Seen, ...] = ()


def print_of(line: str) -> int:
    """Give 64 bits that spellings of one line share."""
    return xxhash.xxh3_64_intdigest(key_of(line).encode())


def observe(url: str, html: str, page: PageLines, found: Extracted) -> Observation:
    """Say where a page's article and title stand, and the lines that hold its facts."""
    said = (found.published_raw, found.publisher, *found.authors, found.editor, found.section)
    kept = found.text.split("\n")
    known: dict[HtmlElement, Path] = {}
    content = container(page, kept)
    wanted = key_of(found.title)
    heading = _owner(page, lambda line: key_of(line) == wanted) if wanted else None
    facts = []
    for words in filter(None, said):
        owner = _owner(page, lambda line, words=words: words in line)  # type: ignore[misc]
        if owner is not None and owner is not heading and owner not in facts:
            facts.append(owner)
    return Observation(
        url=url,
        title=print_of(found.title),
        content=path_of(content, known) if content is not None else (),
        heading=path_of(heading, known) if heading is not None else (),
        facts=tuple(path_of(element, known) for element in facts),
        stops=stops_outside(html, "".join(kept)),
        lines=seen(page),
    )


def seen(page: PageLines) -> tuple[Seen, ...]:
    """Note the lines of a page or of a part of it."""
    return tuple(
        Seen(
            slot,
            print_of(line.text),
            len(line.text),
            line.is_link and not line.text.startswith("附件"),
        )
        for line, slot in zip(page.lines[:LONGEST], slots_of(page), strict=False)
    )


def slots_of(page: PageLines) -> list[tuple[str, ...]]:
    """Name the way from the page's root to each line's block."""
    slots: dict[HtmlElement, tuple[str, ...]] = {}
    return [_slot(owner, slots) for owner in page.owners]


def _slot(element: HtmlElement, slots: dict[HtmlElement, tuple[str, ...]]) -> tuple[str, ...]:
    """Name the way to an element from the topmost that is not its page's root."""
    way: list[HtmlElement] = []
    at: HtmlElement | None = element
    while at is not None and at not in slots:
        way.append(at)
        at = at.getparent()
    slot = slots[at] if at is not None else ()
    for step in reversed(way):
        slot = slots[step] = (*slot, key_of_element(step)) if step.getparent() is not None else ()
    return slot


def stops_outside(html: str, article: str) -> int:
    """Count the full stops of a page that are not the article's."""
    return html.count("。") - article.count("。")


def container(page: PageLines, kept: Sequence[str]) -> HtmlElement | None:
    """Find the smallest block that holds nearly all sentences of an article."""
    wanted = {key_of(line) for line in kept if is_sentence(line)} or {key_of(x) for x in kept}
    total = sum(map(len, wanted))
    held: dict[HtmlElement, int] = {}
    depth: dict[HtmlElement, int] = {}
    found = 0
    for line, owner in zip(page.lines, page.owners, strict=True):
        key = key_of(line.text)
        if key not in wanted:
            continue
        wanted.discard(key)
        found += len(key)
        for element in (owner, *owner.iterancestors()):
            held[element] = held.get(element, 0) + len(key)
    if found < FOUND * total or not held:
        return None
    enough = [element for element, size in held.items() if size >= HELD * found]
    for element in enough:
        depth[element] = sum(1 for _ in element.iterancestors())
    return max(enough, key=depth.__getitem__)


def _owner(page: PageLines, matches: Callable[[str], bool]) -> HtmlElement | None:
    return next(
        (
            owner
            for line, owner in zip(page.lines, page.owners, strict=True)
            if len(line.text) <= 300 and not line.is_link and matches(line.text)
        ),
        None,
    )
