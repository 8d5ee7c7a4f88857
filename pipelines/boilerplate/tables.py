"""Tables that lay out a page, as sites of the 2000s used them, told from tables that hold data."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CELL_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})
INNER_BLOCKS = ("p", "div", "ul", "ol", "h1", "h2", "h3", "form", "hr", "br")
LONG_CELL = 300


def unwrap_layout_tables(tree: HtmlElement) -> None:
    """Turn layout tables into divs, in place: extractors would print their cells as table rows."""
    parts, outer = _tables_of(tree)
    for table, elements in parts.items():
        if table in outer or _is_layout(elements):
            for element in elements:
                element.tag = "div"


def _tables_of(
    tree: HtmlElement,
) -> tuple[dict[HtmlElement, list[HtmlElement]], set[HtmlElement]]:
    """Give each table with its own parts, and the tables that hold another.

    One walk: a table's descendants are not looked through again for each table around it.
    """
    owners: dict[HtmlElement, HtmlElement] = {}
    parts: defaultdict[HtmlElement, list[HtmlElement]] = defaultdict(list)
    outer: set[HtmlElement] = set()
    for element in tree.iter(*CELL_PARTS):
        parent = element.getparent()
        while parent is not None and parent not in owners:
            parent = parent.getparent()
        around = None if parent is None else owners[parent]
        if element.tag == "table":
            owners[element] = element
            if around is not None:
                outer.add(around)
        elif around is not None:
            owners[element] = around
        else:
            continue  # a cell without a table
        parts[owners[element]].append(element)
    return parts, outer


def _is_layout(parts: list[HtmlElement]) -> bool:
    """A table lays out when it holds a long cell of blocks, or has no columns.

    Columns are two rows of two filled cells: spacers and menus of one row have none.
    """
    rows = [
        ["".join(cell.itertext()) for cell in row if cell.tag in ("td", "th")]
        for row in parts
        if row.tag == "tr"
    ]
    if sum(sum(bool(text.strip()) for text in row) >= 2 for row in rows) < 2:
        return True
    return any(
        len("".join(cell.itertext())) >= LONG_CELL
        and next(cell.iterdescendants(*INNER_BLOCKS), None) is not None
        for cell in parts
        if cell.tag in ("td", "th")
    )
