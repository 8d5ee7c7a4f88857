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
    """A table lays out when it holds another or a long cell of blocks, or has no columns.

    Columns are two rows of two filled cells: spacers and menus of one row have none.
    """
    if next(table.iterdescendants("table"), None) is not None:
        return True
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    filled = [sum(bool("".join(cell.itertext()).strip()) for cell in row) for row in rows]
    if sum(count >= 2 for count in filled) < 2:
        return True
    cells = [cell for row in rows for cell in row]
    return any(
        cell.find(f".//{tag}") is not None and len("".join(cell.itertext())) >= LONG_CELL
        for cell in cells
        for tag in INNER_BLOCKS
    )
