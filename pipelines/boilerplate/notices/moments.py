"""Deadlines and openings of tender notices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pipelines.boilerplate.dates import Found, find_dates
from pipelines.boilerplate.notices.amounts import level, read_han
from pipelines.boilerplate.notices.labels import Entry

_ASIDE = re.compile(r"[(]?(?:星期|周)[一二三四五六日天][)]?|[(]?北京时间[)]?")
_MIDNIGHT = re.compile(r"24\s*[:时点]\s*00\s*分?")
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_HOUR = re.compile(
    rf"[\s,]*(?P<half>上午|下午|晚上|凌晨|[中正]午)?\s*(?P<h>\d{{1,2}}|{_NUMERAL})\s*[:时点]"
    rf"(?:\s*(?P<m>\d{{1,2}}|{_NUMERAL}|半)\s*分?|整)?"
)
_UNTIL = re.compile(rf"\s*(?:至|到|-|—|~|–)+{_HOUR.pattern}")
_SENTENCE = {
    "deadline": re.compile(
        r"(?:截止|截标)(?:时间|日期|日)?(?:(?:和|及|、|与|暨)?(?:开标|开启)(?:时间|日期))?(?:和地点)?(?:\([^()]{0,20}\))?"
        r"(?:均|统一|也|仍)?(?:为|是|:|到|至|定于|于|延期至|延长至|顺延至|调整为|变更为|更正为|改为|修改为|,|\s|现|更正后|推迟至)*$"
        r"|(?:延期|延长|顺延|推迟|延后)(?:至|到)\s*$|(?:最迟|不迟|不晚)于?\s*$|(?:并|且|请|应|须|需)?(?:于|在)\s*$"
    ),
    "opening": re.compile(
        r"(?:开标|开启|唱标)(?:会议?)?(?:时间|日期|日)?(?:\([^()]{0,20}\))?"
        r"(?:均|统一|也|仍)?(?:为|是|:|到|至|定于|于|延期至|延长至|顺延至|调整为|变更为|更正为|改为|修改为|,|\s|现|更正后|推迟至)*$"
        r"|(?:开标|开启)[^。;]{0,30}(?:延期|顺延|推迟|延后|改期|延长|调整|变更|更改)(?:至|到|为)\s*$"
    ),
}
_THEN_OPENED = re.compile(
    r"\s*(?:准时|组织|当众|统一|在[^,。;]{2,30})?(?:公开)?(?:开标|开启)(?!前|后|的)"
)
# 开标时间：同投标截止时间
_SAME = re.compile(
    r"(?:开标|开启|磋商|谈判)时间(?:和地点)?(?:为|:|\s|\|)*(?:同上|(?:同|与)[^,。;|]{0,20}(?:截止|递交)[^,。;|]{0,8})"
)
_OTHER_MATTER = re.compile(r"报名|获取|质疑|答疑|公示|领取|发售|购买|保证金")
_BIDDING = re.compile(
    r"投标|响应|提交|递交|报价|磋商|谈判|应答|开标|开启|唱标|延期|延长|顺延|推迟|延后"
)
_HANDING_IN = re.compile(r"[^。;]{0,30}?(?:提交|递交|送[达至到]|上传|报送|投递|密封)")
_BEFORE_HANDING_IN = re.compile(
    rf"\s*(?:\([^()]*\))?\s*(?:之?前|以前)(?!报名){_HANDING_IN.pattern}"
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
        for word in (match["h"], (match["m"] or "0").replace("半", "30"))
    ]
    hour, minute = numbers
    if match["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def read_moments(entries: Sequence[Entry], lines: Sequence[str]) -> dict[str, Moment]:
    """Give `deadline` and `opening` where they are said; several that differ are no answer."""
    found: dict[str, list[Moment]] = {"deadline": [], "opening": []}
    for entry in entries:
        for field in _fields(entry):
            if moment := _value(entry.value, field):
                found[field].append(moment)
    for field, pattern in _SENTENCE.items():
        if not found[field]:
            found[field] = _in_sentences(lines, field, pattern)
    best = {field: moment for field, some in found.items() if (moment := _agreed(some))}
    if "deadline" in best and not found["opening"]:
        said = next((m for line in lines if (m := _SAME.search(level(line)))), None)
        if said:
            best["opening"] = best["deadline"]._replace(raw=said[0])
    return best


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


def _value(value: str, field: str) -> Moment | None:
    found = moments(value)
    if not found:
        return None
    is_range = len(found) > 1 and re.search(
        r"[至到~—-]", level(value)[found[0].end : found[-1].start]
    )
    best = found[-1] if is_range else found[0]
    hours = (
        _UNTIL.match(level(value), best.end) if field == "deadline" and "T" in best.iso else None
    )
    if hours and (clock := _clock(hours)) and clock > best.iso[11:16]:
        best = best._replace(iso=f"{best.iso[:11]}{clock}:00+08:00")  # 上午9:00-11:00
    return best._replace(raw=value.strip()[:80])


def _in_sentences(lines: Sequence[str], field: str, pattern: re.Pattern[str]) -> list[Moment]:
    kept = []
    for line in lines:
        flat = level(line)
        for moment in moments(line):
            before = flat[: moment.start]
            sign = pattern.search(before)
            if field == "opening" and _THEN_OPENED.match(flat[moment.end :]):
                kept.append(moment)
                continue
            clause = re.split(r"[。;]", before)[-1]
            if not sign:
                continue
            if re.match(r"最迟|不[迟晚]", sign[0]):
                if not _HANDING_IN.match(flat[moment.end :]):
                    continue
            elif re.search(r"[于在]\s*$", sign[0]) and len(sign[0].strip()) <= 2:
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
