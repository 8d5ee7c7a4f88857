"""The labelled values of a notice: 项目名称：…, table cells, a label over its value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, takewhile

from pipelines.boilerplate.amounts import FOREIGN, level, unit_of
from pipelines.boilerplate.notice_rules import LABELS, Field
from pipelines.boilerplate.notice_signs import LOT, SECTIONS, Section

LONGEST_LABEL = 24
_NUMBER = r"[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2}(?:\.\d{1,2})*)"
_NUMBERING = rf"(?:{_NUMBER}(?:[).、,]|\s(?!\d)))|[★▲●◆■*•·▪]|(?=\d\.)"
_LEADING = re.compile(rf"^\s*(?:{_NUMBERING})?\s*(?:{_NUMBERING})?\s*")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_WORD = (
    r"[一-鿿](?:\s{1,4}[一-鿿]){1,7}|"
    r"[一-鿿A-Za-z/、]{2,24}(?:\([^()]{1,20}\)[一-鿿/、]{1,12})?|(?=\d*[一-鿿])[一-鿿\d]{2,12}"
)
_SPLIT = re.compile(
    rf"(?:^|(?<=[\s;,。|、(]))(?:{_NUMBERING})?\s*"
    rf"(?P<label>(?:{_WORD})(?:\([^()]{{0,20}}\))?)\s*:(?!//)"
)
_LOT_FIRST = re.compile(rf"^\s*[(]?\s*(?P<lot>{LOT})")
_LOT_LEADS = re.compile(rf"\s*[(]?{LOT}[)]?\s*:\s*")
_HEADING = re.compile(
    r"^\s*[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2}(?:\.\d{1,2})*)(?:[).、,.]|\s)\s*(?![\d万亿元千百])"
)
_NEW = re.compile(r"^(?:现|(?:更正|变更|修改|调整)后的?)(?=[一-鿿]{2})")
_BECOMES = re.compile(r"现?(?:将)?(?:更正|变更|修改|调整|延期|改)?(?:为|后|至)|现")
_RANK = re.compile(r"第[一二三四五](?:名|候选人|中标候选人|成交候选人)")
_FIRM_LINE = re.compile(
    r"^[^,。:;|]{2,40}(?:公司|厂|店|院|所|中心|商行|经营部|集团)(?:\([^()]*\))?[;。]?$"
)
_PER_PIECE = re.compile(r"[元圆]\s*/|[%‰]|/\s*(?:年|月|吨|人|份|平方米|㎡)|折扣|下浮|" + FOREIGN)


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and its value.

    `unit` is the yuan that the label counts in, None where it does not say; `line` the index of
    the line; `row` names the table row (or column, of a table that lies on its side).
    """

    field: Field
    label: str
    value: str
    line: int
    section: Section = ""
    lot: str = ""
    row: tuple[int, int] | None = None

    @property
    def unit(self) -> int | None:
        """Give the yuan that the label counts in."""
        return unit_of(self.label)


@lru_cache(maxsize=4096)
def field_of(label: str) -> Field | None:
    """Name the field of a label; None for what is no label of a notice."""
    flat = level(label)
    if len(flat) > LONGEST_LABEL + 16:
        return None
    bare = _NEW.sub("", _LOT_FIRST.sub("", _LEADING.sub("", flat)))
    key = "".join(_BRACKETS.sub("", bare).split()).rstrip(":：为是")
    if not 2 <= len(key) <= LONGEST_LABEL:
        return None
    found = next((x.field for x in LABELS if x.pattern.fullmatch(key)), None)
    if found in ("award", "price", "budget", "ceiling", "total") and _PER_PIECE.search(flat):
        return "other"
    return found


def entries_of(lines: Sequence[str]) -> list[Entry]:
    """Give the labelled values of a notice's lines in order."""
    return list(_entries(lines))


def lot_of(text: str) -> str:
    """Give the lot that a text begins with, 第一包 or 标项2, or nothing."""
    match = _LOT_FIRST.match(level(text))
    return "".join(match["lot"].split()) if match else ""


def cells_of(line: str) -> list[str]:
    """Give the cells of a table's row; a line that is no row has none."""
    text = line.strip()
    if not (text.startswith("|") and text.endswith("|") and len(text) > 1):
        return []
    return [cell.strip() for cell in text[1:-1].split("|")]


def _entries(lines: Sequence[str]) -> Iterator[Entry]:
    section: Section = ""
    lot = ""
    index = 0
    while index < len(lines):
        rows = _rows_from(lines, index)
        if rows:
            for entry in _table(rows, index):
                yield replace(entry, section=section, lot=entry.lot or lot)
            index += len(rows)
            continue
        line = lines[index]
        heading = _heading(line)
        if heading is not None:
            section = heading
        lot = lot_of(_LEADING.sub("", level(line))) or ("" if heading is not None else lot)
        read = index
        for entry in _labelled(line, index):
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
    head = _SPLIT.split(flat, maxsplit=1)[0] if _SPLIT.search(flat) else flat
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


def _labelled(line: str, index: int) -> Iterator[Entry]:
    """Give the labels of one line with their values; lots are part of a value, not labels."""
    flat = level(line)
    if (lead := _LOT_LEADS.match(flat)) and _SPLIT.match(flat[lead.end() :]):
        yield from _labelled(line[lead.end() :], index)  # 包1：成交供应商：…
        return
    marks = [
        m
        for m in _SPLIT.finditer(flat)
        if not re.fullmatch(LOT, m["label"].strip())
        and not (m.start() and _BECOMES.fullmatch(m["label"].strip()))
    ]
    if not marks:
        field = field_of(line) if len(line) <= LONGEST_LABEL else None
        if field:
            yield Entry(field, line.strip(), "", index)
        return
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(line)
        label = line[mark.start("label") : mark.end("label")].strip()
        if flat[: mark.start()].endswith("(") and (close := flat.find(")", mark.end(), end)) > 0:
            end = close
        value = line[mark.end() : end].strip(" \u3000;；,，、|")
        field = field_of(label) or "other"
        if field == "other" and value and (inner := field_of(value)) and inner != "other":
            field, label, value = inner, value, ""  # 更正事项：投标截止时间
        yield Entry(field, label, value, index)


def _below(lines: Sequence[str], index: int) -> str:
    """Give the value that stands on the line below its label."""
    if index + 1 >= len(lines) or cells_of(lines[index + 1]):
        return ""
    below = lines[index + 1].strip()
    if re.fullmatch(rf"[(]?{LOT}[)]?:?", level(below)):
        return ""
    first = _SPLIT.match(level(below))
    labelled = first and not re.fullmatch(LOT, first["label"].strip())
    if labelled and first and field_of(first["label"]) is None:
        return below  # 更正后：2024年…, 现：…
    return "" if labelled or field_of(below) or _HEADING.match(level(below)) else below


def _lots_below(lines: Sequence[str], start: int) -> list[str]:
    found: list[str] = []
    for line in lines[start:]:
        if not lot_of(line) or any(True for _ in _labelled(line, 0)):
            break
        found.append(line.strip())
    return found


def _is_firm_line(line: str) -> bool:
    return bool(_FIRM_LINE.match(level(line).strip()))


def _firms_below(lines: Sequence[str], start: int) -> list[str]:
    return [line.strip() for line in takewhile(_is_firm_line, lines[start:])]


def _rows_from(lines: Sequence[str], index: int) -> list[list[str]]:
    rows: list[list[str]] = []
    for line in lines[index:]:
        cells = cells_of(line)
        if not cells:
            break
        rows.append(cells)
    return rows


def _table(rows: Sequence[list[str]], first: int) -> Iterator[Entry]:
    header: list[str] = []
    for number, cells in enumerate(rows):
        line = first + number
        following = rows[number + 1] if number + 1 < len(rows) else []
        if sum(bool(_RANK.fullmatch(cell)) for cell in cells) > 1:
            header = []  # | 中标候选人 | 第一名 | 第二名 |: its firms stand in columns
        elif _is_header(cells, following):
            header = cells
        elif header and (full := _fitted(cells, header)):
            yield from _column_entries(header, full, line)
        else:
            pairs = list(_pairs(cells, first, line))
            if pairs:
                header = []
            yield from pairs


def _is_header(cells: Sequence[str], following: Sequence[str]) -> bool:
    """Tell a row of labels from a row of a label and its value."""
    known = [field_of(cell) is not None for cell in cells]
    if len(cells) < 2 or not any(known) or not _fits(following, cells):
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
            inner = list(_labelled(cell, line))
            yield Entry(waiting[0], waiting[1], cell, line)
            yield from (entry for entry in inner if entry.value)
            waiting = None
        elif field:
            waiting = (field, cell)
        elif cell:
            yield from _labelled(cell, line)
