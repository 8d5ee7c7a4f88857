"""Deadlines and openings, and which of a correction's two values is the new one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.boilerplate.amounts import find_amounts, level
from pipelines.boilerplate.dates import Found, find_dates
from pipelines.boilerplate.notice_entries import Entry, cells_of

_NEW = r"(?:更正|变更|延期|调整|顺延|推迟|延长|修改|更改|改|延)(?:为|至|到)|现(?:在|将|更正|变更|改|调整|修改|延期|定)?(?:为|至|到)?|更正后|变更后"
_CHANGE = re.compile(rf"(?:{_NEW})[^,。;]{{0,30}}?$")
_OLD_LINE = re.compile(
    r"^\s*(?:[(]?[\d一二三四五六七八九十]{1,2}[).、]\s*)?(?:(?:更正|变更|修改|调整|更改|澄清)前|原(?:文|内容|公告|招标文件|采购文件)?(?:的?(?:内容|信息|规定|要求))?(?:为|是)?\s*:|原(?!公告的(?:采购|招标)?项目))"
)
_NEW_LINE = re.compile(
    r"^\s*(?:[(]?[\d一二三四五六七八九十]{1,2}[).、]\s*)?(?:(?:更正|变更|修改|调整|更改|澄清)后|现|(?:更正|变更|修改|调整|更改)为)"
)
_NEW_PREFIX = re.compile(
    r"^(?:(?:更正|变更|修改|调整|更改|澄清)(?:后|为)|现(?:更正|变更|修改|调整|改)?为?)(?:的?内容)?(?:为)?\s*[:：]?\s*(?=\S)"
)
_OLD_COLUMN = re.compile(r"^(?:更正|变更|修改|调整|更改|澄清)前|^原(?:内容|公告|文件|招标|采购|来)")
_NEW_COLUMN = re.compile(r"^(?:更正|变更|修改|调整|更改|澄清)后|^现(?:内容|为|更正)|^更正为|^变更为")
_OLD_IN_LINE = re.compile(rf"(?:由|原|从)(?P<old>[^。;]{{2,80}}?)(?={_NEW})")

_WEEKDAY = re.compile(r"[(]?(?:星期|周)[一二三四五六日天][)]?|[(]北京时间[)]|北京时间")
_WHOLE_HOUR = re.compile(r"(?<![\d:])(\d{1,2})\s*[时点]\s*(?:整|(?!\s*\d))")
_SENTENCE = {
    "deadline": re.compile(
        r"(?:截止|截标)(?:时间|日期|日)?(?:(?:和|及|、|与|暨)?(?:开标|开启)(?:时间|日期))?(?:和地点)?(?:\([^()]{0,20}\))?"
        r"(?:均|统一|也)?(?:为|是|:|到|至|定于|于|延期至|延长至|顺延至|调整为|变更为|更正为|改为|修改为|,|\s|现|更正后|推迟至)*$"
        r"|(?:延期|延长|顺延|推迟|延后)(?:至|到)\s*$|(?:并|且|请|应|须|需)?(?:于|在)\s*$"
    ),
    "opening": re.compile(
        r"(?:开标|开启|唱标)(?:会议?)?(?:时间|日期|日)?(?:\([^()]{0,20}\))?"
        r"(?:均|统一|也)?(?:为|是|:|到|至|定于|于|延期至|延长至|顺延至|调整为|变更为|更正为|改为|修改为|,|\s|现|更正后|推迟至)*$"
    ),
}
_BEFORE_HANDING_IN = re.compile(
    r"^\s*(?:\([^()]*\))?\s*(?:之?前|以前)[^。;]{0,30}?(?:提交|递交|送达|送至|上传|报送|投递|密封)"
)


class Moment(NamedTuple):
    """A moment or a bare day in ISO 8601, and the words it was read from."""

    iso: str
    raw: str


def moments(text: str) -> list[Found]:
    """Give the dates of a text as `find_dates` does, with weekdays, 9时 and 24:00 understood."""
    flat = level(text)
    flat = _WEEKDAY.sub(" ", flat)
    flat = _WHOLE_HOUR.sub(r"\1:00", flat)
    flat = re.sub(r"(\d)\s*时\s*(\d{1,2})\s*分?", r"\1:\2", flat)
    flat = re.sub(r"日\s*(上午|下午|晚上|凌晨)", r"日 \1", flat)
    found = []
    for each in find_dates(flat):
        late = re.match(r"\s*24\s*[:点]\s*00", flat[each.start + len(each.raw) :])
        if late and not each.has_time:
            following = date.fromisoformat(each.iso) + timedelta(days=1)
            each = Found(f"{following.isoformat()}T00:00:00+08:00", each.raw, each.start)
        found.append(each)
    return found


def current_lines(lines: Sequence[str]) -> list[str]:
    """Take the old values out of a correction's lines; the words around them stay.

    What stood before is told by its column (更正前), its line (原：…) or its words (由…变更为…).
    """
    kept: list[str] = []
    old_columns: set[int] = set()
    width = 0
    old = False
    for line in lines:
        cells = cells_of(line)
        if cells:
            heads = {i for i, cell in enumerate(cells) if _OLD_COLUMN.match(level(cell))}
            if heads and any(_NEW_COLUMN.match(level(cell)) for cell in cells):
                old_columns, width = heads, len(cells)
                continue
            if old_columns and len(cells) == width:
                rest = [c for i, c in enumerate(cells) if i not in old_columns]
                kept.append(f"{rest[-2]}：{rest[-1]}" if len(rest) > 1 else rest[0])
                continue
        else:
            old_columns = set()
        flat = level(line)
        if _OLD_LINE.match(flat) and not _has_change(flat):
            old = True
        elif _NEW_LINE.match(flat) or (old and re.match(r"\s*[一二三四五六七八九十]{1,2}、", flat)):
            old = False
        if old:
            kept.append(_without_values(line))
        else:
            kept.append(_with_new_only(line))
    return kept


def _has_change(flat: str) -> bool:
    return bool(re.search(rf"(?:{_NEW}).*\d", flat[2:]))


def _with_new_only(line: str) -> str:
    flat = level(line)
    out = line
    for match in reversed(list(_OLD_IN_LINE.finditer(flat))):
        start, end = match.span()
        out = out[:start] + _without_values(line[start:end]) + out[end:]
    return out


def _without_values(text: str) -> str:
    for found in reversed(find_dates(text)):
        text = text[: found.start] + text[found.start + len(found.raw) :]
    for amount in reversed(find_amounts(text)):
        text = text[: amount.start] + text[amount.end :]
    return re.sub(r"\d{1,2}\s*[:：时点]\s*\d{0,2}分?", "", text)


def read_moments(entries: Sequence[Entry], lines: Sequence[str]) -> dict[str, Moment]:
    """Give `deadline` and `opening` where they are said; several that differ are no answer."""
    found: dict[str, list[Moment]] = {"deadline": [], "opening": []}
    for entry in entries:
        for field in _fields(entry):
            if moment := _value(entry.value):
                found[field].append(moment)
    for field, pattern in _SENTENCE.items():
        if not found[field]:
            found[field] = _in_sentences(lines, field, pattern)
    return {field: best for field, some in found.items() if (best := _agreed(some))}


def _fields(entry: Entry) -> tuple[str, ...]:
    if entry.field == "deadline":
        return ("deadline", "opening") if re.search(r"开标|开启", entry.label) else ("deadline",)
    if entry.field == "moment":
        return ("deadline", "opening")
    if entry.field == "opening":
        return ("opening",)
    if entry.field == "time":
        if entry.section == "moment":
            return ("deadline", "opening")
        if entry.section in ("deadline", "opening"):
            return (entry.section,)
        if "截" in entry.label and entry.section != "papers":
            return ("deadline",)
    return ()


def _value(value: str) -> Moment | None:
    found = moments(value)
    if not found:
        return None
    flat = level(value)
    is_range = len(found) > 1 and re.search(r"至|到|[-~—]", flat[: found[-1].start][-8:])
    best = found[-1] if is_range or _CHANGE.search(flat[: found[-1].start]) else found[0]
    return Moment(best.iso, value.strip()[:80])


def _in_sentences(lines: Sequence[str], field: str, pattern: re.Pattern[str]) -> list[Moment]:
    kept = []
    for line in lines:
        flat = _WEEKDAY.sub(lambda m: " " * len(m[0]), level(line))
        flat = _WHOLE_HOUR.sub(lambda m: m[0], flat)
        for found in moments(flat):
            place = flat.find(found.raw.split()[0])
            if place < 0:
                continue
            before = flat[:place]
            signs = pattern.search(before)
            if not signs or re.search(r"报名|获取|质疑|答疑|公示|领取|发售|购买", before[-24:]):
                continue
            if signs[0].endswith(("于", "在")) and len(signs[0].strip()) <= 2:
                behind = flat[place:]
                rest = re.sub(r"^[\d年月日时点分秒:\-/.\s上下午()整]+", "", behind)
                if not _BEFORE_HANDING_IN.match(rest):
                    continue
            kept.append(Moment(found.iso, line[place : place + 40].split("。")[0]))
    return kept


def _agreed(found: Sequence[Moment]) -> Moment | None:
    """Take the one moment; a bare day beside the same day's hour is the same."""
    timed = [m for m in found if "T" in m.iso]
    days = {m.iso[:10] for m in found}
    if len(days) != 1 or len({m.iso for m in timed}) > 1:
        return None
    return (timed or list(found))[0]
