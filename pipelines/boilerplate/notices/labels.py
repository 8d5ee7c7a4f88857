"""Labels before colons and the values behind them: 项目名称：…."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.boilerplate.notices.amounts import FOREIGN, level, unit_of
from pipelines.boilerplate.notices.rules import LABELS, Field
from pipelines.boilerplate.notices.signs import LOT, Section

LONGEST_LABEL = 24

_NUMBER = r"[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2}(?:\.\d{1,2})*)"

_NUMBERING = rf"(?:{_NUMBER}(?:[).、,]|\s(?!\d)))|[★▲●◆■*•·▪]|(?=\d\.)"

LEADING = re.compile(rf"^\s*(?:{_NUMBERING})?\s*(?:{_NUMBERING})?\s*")

# 【采 购 人】某局: the brackets do what a colon does.
_BOXED = re.compile(r"^\s*[\[【](?P<label>[^\[\]【】]{2,16})[\]】]\s*(?=[^\s:：])")

_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")

_WORD = (
    r"[一-鿿](?:\s{1,4}[一-鿿]){1,7}|"
    r"[一-鿿A-Za-z/、]{2,24}(?:\([^()]{1,20}\)[一-鿿/、]{1,12})?|(?=\d*[一-鿿])[一-鿿\d]{2,12}"
)

SPLIT = re.compile(
    rf"(?:^|(?<=[\s;,。|、(]))(?:{_NUMBERING})?\s*"
    rf"(?P<label>(?:{_WORD})(?:\([^()]{{0,60}}\))?)\s*:(?!//)"
)

_LOT_FIRST = re.compile(rf"^\s*[(]?\s*(?P<lot>{LOT})")

_LOT_LEADS = re.compile(rf"\s*[(]?{LOT}[)]?\s*:\s*")

_NEW = re.compile(
    r"^(?:[现新]|(?:更正|变更|修改|调整|更改|延期|顺延|推迟|改期|延长)后的?)(?=[一-鿿]{2})"
)

_BECOMES = re.compile(r"现?(?:将)?(?:更正|变更|修改|调整|延期|改)?(?:为|后|至)|现")

_PER_PIECE = re.compile(r"[元圆]\s*/|[%‰]|/\s*(?:年|月|吨|人|份|平方米|㎡)|折扣|下浮|" + FOREIGN)


LONGEST_GLUED, LONGEST_GLUED_LABEL = 60, 14
_IN_PROSE = re.compile(r"[。；;！？!?|]")
# Fields whose labels are words that sentences begin with.
_LOOSE = frozenset({"other", "name", "lot", "price", "bidder", "time", "rank", "person", "phone"})
# 采购人将于…, 中标人须在…, 项目名称及编号: the word goes on, or a sentence does.
_GOES_ON = re.compile(
    r"[将须应可不在于为是的和及与或对向按请由负有、，,]|名称|联系|信息|代[理表]|地[址点]|电话|要求|确[定认]|"
    r"公告|公示|结果|通知|候选|方式|情况|以[^,，]{0,9}$"
)


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
    bare = _NEW.sub("", _LOT_FIRST.sub("", LEADING.sub("", flat)))
    key = re.sub(r"^\d(?=\D)", "", "".join(_BRACKETS.sub("", bare).split()).rstrip(":：为是"))
    if not 2 <= len(key) <= LONGEST_LABEL:
        return None
    found = next((x.field for x in LABELS if x.pattern.fullmatch(key)), None)
    if found in ("award", "price", "budget", "ceiling", "total") and _PER_PIECE.search(flat):
        return "other"
    return found


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


def glued(line: str, index: int) -> Entry | None:
    """Read a label and its value that only colours part on the page: 采购人河湾市图书馆."""
    if len(line) > LONGEST_GLUED or _IN_PROSE.search(line):
        return None
    for end in range(min(len(line) - 1, LONGEST_GLUED_LABEL), 2, -1):
        field = field_of(line[:end])
        value = line[end:].strip()
        parted = line[end - 1].isspace() or line[end].isspace()
        if field in _LOOSE or (field and not parted and _GOES_ON.match(value)):
            return None
        if field:
            return Entry(field, line[:end], value, index)
    return None


def labelled(line: str, index: int) -> Iterator[Entry]:
    """Give the labels of one line with their values; lots are part of a value, not labels."""
    flat = level(line)
    if (box := _BOXED.match(flat)) and field_of(box["label"]):
        label = line[box.start("label") : box.end("label")]
        yield Entry(field_of(label) or "other", label, line[box.end() :].strip(), index)
        return
    if (lead := _LOT_LEADS.match(flat)) and SPLIT.match(flat[lead.end() :]):
        yield from labelled(line[lead.end() :], index)  # 包1：成交供应商：…
        return
    marks = [
        m
        for m in SPLIT.finditer(flat)
        if not re.fullmatch(LOT, m["label"].strip())
        and not (m.start() and _BECOMES.fullmatch(m["label"].strip()))
    ]
    if not marks:
        field = field_of(line) if len(line) <= LONGEST_LABEL else None
        if field:
            yield Entry(field, line.strip(), "", index)
        elif found := glued(line, index):
            yield found
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
