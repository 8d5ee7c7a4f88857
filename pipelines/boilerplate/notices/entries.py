"""The labelled values of a notice: 项目名称：…, table cells, a label over its value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.labels import (
    LEADING,
    SPLIT,
    Entry,
    cells_of,
    field_of,
    labelled,
    lot_of,
)
from pipelines.boilerplate.notices.signs import LOT, SECTIONS, Section
from pipelines.boilerplate.notices.tables import grid_from, rows_from, table_entries

_HEADING = re.compile(
    r"^\s*[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2}(?:\.\d{1,2})*)(?:[).、,.]|\s)\s*(?![\d万亿元千百])"
)

_FIRM_LINE = re.compile(
    r"^[^,。:;|]{2,40}(?:公司|厂|店|院|所|中心|商行|经营部|集团)(?:\([^()]*\))?[;。]?$"
)


def entries_of(lines: Sequence[str]) -> list[Entry]:
    """Give the labelled values of a notice's lines in order."""
    return list(_entries(lines))


def _entries(lines: Sequence[str]) -> Iterator[Entry]:
    section: Section = ""
    lot = ""
    index = 0
    while index < len(lines):
        rows = rows_from(lines, index) or grid_from(lines, index)
        if rows:
            for entry in table_entries(rows, index):
                yield replace(entry, section=section, lot=entry.lot or lot)
            index += len(rows) if cells_of(lines[index]) else sum(map(len, rows))
            continue
        line = lines[index]
        heading = _heading(line)
        if heading is not None:
            section = heading
        lot = lot_of(LEADING.sub("", level(line))) or ("" if heading is not None else lot)
        read = index
        for entry in labelled(line, index):
            own_lot = re.search(LOT, level(entry.label))
            if own_lot and entry.field != "lot":
                lot = "".join(own_lot[0].split())
            full = entry if entry.value else replace(entry, value=_below(lines, index))
            if entry.field in ("budget", "ceiling", "award") and lot_of(full.value):
                more = _lots_below(lines, index + (not entry.value) + 1)
                full = replace(full, value="；".join([full.value, *more]))
                read += (not entry.value) + len(more)
            if entry.field == "supplier" and not entry.value and _is_firm_line(full.value):
                more = _firms_below(lines, index + 2)
                full = replace(full, value="；".join([full.value, *more]))
                read += 1 + len(more)
            yield replace(full, section=section, lot=lot)
        index = read + 1


def _heading(line: str) -> Section | None:
    """Name the section that a heading opens; None for a line that is no heading."""
    flat = level(line)
    head = SPLIT.split(flat, maxsplit=1)[0] if SPLIT.search(flat) else flat
    numbered = bool(_HEADING.match(flat))
    if not head.strip():
        if not flat.rstrip().endswith(":"):
            return None
        head = flat
    if len(head) > 40 or re.search(r"[,。;]", head[4:]) or (not numbered and len(head) > 16):
        return None
    for section, pattern, _ in SECTIONS:
        if pattern.search(head):
            return section
    return "other" if numbered else None


def _below(lines: Sequence[str], index: int) -> str:
    """Give the value that stands on the line below its label."""
    if index + 1 >= len(lines) or cells_of(lines[index + 1]):
        return ""
    below = lines[index + 1].strip()
    if re.fullmatch(rf"[(]?{LOT}[)]?:?", level(below)):
        return ""
    first = SPLIT.match(level(below))
    labelled = first and not re.fullmatch(LOT, first["label"].strip())
    if labelled and first and field_of(first["label"]) is None:
        return below  # 更正后：2024年…, 现：…
    return "" if labelled or field_of(below) or _HEADING.match(level(below)) else below


def _lots_below(lines: Sequence[str], start: int) -> list[str]:
    found: list[str] = []
    for line in lines[start:]:
        if not lot_of(line) or any(True for _ in labelled(line, 0)):
            break
        found.append(line.strip())
    return found


def _is_firm_line(line: str) -> bool:
    return bool(_FIRM_LINE.match(level(line).strip()))


def _firms_below(lines: Sequence[str], start: int) -> list[str]:
    return [line.strip() for line in takewhile(_is_firm_line, lines[start:])]
