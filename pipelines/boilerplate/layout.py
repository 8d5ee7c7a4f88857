"""Reads a page by what is known of its site, or says that it is of another shape."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.boilerplate.apart import set_readers_apart
from pipelines.boilerplate.lines import key_of
from pipelines.boilerplate.observe import STOP, print_of
from pipelines.boilerplate.page import ATTACHED, PageLines, is_sentence, read_lines, texts_of
from pipelines.boilerplate.shape import MOST, Children, Paths, keys_of
from pipelines.boilerplate.template import Layout, Template

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# A page whose text repeats more of its lines than this is a form that is filled in.
FORM = 1 / 3
LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Located:
    """A page's article by a layout: its lines, those before and behind it, the title as shown."""

    layout: int
    article: PageLines
    paths: Paths
    before: list[str]
    behind: list[str]
    heading: str


def locate(tree: HtmlElement, html: str, template: Template) -> Located | None:
    """Find the article where a template says; None where the page is of another shape.

    A page that holds many more full stops outside its article than others is: it has grown a part
    that nobody has seen.
    """
    children = Children()
    for number, layout in enumerate(template.layouts):
        content = layout.content.locate(tree, children)
        if content is None:
            continue
        heading = ""
        if layout.title is not None:
            heading = _heading(layout.title.locate(tree, children), tree)
            if not 0 < len(heading) <= LONGEST_TITLE:
                continue
        article = read_lines(content)
        set_readers_apart(article)
        text = "".join(line.text for line in article.lines)
        listed = sum(line.is_link for line in article.lines) > MOST * len(article.lines)
        if listed or not text or html.count(STOP) - text.count(STOP) > layout.stops:
            continue
        paths = Paths(content, layout.content.keys)
        before, behind = _facts(tree, content, layout, children)
        return Located(number, article, paths, before, behind, heading)
    return None


def _heading(element: HtmlElement | None, tree: HtmlElement) -> str:
    """Give the line of a title's block that the page's <title> says, else the first."""
    lines = texts_of(element) if element is not None else []
    if len(lines) > 1:
        whole = key_of(tree.findtext(".//title") or "")
        lines = [line for line in lines if (key := key_of(line)) and key in whole] + lines
    return lines[0] if lines else ""


def _facts(
    tree: HtmlElement, content: HtmlElement, layout: Layout, children: Children
) -> tuple[list[str], list[str]]:
    before: list[str] = []
    behind: list[str] = []
    way = [content, *content.iterancestors()]
    for address in layout.facts:
        element = address.locate(tree, children)
        if element is None or content in element.iterancestors():
            continue
        lines = texts_of(element)
        (before if _precedes(element, way) else behind).extend(lines)
    return before, behind


def _precedes(element: HtmlElement, way: Sequence[HtmlElement]) -> bool:
    below: HtmlElement = element
    for above in element.iterancestors():
        if above in way:
            place = way.index(above)
            return place == 0 or above.index(below) < above.index(way[place - 1])
        below = above
    return False


def site_lines(located: Located, template: Template) -> tuple[frozenset[str], frozenset[str]]:
    """Give the lines of furniture in an article's block, and those that repeat on its site.

    What stands in a block of furniture goes; where the block has no name, only at the edges of the
    article, for other blocks may look like it.
    """
    layout = template.layouts[located.layout]
    furniture: set[str] = set()
    doubtful: set[str] = set()
    article = located.article
    ways = [located.paths.of(owner) for owner in article.owners]
    uses = {way: layout.use_of(keys_of(way)) for way in set(ways)}
    depth = len(layout.content.steps)
    for number, (line, way) in enumerate(zip(article.lines, ways, strict=True)):
        use = uses[way]
        if number in article.hidden:
            furniture.add(line.text)
        if use == "text":
            continue
        named = any("." in key or "#" in key for key in keys_of(way)[depth:])
        (furniture if named or use == "list" or line.is_link else doubtful).add(line.text)
    links = frozenset(line.text for line in article.lines if line.is_link)
    rest = [line.text for line in article.lines if line.text not in furniture]
    return frozenset(furniture), repeated_lines(rest, template, links, doubtful)


def repeated_lines(
    lines: Sequence[str],
    template: Template,
    links: Set[str],
    doubtful: Set[str] = frozenset(),
) -> frozenset[str]:
    """Give those lines of an article that repeat on its site.

    Before its first and behind its last own line these are all that is `doubtful`, too, and all
    links but attachments and sentences. The headings of a form and of a table's columns repeat,
    and belong to it.
    """
    repeats = [
        not line.startswith("| ") and _repeats(print_of(line), line in links, template)
        for line in lines
    ]
    apart = [
        line in doubtful or (line in links and not is_sentence(line) and not ATTACHED.search(line))
        for line in lines
    ]
    own = [i for i in range(len(lines)) if not (repeats[i] or apart[i])]
    if not own:
        return frozenset()
    inner = range(own[0], own[-1] + 1)
    form = sum(repeats[i] and not apart[i] for i in inner) > FORM * len(inner)
    return frozenset(
        line
        for i, line in enumerate(lines)
        if (repeats[i] and (apart[i] or not form) if i in inner else repeats[i] or apart[i])
    )


def _repeats(print_: int, linked: bool, template: Template) -> bool:
    return print_ in template.lines or (linked and print_ in template.titles)
