"""Which lines of a page are its article: several candidates, and a vote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.boilerplate.candidates import descent, scored, stretch, titled
from pipelines.boilerplate.containers import named_body
from pipelines.boilerplate.lines import split_lines
from pipelines.boilerplate.page import PageLines
from pipelines.boilerplate.vote import vote

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Where the replies are what the page is about; each with an address that it stands for.
FORUM_HOST = re.compile(r"(^|\.)(bbs|forum|club|tieba|discuss|ask|zhidao|community)\.")
FORUM_PATH = re.compile(
    r"/(threads?|topics?|questions?|forum|viewthread|showthread|comments|d)([-/.]|$)"
)
FORUM_WORDS = re.compile(r"楼主|只看该作者|回帖|跟帖|发表于|回复本楼|倒序看帖|最后回复")
FORUM_REPLIES = 3
_PUNCTUATION = re.compile(r"[\W_]+")

DISAGREE = 0.4
UNSURE = 0.8
# A body that leaves out all that stands behind the title is the next article, of a short one.
ASTRAY = 0.4
# A run of lines ends with its last sentence, where a block holds the signature and the table too.
BONUS = {"named": 0.15, "stretch": -0.05, "titled": -0.05}
LEAD = 25
# trafilatura's time grows faster than the page: it is left out above.
MOST_LINES = 20_000
MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Body:
    """An article's lines; `agreement` is 1 where all methods name them, else what they share.

    `candidates` holds every method's lines where they disagree, `left_out` why a method had no say.
    """

    lines: list[str]
    agreement: float
    candidates: Mapping[str, list[str]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def find_body(
    tree: HtmlElement, page: PageLines, title: str, links: frozenset[str], *, forum: bool
) -> Body:
    """Find the lines of a page's article; in a `forum` the replies belong to it.

    Method: several candidates, and a vote. trafilatura is asked where they do not agree, which is
    on one page of thirty: it takes half of the time, and elsewhere it changes nothing. The tree
    then loses its side blocks.
    """
    small = len(page.lines) <= MOST_LINES and page.sizes[-1] <= MOST_CHARACTERS
    if forum and small:
        return Body(_trafilatura(tree, comments=True), 1.0)
    bodies = {
        "descent": descent(page),
        "scored": scored(page),
        "stretch": stretch(page),
        "named": named_body(page),
        "titled": titled(page, title),
    }
    theirs: list[str] = []
    left_out: dict[str, str] = {}
    name, agreement = vote(bodies, page, BONUS)
    astray = bool(name and bodies["titled"]) and set(bodies["titled"]).isdisjoint(bodies[name])
    if agreement < UNSURE or astray:
        if small:
            theirs = _trafilatura(_without_side_blocks(tree, page))
            bodies["trafilatura"] = numbers_of(theirs, page)
            name, agreement = vote(bodies, page, BONUS)
        else:
            left_out["trafilatura"] = f"{len(page.lines)} lines, {page.sizes[-1]} characters"
    if not name:
        return Body(theirs, 0.0, left_out=left_out)
    lines = theirs
    if name != "trafilatura":
        lines = lines_of([*_lead(bodies, name, page), *bodies[name]], page)
    if astray:
        agreement = min(agreement, ASTRAY)
    if agreement > DISAGREE:
        return Body(lines, agreement, left_out=left_out)
    candidates = {n: lines_of(numbers, page) for n, numbers in bodies.items()}
    return Body(lines, agreement, candidates, left_out)


def _without_side_blocks(tree: HtmlElement, page: PageLines) -> HtmlElement:
    for block in page.apart_blocks():
        if block.element is not None:
            block.element.drop_tree()
    return tree


def _lead(bodies: Mapping[str, Sequence[int]], winner: str, page: PageLines) -> list[int]:
    """Give the paragraphs that adjoin the winner, from the title on.

    A lead stands in a block of its own.
    """
    both = frozenset(bodies["titled"]).intersection(bodies["stretch"])
    first = bodies[winner][0]
    return sorted(i for i in both if i < first and page.prose[i] >= LEAD)


def lines_of(numbers: Sequence[int], page: PageLines) -> list[str]:
    """Give the text of lines by their numbers."""
    return split_lines("\n".join(page.lines[i].text for i in numbers))


def numbers_of(texts: Sequence[str], page: PageLines) -> list[int]:
    """Find the page's lines that a text holds."""
    keys = [_key(text) for text in texts]
    whole, known = "\n".join(keys), frozenset(keys)
    return [
        i
        for i, line in enumerate(page.lines)
        if (key := _key(line.text)) and (key in known or (page.prose[i] and key in whole))
    ]


def _key(text: str) -> str:
    return _PUNCTUATION.sub("", text)


def _trafilatura(tree: HtmlElement, *, comments: bool = False) -> list[str]:
    import trafilatura

    text = trafilatura.extract(
        tree, deduplicate=False, include_comments=comments, include_tables=True, fast=not comments
    )
    return split_lines(text or "")


def is_forum(url: str, page: PageLines) -> bool:
    """Tell a thread or a question with its answers by its address or its floors."""
    parts = urlsplit(url)
    if FORUM_HOST.search(parts.hostname or "") or FORUM_PATH.search(parts.path):
        return True
    return sum(bool(FORUM_WORDS.search(line.text)) for line in page.lines) >= FORUM_REPLIES
