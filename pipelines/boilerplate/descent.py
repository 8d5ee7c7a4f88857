"""The block that holds most of a page's paragraphs: a second opinion beside trafilatura's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.boilerplate.lines import is_prose

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST = 0.55


def main_block(tree: HtmlElement) -> HtmlElement:
    """Descend to the deepest element that still holds most of its parent's paragraphs.

    Teasers cut off in mid-sentence do not count, nor does the text of links. A single paragraph is
    never the answer: it has siblings that count too.
    """
    weights = _weights(tree)
    node = tree
    while True:
        counted = [child for child in node if weights.get(child)]
        if not counted:
            return node
        heaviest = max(counted, key=weights.__getitem__)
        one_paragraph = len(counted) > 1 and not any(weights.get(c) for c in heaviest)
        if weights[heaviest] < MOST * weights[node] or (one_paragraph and not _own_lines(heaviest)):
            return node
        node = heaviest


def _own_lines(element: HtmlElement) -> bool:
    """Tell whether an element holds several lines of text itself, divided by <br>."""
    return sum(is_prose((child.tail or "").strip()) for child in element) > 0


def _weights(tree: HtmlElement) -> dict[HtmlElement, int]:
    weights: dict[HtmlElement, int] = {}
    for element in reversed(list(tree.iter())):
        if not isinstance(element.tag, str) or element.tag == "a":
            continue
        total = _prose(element.text)
        for child in element:
            total += weights.get(child, 0) + _prose(child.tail)
        weights[element] = total
    return weights


def _prose(text: str | None) -> int:
    line = text.strip() if text else ""
    return len(line) if is_prose(line) else 0
