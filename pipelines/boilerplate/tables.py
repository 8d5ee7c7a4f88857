"""Tables that lay out a page, as sites of the 2000s used them, told from tables that hold data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CELL_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})
INNER_BLOCKS = ("p", "div", "ul", "ol", "h1", "h2", "h3", "form", "hr", "br")
LONG_CELL = 300


def unwrap_layout_tables(tree: HtmlElement) -> None:
    """Turn layout tables into divs, in place: extractors would print their cells as table rows."""
    for table in [table for table in tree.iter("table") if _is_layout(table)]:
        for element in [e for e in table.iter(*CELL_PARTS) if _owner(e) is table]:
            element.tag = "div"


def _owner(element: HtmlElement) -> HtmlElement | None:
    if element.tag == "table":
        return element
    return next(element.iterancestors("table"), None)


def _is_layout(table: HtmlElement) -> bool:
    """A table lays out when it holds another, or one cell a row, or a long cell of blocks."""
    if next(table.iterdescendants("table"), None) is not None:
        return True
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    if all(len(row) <= 1 for row in rows):
        return True
    cells = [cell for row in rows for cell in row]
    return any(
        cell.find(f".//{tag}") is not None and len("".join(cell.itertext())) >= LONG_CELL
        for cell in cells
        for tag in INNER_BLOCKS
    )
