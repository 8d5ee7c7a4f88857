"""Deadlines and openings, and which of a correction's two values is the new one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.boilerplate.amounts import find_amounts, level, read_han
from pipelines.boilerplate.dates import Found, find_dates
from pipelines.boilerplate.notice_entries import Entry, cells_of

_NEW = r"(?:更正|变更|延期|调整|顺延|推迟|延长|修改|更改|改|延)(?:为|至|到)|现(?:在|将|更正|变更|改|调整|修改|延期|定)?(?:为|至|到)?|更正后|变更后"
_OLD_LINE = re.compile(
    r"^\s*(?:[(]?[\d一二三四五六七八九十]{1,2}[).、]\s*)?(?:(?:更正|变更|修改|调整|更改|澄清)前|原(?:文|内容|公告|招标文件|采购文件)?(?:的?(?:内容|信息|规定|要求))?(?:为|是)?\s*:|原(?!公告的(?:采购|招标)?项目))"
)
_NEW_LINE = re.compile(
    r"^\s*(?:[(]?[\d一二三四五六七八九十]{1,2}[).、]\s*)?(?:(?:更正|变更|修改|调整|更改|澄清)后|现|(?:更正|变更|修改|调整|更改)为)"
)
_OLD_COLUMN = re.compile(r"^(?:更正|变更|修改|调整|更改|澄清)前|^原(?:内容|公告|文件|招标|采购|来)")
_NEW_COLUMN = re.compile(r"^(?:更正|变更|修改|调整|更改|澄清)后|^现(?:内容|为|更正)|^更正为|^变更为")
_OLD_IN_LINE = re.compile(rf"(?:由|原|从)(?P<old>[^。;]{{2,80}}?)(?={_NEW})")

_ASIDE = re.compile(r"[(]?(?:星期|周)[一二三四五六日天][)]?|[(]?北京时间[)]?")
_MIDNIGHT = re.compile(r"24\s*[:时点]\s*00\s*分?")
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_HOUR = re.compile(
    rf"[\s,]*(?P<half>上午|下午|晚上|凌晨|中午)?\s*(?P<h>\d{{1,2}}|{_NUMERAL})\s*[:时点]"
    rf"(?:\s*(?P<m>\d{{1,2}}|{_NUMERAL})\s*分?|整)?"
)
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
_OTHER_MATTER = re.compile(r"报名|获取|质疑|答疑|公示|领取|发售|购买|保证金")
_BIDDING = re.compile(r"投标|响应|提交|递交|报价|磋商|谈判|应答|开标|开启|唱标|延期|延长|顺延|推迟|延后")
_BEFORE_HANDING_IN = re.compile(
    r"^\s*(?:\([^()]*\))?\s*(?:之?前|以前)[^。;]{0,30}?(?:提交|递交|送达|送至|上传|报送|投递|密封)"
)


class Moment(NamedTuple):
    """A moment or a bare day in ISO 8601, the words it was read from and where they stand."""

    iso: str
    raw: str
    start: int = 0
    end: int = 0


def moments(text: str) -> list[Moment]:
    """Give the dates of a text as `find_dates` does, with weekdays, 9时 and 24:00 understood."""
    flat = _ASIDE.sub(lambda m: " " * len(m[0]), level(text))
    flat = _MIDNIGHT.sub(lambda m: "◆" * len(m[0]), flat)
    return [_with_hour(found, text, flat) for found in find_dates(flat)]


def _with_hour(found: Found, text: str, flat: str) -> Moment:
    end = found.start + len(found.raw)
    iso = found.iso
    if not found.has_time:
        hour = _HOUR.match(flat, end)
        midnight = re.compile(r"\s*◆+").match(flat, end)
        if midnight:
            iso = f"{date.fromisoformat(iso) + timedelta(days=1)}T00:00:00+08:00"
            end = midnight.end()
        elif hour and (clock := _clock(hour)):
            iso, end = f"{iso}T{clock}:00+08:00", hour.end()
    end += flat[end : end + 1] == "分"
    return Moment(iso, text[found.start : end].strip(), found.start, end)


def _clock(match: re.Match[str]) -> str | None:
    numbers = [
        int(word) if word.isdigit() else (read_han(word) or 0)
        for word in (match["h"], match["m"] or "0")
    ]
    hour, minute = numbers
    if match["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


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
        rest = _without_values(line) if old else _with_new_only(line)
        if kept and re.search(r"[为至]\s*$", kept[-1]) and not cells:
            kept[-1] += rest
        elif len(rest) > 4 or rest == line:
            kept.append(rest)
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
    for moment in reversed(moments(text)):
        text = text[: moment.start] + text[moment.end :]
    for amount in reversed(find_amounts(text)):
        text = text[: amount.start] + text[amount.end :]
    return re.sub(r"原(?=[一-鿿]{2})(?!公告|文|内容)", "", text, count=1)


def read_moments(entries: Sequence[Entry], lines: Sequence[str]) -> dict[str, Moment]:
    """Give `deadline` and `opening` where they are said; several that differ are no answer."""
    found: dict[str, list[Moment]] = {"deadline": [], "opening": []}
    for entry in entries:
        for field in _fields(entry):
            if moment := _value(entry.value):
                found[field].append(moment)
    for field, pattern in _SENTENCE.items():
        if not found[field]:
            found[field] = _in_sentences(lines, pattern)
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
    is_range = len(found) > 1 and re.search(
        r"[至到~—-]", level(value)[found[0].end : found[-1].start]
    )
    best = found[-1] if is_range else found[0]
    return best._replace(raw=value.strip()[:80])


def _in_sentences(lines: Sequence[str], pattern: re.Pattern[str]) -> list[Moment]:
    kept = []
    for line in lines:
        flat = level(line)
        for moment in moments(line):
            before = flat[: moment.start]
            sign = pattern.search(before)
            clause = re.split(r"[。;]", before)[-1]
            if not sign:
                continue
            if re.search(r"[于在]\s*$", sign[0]) and len(sign[0].strip()) <= 2:
                if not _BEFORE_HANDING_IN.match(flat[moment.end :]):
                    continue
            elif _OTHER_MATTER.search(clause[-24:]) or not _BIDDING.search(clause):
                continue
            kept.append(moment)
    return kept


def _agreed(found: Sequence[Moment]) -> Moment | None:
    """Take the one moment; a bare day beside the same day's hour is the same."""
    timed = [m for m in found if "T" in m.iso]
    days = {m.iso[:10] for m in found}
    if len(days) != 1 or len({m.iso for m in timed}) > 1:
        return None
    return (timed or list(found))[0]
