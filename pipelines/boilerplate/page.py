"""A page as its visible lines: what links hold of each, and which blocks they stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from pipelines.boilerplate.apart import TAGS, is_apart, set_apart

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BLOCKS = frozenset(
    {"html", "body", "p", "div", "br", "hr", "pre", "center", "blockquote", "section", "article"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "nav", "aside", "main", "form"}
    | {"ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}
    | {"figure", "figcaption", "fieldset", "legend", "option", "marquee"}
)
UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "select", "textarea", "head", "iframe", "title"}
)
# Verse ends its lines in commas, encyclopaedias in [3], novels in the count of the readers' notes
# on a line; a single … ends a teaser, not a sentence.
ENDING = re.compile(
    r"([。！？!?；;：:，,”\"」』)）]|(?<!\.)\.|……|[。！？”]\d{1,4})(\s*\[[\d-]+\])*$"
)
CELLS = frozenset({"td", "th"})
VOID = frozenset({"br", "hr"})
# Links that belong to an article.
ATTACHED = re.compile(r"^附件|\.(docx?|wps|pdf|xlsx?|et|pptx?|zip|rar|7z|ofd)\b", re.I)
# On the development pages .7 to .8 do equally well; lower, the descent enters single paragraphs.
MOST = 0.75
HEADLINE = 8
MOST_LINES = 50_000
POOR = 0.1
LONGEST_ROW = 200
ALMOST = 0.7
DIVIDER = re.compile(r"[，。；！？、：,;!?:]")
SENTENCE = re.compile(r"[，。；！？,;!?]")


def is_sentence(text: str) -> bool:
    """Tell a line that is divided and ends as sentences are and do."""
    return bool(SENTENCE.search(text) and ENDING.search(text))


@dataclass(frozen=True, slots=True)
class Line:
    """A visible line; `linked` of its characters stand in links."""

    text: str
    linked: int = 0

    @property
    def is_link(self) -> bool:
        """Tell whether links hold most of the line."""
        return 2 * self.linked > len(self.text)

    @property
    def unlinked(self) -> int:
        """Count the characters outside links, none in a line that is a link."""
        return 0 if self.is_link else len(self.text) - self.linked

    @property
    def is_row(self) -> bool:
        """Tell a row of a table that holds data: of no more than a row's length, without links."""
        return self.text.startswith("| ") and not self.linked and len(self.text) <= LONGEST_ROW

    @property
    def prose(self) -> int:
        """Count the characters outside links of a line that ends as sentences end, else 0."""
        return self.unlinked if is_sentence(self.text) else 0


@dataclass(slots=True)
class Block:
    """A block element's lines, `start` to `end`; `name` is its class and id.

    What stands `apart` from any body (a footer, comments) counts as no `prose`; what `others`
    wrote stands apart however long it is. One that `asks` holds a box to write in.
    """

    start: int
    end: int = 0
    name: str = ""
    apart: bool = False
    others: bool = False
    asks: bool = False
    prose: int = 0
    children: list[Block] = field(default_factory=list)
    element: HtmlElement | None = None


@dataclass(frozen=True)
class PageLines:
    """The visible lines of a page, the element that each stands in, and the tree of its blocks."""

    lines: Sequence[Line]
    root: Block
    owners: Sequence[HtmlElement] = ()

    @cached_property
    def prose(self) -> list[int]:
        """Give the prose of each line, none for teasers; its text where there is next to no prose.

        A poem and a programme have no sentences; a table's rows stand for them.
        """
        prose = [line.prose or (len(line.text) if line.is_row else 0) for line in self.lines]
        texts = [min(x.unlinked, LONGEST_ROW) for x in self.lines]  # not a line of keywords
        counts = prose if sum(prose) >= POOR * sum(texts) else texts
        return [0 if _is_teaser(self.lines, i) else count for i, count in enumerate(counts)]

    @cached_property
    def sizes(self) -> list[int]:
        """Give the characters before each line, and at the end of all."""
        return list(accumulate((len(line.text) for line in self.lines), initial=0))

    @cached_property
    def linked(self) -> list[int]:
        """Give the linked characters before each line, and those of all at the end."""
        return list(accumulate((line.linked for line in self.lines), initial=0))

    @cached_property
    def hidden(self) -> frozenset[int]:
        """Give the numbers of all lines that stand apart."""
        return frozenset(self._hidden(self.root))

    @cached_property
    def by_readers(self) -> frozenset[int]:
        """Give the numbers of the lines that readers wrote, by their looks, not their names."""
        blocks = [block for block in self.apart_blocks() if block.others]
        return frozenset(i for block in blocks for i in range(block.start, block.end))

    def main_block(self) -> Block:
        """Descend from the root while one block below still holds most of the prose.

        Method: punctuation descent. What stands apart, and what is linked, is no prose.
        """
        block = self.root
        while block.children:
            best = max(block.children, key=lambda child: child.prose)
            if best.prose <= MOST * block.prose:
                break
            block = best
        return block

    def own_lines(self, block: Block) -> list[Line]:
        """Give a block's lines without those of the blocks that stand apart inside it."""
        return [self.lines[i] for i in self.own_numbers(block)]

    def own_numbers(self, block: Block) -> list[int]:
        """Give the numbers of a block's own lines."""
        hidden = self._hidden(block)
        return [i for i in range(block.start, block.end) if i not in hidden]

    def behind(self, title: str) -> list[Line]:
        """Give the lines outside links between the page's title and the next linked headline."""
        return [self.lines[i] for i in self.behind_numbers(title)]

    def behind_numbers(self, title: str) -> list[int]:
        """Give the numbers of the lines behind a title."""
        place = self.place_of(title)
        return [] if place is None else self._until_headline(place + 1)

    def from_line(self, number: int) -> list[Line]:
        """Give the lines outside links from one on to the next linked headline."""
        return [self.lines[i] for i in self._until_headline(number)]

    def _until_headline(self, start: int) -> list[int]:
        numbers: list[int] = []
        for index in range(start, len(self.lines)):
            if self.lines[index].linked >= HEADLINE:
                break
            if not self.lines[index].is_link:
                numbers.append(index)
        return numbers

    def place_of(self, title: str) -> int | None:
        """Find the line that is the page's title, or all but some of it; None where none is."""
        if len(title) < HEADLINE:
            return None
        near = None
        for index, line in enumerate(self.lines):
            if line.is_link:
                continue
            if line.text == title:
                return index
            shorter, longer = sorted((line.text, title), key=len)
            if near is None and len(shorter) >= ALMOST * len(longer) and shorter in longer:
                near = index
        return near

    def apart_lines(self) -> list[str]:
        """Give the lines of all blocks that stand apart."""
        return [self.lines[i].text for i in sorted(self.hidden)]

    def _hidden(self, block: Block) -> set[int]:
        return {i for node in self.apart_blocks(block) for i in range(node.start, node.end)}

    def apart_blocks(self, block: Block | None = None) -> list[Block]:
        """Give the outermost blocks that stand apart inside a block, by default the root."""
        found: list[Block] = []
        waiting = list((block or self.root).children)
        while waiting:
            node = waiting.pop()
            if node.apart:
                found.append(node)
            else:
                waiting += node.children
        return found


def _is_teaser(lines: Sequence[Line], index: int) -> bool:
    """Tell a line that stands alone between two linked headlines."""
    beside = [*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]]
    return len(beside) == 2 and all(x.is_link and len(x.text) >= HEADLINE for x in beside)


def read_page(tree: HtmlElement) -> PageLines:
    """Give the visible lines of a page, its blocks, and which of these stand apart."""
    page = read_lines(tree)
    set_apart(page)
    return page


def texts_of(element: HtmlElement) -> list[str]:
    """Give the visible lines of a small part of a page; most are one line without blocks."""
    if next(element.iterdescendants(*BLOCKS, *UNSEEN), None) is None:
        line = " ".join("".join(element.itertext()).split())
        return [line] if line else []
    return [line.text for line in read_lines(element).lines]


def read_lines(tree: HtmlElement) -> PageLines:
    """Give the visible lines of a page or a part of it, one a block or table row, and its blocks.

    No more than `MOST_LINES`: what follows is not read.
    """
    from lxml import etree

    reader = _Reader(tree)
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            reader.open(element)
        else:
            reader.close(element, within=element is not tree)
        if len(reader.lines) >= MOST_LINES:
            break
    reader.finish()
    return PageLines(tuple(reader.lines), reader.root, reader.owners)


class _Reader:
    """The state of one walk over a page."""

    def __init__(self, root: HtmlElement) -> None:
        self.lines: list[Line] = []
        self.root = Block(0, element=root)
        self.open_blocks = [self.root]
        self.owners: list[HtmlElement] = []
        self.words: list[str] = []
        self.linked = self.in_link = self.unseen = self.in_row = 0

    def open(self, element: HtmlElement) -> None:
        tag = element.tag
        if self.in_row and tag in CELLS:
            self.words.append(" | ")
        elif tag in BLOCKS and not self.in_row:
            self.end_line()
            if tag not in VOID:
                name = f"{element.get('class', '')} {element.get('id', '')}"
                apart = tag in TAGS or (tag != "body" and is_apart(name))
                block = Block(len(self.lines), name=name, apart=apart, element=element)
                self.open_blocks[-1].children.append(block)
                self.open_blocks.append(block)
        elif tag in BLOCKS:
            self.words.append(" ")
        if tag == "textarea":
            self.open_blocks[-1].asks = True
        if tag == "h1":  # class="has-nav-bar" around the whole page
            for block in self.open_blocks:
                block.apart = False
        self.in_row += tag == "tr"
        self.unseen += tag in UNSEEN
        self.in_link += tag == "a"
        self.add(element.text)

    def close(self, element: HtmlElement, *, within: bool) -> None:
        tag = element.tag
        self.in_row -= tag == "tr"
        self.unseen -= tag in UNSEEN
        self.in_link -= tag == "a"
        if tag in BLOCKS and not self.in_row:
            self.end_line()
            if tag not in VOID:
                self.open_blocks.pop().end = len(self.lines)
        if within:
            self.add(element.tail)

    def add(self, text: str | None) -> None:
        if text and not self.unseen:
            self.words.append(text)
            if self.in_link:
                self.linked += len("".join(text.split()))

    def finish(self) -> None:
        """End the last line and the blocks that are still open."""
        self.end_line()
        for block in self.open_blocks:
            block.end = len(self.lines)

    def end_line(self) -> None:
        if self.words:
            text = " ".join("".join(self.words).split())
            if text.startswith("| "):
                text = f"{text} |" if " | " in text[1:] else text[2:]
            if text.strip("| "):
                self.lines.append(Line(text, min(self.linked, len(text))))
                self.owners.append(self.open_blocks[-1].element)
            self.words.clear()
        self.linked = 0
