"""Labels and values in the rows and columns of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from pipelines.boilerplate.notices.labels import Entry, cells_of, field_of, labelled
from pipelines.boilerplate.notices.rules import Field

LEAST_COLUMNS, MOST_COLUMNS, LONGEST_CELL = 3, 12, 60
_GRID_COLUMNS = frozenset({"supplier", "award", "bidder", "number", "project", "budget"})
_VALUE = re.compile(r"\d{4}\s*[-年/.]\s*\d|\d{5}")
_RANK = re.compile(r"第[一二三四五](?:名|候选人|中标候选人|成交候选人)")


def rows_from(lines: Sequence[str], index: int) -> list[list[str]]:
    """Give the rows of the table that begins at a line; none where none does."""
    rows: list[list[str]] = []
    for line in lines[index:]:
        cells = cells_of(line)
        if not cells:
            break
        rows.append(cells)
    return rows


def grid_from(lines: Sequence[str], index: int) -> list[list[str]]:
    """Give the rows of a table made of blocks, of which a page leaves a line a cell."""
    header = list(
        takewhile(field_of, (line.strip() for line in lines[index : index + MOST_COLUMNS]))
    )
    fields = [field_of(label) for label in header]
    if len(header) < LEAST_COLUMNS or not _GRID_COLUMNS & set(fields):
        return []
    width = len(header)
    rows = [header]
    for start in range(index + width, len(lines) - width + 1, width):
        row = [line.strip() for line in lines[start : start + width]]
        if not all(map(_is_cell, row)) or not all(map(_suits, fields, row)):
            break
        rows.append(row)
    return rows if len(rows) > 1 else []


def _is_cell(line: str) -> bool:
    return len(line) <= LONGEST_CELL and field_of(line) is None and not re.search("[。：:|]", line)


def _suits(field: Field | None, cell: str) -> bool:
    """Tell whether a cell may stand in the column of an amount."""
    return field not in ("award", "price") or bool(re.search(r"\d|^\W*$|标|[万仟佰拾]", cell))


def table_entries(rows: Sequence[list[str]], first: int) -> Iterator[Entry]:
    """Give the labelled values of a table whose first row is line `first`."""
    header: list[str] = []
    lower = -1
    for number, cells in enumerate(rows):
        line = first + number
        following = rows[number + 1] if number + 1 < len(rows) else []
        if number == lower:
            continue
        if joined := _two_storied(rows[number : number + 3]):
            header, lower = joined, number + 1
        elif sum(bool(_RANK.fullmatch(cell)) for cell in cells) > 1:
            header = []  # | 中标候选人 | 第一名 | 第二名 |: its firms stand in columns
        elif _is_header(cells, following):
            # below | 序号 | 内容 | 说明 | stand labels and values
            header = cells if any(field_of(cell) not in (None, "other") for cell in cells) else []
        elif header and (full := _fitted(cells, header)):
            yield from _column_entries(header, full, line)
        else:
            pairs = list(_pairs(cells, first, line))
            if pairs:
                header = []
            yield from pairs


def _two_storied(rows: Sequence[list[str]]) -> list[str]:
    """Join | 包号 | 中标信息 | and, below its last cell, | 中标供应商 | 中标金额 |."""
    if len(rows) < 3:
        return []
    upper, lower, below = rows
    spans = len(upper) - 1 + len(lower) == len(below) and len(lower) > 1
    if not spans or any(field_of(cell) is None for cell in lower):
        return []
    unknown = [i for i, cell in enumerate(upper) if field_of(cell) in (None, "award", "supplier")]
    at = unknown[-1] if unknown else len(upper) - 1
    return [*upper[:at], *lower, *upper[at + 1 :]]


def _is_header(cells: Sequence[str], following: Sequence[str]) -> bool:
    """Tell a row of labels from a row of a label and its value."""
    known = [field_of(cell) is not None for cell in cells]
    if len(cells) < 2 or not any(known) or not _fits(following, cells):
        return False
    if any(map(_VALUE.search, cells)):
        return False
    if any(a and b for a, b in pairwise(known)):
        # | 采购人 | 招标单位 | would be a label and a value that reads like one
        return sum(known) > 2 or len(cells) == 2 or sum(known) * 2 >= len(cells)
    return len(cells) >= 3 and sum(known) * 2 >= len(cells) and not known[0]


def _fits(row: Sequence[str], header: Sequence[str]) -> bool:
    return len(row) in (len(header), len(header) - 1) and not all(field_of(c) for c in row if c)


def _fitted(cells: list[str], header: Sequence[str]) -> list[str] | None:
    """Give a row its header's length: a lot's cell that spans rows stands in the first only."""
    if len(cells) == len(header):
        return cells
    if len(cells) == len(header) - 1 and field_of(header[0]) in ("lot", "other"):
        return ["", *cells]
    return None


def _column_entries(header: Sequence[str], cells: Sequence[str], line: int) -> Iterator[Entry]:
    pairs = [(field_of(label), label, cell) for label, cell in zip(header, cells, strict=True)]
    lot = next((cell for field, _, cell in pairs if field == "lot" and cell), "")
    for field, label, cell in pairs:
        if field and cell:
            yield Entry(field, label, cell, line, lot=lot, row=(line, 0))


def _pairs(cells: Sequence[str], table: int, line: int) -> Iterator[Entry]:
    """Read | label | value | label | value |, or a label and the values of several columns."""
    filled = [cell for cell in cells if cell]
    if filled and (field := field_of(filled[0])) and len(filled) > 2:
        values = filled[1:]
        if not any(field_of(value) for value in values):
            for column, value in enumerate(values):
                yield Entry(field, filled[0], value, line, row=(table, column + 1))
            return
    waiting: tuple[Field, str] | None = None
    for cell in cells:
        field = field_of(cell)
        if waiting and cell and field is None:
            inner = list(labelled(cell, line))
            yield Entry(waiting[0], waiting[1], cell, line)
            yield from (entry for entry in inner if entry.value)
            waiting = None
        elif field:
            waiting = (field, cell)
        elif cell:
            yield from labelled(cell, line)
