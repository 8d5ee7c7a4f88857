"""Which of a correction's two values is the new one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.notices.amounts import find_amounts, level
from pipelines.boilerplate.notices.labels import cells_of
from pipelines.boilerplate.notices.moments import moments

_TO = r"(?:为|至|到)"
_NEW = (
    rf"(?:更正|变更|延期|调整|顺延|推迟|延长|修改|更改|改|延){_TO}|"
    rf"现(?:在|将|更正|变更|改|调整|修改|延期|定)?{_TO}?|更正后|变更后"
)
_ITEM = r"^\s*(?:[(]?[\d一二三四五六七八九十]{1,2}[).、]\s*)?"
_CHANGED = r"(?:更正|变更|修改|调整|更改|澄清)"
_OLD_LINE = re.compile(
    rf"{_ITEM}(?:{_CHANGED}前|原(?:文|内容|公告|招标文件|采购文件)?(?:的?(?:内容|信息|规定|要求))?"
    r"(?:为|是)?\s*:|原(?!公告的(?:采购|招标)?项目))"
)
_NEW_LINE = re.compile(rf"{_ITEM}(?:{_CHANGED}[后为]|现)")
_NEXT_ITEM = re.compile(r"\s*[一二三四五六七八九十]{1,2}、")
_OLD_COLUMN = re.compile(rf"^{_CHANGED}前|^原(?:内容|公告|文件|招标|采购|来)")
_NEW_COLUMN = re.compile(rf"^{_CHANGED}[后为]|^现(?:内容|为|更正)")
_OLD_IN_LINE = re.compile(rf"(?:由|原|从|[“「])(?P<old>[^。;]{{2,80}}?)(?={_NEW})")


def current_lines(lines: Sequence[str]) -> list[str]:
    """Take the old values out of a correction's lines; the words around them stay.

    What stood before is told by its column (更正前), its line (原：…) or its words (由…变更为…).
    """
    kept: list[str] = []
    columns: tuple[int, int, int] | None = None
    old = False
    for line in lines:
        cells = cells_of(line)
        if found := _columns(cells):
            columns = found
            continue
        if cells and columns and len(cells) == columns[0]:
            _, before, after = columns
            kept.append(f"{cells[max(0, before - 1)]}：{cells[after]}")
            continue
        flat = level(line)
        if _OLD_LINE.match(flat) and not _has_change(flat):
            old = True
        elif _NEW_LINE.match(flat) or _NEXT_ITEM.match(flat):
            old = False
        current = _without_values(line) if old else _with_new_only(line)
        if kept and re.search(r"[为至]\s*$", kept[-1]) and not cells:
            kept[-1] += current
        elif len(current) > len("更正前：") or current == line:
            kept.append(current)
    return kept


def _columns(cells: Sequence[str]) -> tuple[int, int, int] | None:
    """Give a header's width and the places of its old and new values."""
    flat = [level(cell) for cell in cells]
    before = next((i for i, cell in enumerate(flat) if _OLD_COLUMN.match(cell)), None)
    after = next((i for i, cell in enumerate(flat) if _NEW_COLUMN.match(cell)), None)
    return None if before is None or after is None else (len(cells), before, after)


def _has_change(flat: str) -> bool:
    return bool(re.search(rf"(?:{_NEW}).*\d", flat[2:]))


def _with_new_only(line: str) -> str:
    flat = level(line)
    out = line
    for match in reversed(list(_OLD_IN_LINE.finditer(flat))):
        start, end = match.span()
        old = re.sub(r"原\s*(?=[,，、]?$)", "", _without_values(line[start:end]))
        out = out[:start] + old + out[end:]
    return out


def _without_values(text: str) -> str:
    for moment in reversed(moments(text)):
        text = text[: moment.start] + text[moment.end :]
    for amount in reversed(find_amounts(text)):
        text = text[: amount.start] + text[amount.end :]
    return re.sub(r"原(?=[一-鿿]{2})(?!公告|文|内容)", "", text, count=1)
