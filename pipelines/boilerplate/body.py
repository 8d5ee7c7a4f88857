"""Which lines of a page are its article: trafilatura's choice and the main block's, compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.boilerplate.lines import is_prose, key_of, split_lines
from pipelines.boilerplate.page import PageLines, is_sentence

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Where the replies are what the page is about; each with an address that it stands for.
FORUM_HOST = re.compile(r"(^|\.)(bbs|forum|club|tieba|discuss|ask|zhidao|community)\.")
FORUM_PATH = re.compile(
    r"/(threads?|topics?|questions?|forum|viewthread|showthread|comments|d)([-/.]|$)"
)
FORUM_WORDS = re.compile(r"楼主|只看该作者|回帖|跟帖|发表于|回复本楼|倒序看帖|最后回复")
FORUM_REPLIES = 3

SHARED = 0.7
SURPLUS = 1.2
MISSED = 100


@dataclass(frozen=True, slots=True)
class Body:
    """An article's lines; `agreement` is 1 where both methods name them, else what they share."""

    lines: list[str]
    agreement: float


def find_body(
    tree: HtmlElement, page: PageLines, title: str, links: frozenset[str], *, forum: bool
) -> Body:
    """Find the lines of a page's article; in a `forum` the replies belong to it.

    Method: trafilatura, and a punctuation descent beside it; where they share their prose the
    block of the descent is taken, which holds no teasers and loses no short line.
    """
    import trafilatura

    text = trafilatura.extract(tree, deduplicate=False, include_comments=forum, include_tables=True)
    theirs = split_lines(text or "")
    if forum:
        return Body(theirs, 1.0)
    main = page.main_block()
    if not main.prose and (fields := [line.text for line in page.behind(title)]):
        return Body(fields, 0.0)  # a notice that is all table, of which trafilatura drops much
    block = split_lines("\n".join(line.text for line in page.own_lines(main)))
    share = main.prose / page.root.prose if main.prose else 0.0
    return choose(theirs, block, share, links, page.apart_lines())


def choose(
    theirs: list[str],
    block: list[str],
    share: float,
    links: frozenset[str] = frozenset(),
    apart: Sequence[str] = (),
) -> Body:
    """Choose between trafilatura's lines and the main block's.

    `share` is the block's of the page's prose. `links` are no prose, nor are lines `apart`, in
    blocks whose name says comments or the like.
    """
    all_theirs, all_block, all_apart = ("".join(map(key_of, x)) for x in (theirs, block, apart))
    own = [line for line in theirs if key_of(line) not in all_apart]
    prose_theirs, both = _prose(own, all_block, links)
    prose_block, both_block = _prose(block, all_theirs, links)
    if share >= SHARED and prose_block >= MISSED and prose_block > 2 * prose_theirs and not both:
        return Body(block, 0.0)
    if not prose_block or not prose_theirs:
        return Body(theirs, 0.0)
    agreement = round(min(1.0, 2 * both / (prose_theirs + prose_block)), 3)
    if both >= SHARED * prose_theirs:
        if prose_block > SURPLUS * prose_theirs:
            block = _around(block, all_theirs, links)
        return Body(_opening(own, all_block, links) + block, 1.0)
    if both_block >= SHARED * prose_block and share >= SHARED:
        return Body(block, agreement)
    return Body(theirs, agreement)


def _opening(theirs: Sequence[str], block: str, links: frozenset[str]) -> list[str]:
    """Give the paragraphs that trafilatura has before the block: a lead in a block of its own."""
    found: list[str] = []
    for line in theirs:
        if is_sentence(line) and key_of(line) in block:
            return found
        if _is_paragraph(line, links):
            found.append(line)
    return []


def _around(block: list[str], others: str, links: frozenset[str]) -> list[str]:
    """Clip a block to the lines shared with the other text and the paragraphs that adjoin them.

    A block may hold more than the article, before it and behind it.
    """
    shared = [i for i, line in enumerate(block) if is_sentence(line) and key_of(line) in others]
    if not shared:
        return block
    first, last = shared[0], shared[-1]
    while first and _is_paragraph(block[first - 1], links):
        first -= 1
    while last + 1 < len(block) and _is_paragraph(block[last + 1], links):
        last += 1
    return block[first : last + 1]


def _is_paragraph(line: str, links: frozenset[str]) -> bool:
    return is_prose(line) and line not in links


def _prose(lines: Sequence[str], others: str, links: frozenset[str]) -> tuple[int, int]:
    """Count the characters of a text's sentences, and of those that the other text holds too."""
    sentences = [line for line in lines if is_sentence(line) and line not in links]
    shared = sum(len(line) for line in sentences if key_of(line) in others)
    return sum(map(len, sentences)), shared


def is_forum(url: str, page: PageLines) -> bool:
    """Tell a thread or a question with its answers by its address or its floors."""
    parts = urlsplit(url)
    if FORUM_HOST.search(parts.hostname or "") or FORUM_PATH.search(parts.path):
        return True
    return sum(bool(FORUM_WORDS.search(line.text)) for line in page.lines) >= FORUM_REPLIES
