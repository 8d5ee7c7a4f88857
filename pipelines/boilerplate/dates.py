"""Chinese dates: 2024年5月10日, 2023-06-27 18:04:26, 二〇二三年五月八日."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
EARLIEST, LATEST = 1990, 2100
REPUBLIC, CENTURY = 1911, 2000

_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})(?!\d)\s*日?"
    # 2024年3月28日（星期四）下午3:12　2024-03-28T09:12:00Z
    r"(?:[\sT,，]*+(?:[（(]?(?:星期|周)[一二三四五六日天][)）]?\s*+)?"
    r"(?:(?P<half>上午|下午|晚上|凌晨|[AP]M)\s*)?(?P<h>\d{1,2})\s*[:：时點点]\s*(?P<mi>\d{1,2})"
    r"(?:\s*[:：分]\s*(?P<s>\d{1,2})(?:\.\d{1,6})?(?P<utc>Z)?)?)?"
)
# 发布日期：20240328　民国113年3月28日
_COMPACT = re.compile(
    r"(?:日期|时间|發布|发布|时間|時間)\s?[:：]\s*(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])"
    r"(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
# 发布时间：18-03-0823:16, where only style parts the day from the hour
_SHORT_YEAR = re.compile(
    r"(?:日期|时间|發布|发布|时間|時間)\s?[:：]\s*(?P<y>[0-4]\d)[-/.](?P<m>0[1-9]|1[0-2])[-/.]"
    r"(?P<d>0[1-9]|[12]\d|3[01])(?!\d(?!\d:))"
)
_REPUBLIC = re.compile(
    r"民[国國]\s?(?P<y>\d{2,3})\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日"
)
# 公告日:113/03/28
_REPUBLIC_SHORT = re.compile(
    r"(?:公告日|日期|時間|时间)\s?[:：]\s*(?P<y>1[01]\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?!\d)"
)
_HAN = re.compile(
    r"(?P<y>[二一][〇零○一二三四五六七八九]{3})年(?P<m>[一二三四五六七八九十]{1,2})月"
    r"(?P<d>[一二三四五六七八九十]{1,3})日"
)
_MAY_DATE = re.compile(r"\d|年")

# 7月3日 14:20　07-03 14:20　时间：07-03: a date without its year; two bare numbers need more.
_YEARLESS = re.compile(
    r"(?<![\d年月./-])(?:(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?!至|-|—|起)|"
    r"(?P<m2>\d{2})[-/](?P<d2>\d{2})(?=\s+\d{1,2}:)|"
    r"(?<=[间期][:：])\s?(?P<m3>\d{2})[-/](?P<d3>\d{2})(?![/-]|\d(?!\d:)))"
    r"(?:\s*(?P<h>\d{1,2}):(?P<mi>\d\d)(?::\d\d)?)?"
)
LONGEST_YEARLESS = 60
# /2023-07/03/　/2023/0703/　t20230703_123.htm　/20230703/　/20230703A012　/2023/7/3/　/23/0703/09/
_IN_ADDRESS = re.compile(
    r"[/_t](?P<y>(?:19|20)\d\d)[-/_]?(?P<m>0[1-9]|1[0-2])[-/_]?(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?=[/_.A-Z]|$)|"
    r"/(?P<y2>20\d\d)[-/](?P<m2>[1-9]|1[0-2])[-/](?P<d2>[1-9]|[12]\d|3[01])(?=[/_.])|"
    r"/(?P<y3>[0-4]\d)/(?P<m3>0[1-9]|1[0-2])(?P<d3>0[1-9]|[12]\d|3[01])/\d\d/"
)
_YEAR_IN_ADDRESS = re.compile(r"[/_](?P<y>20[0-4]\d|199\d)[-/]")


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: ISO form, the words it was read from, where they stand."""

    iso: str
    raw: str
    start: int

    @property
    def has_time(self) -> bool:
        """Tell whether the time of day is known."""
        return "T" in self.iso


def find_dates(text: str) -> list[Found]:
    """Give the dates of a text in order; what is no calendar date is passed over."""
    if not _MAY_DATE.search(text):
        return []
    wide = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    if len(wide) != len(text):  # positions would not be those of the text
        wide = text
    found = [f for m in _YEAR_FIRST.finditer(wide) if (f := _western(m, text))]
    found += [f for m in _HAN.finditer(wide) if (f := _han(m))]
    found += [f for m in _COMPACT.finditer(wide) if (f := _day(m))]
    found += [f for m in _SHORT_YEAR.finditer(wide) if (f := _day(m, CENTURY))]
    found += [f for m in _REPUBLIC.finditer(wide) if (f := _day(m, REPUBLIC))]
    found += [f for m in _REPUBLIC_SHORT.finditer(wide) if (f := _day(m, REPUBLIC))]
    return sorted(found, key=lambda f: f.start)


def find_yearless(text: str, year: int) -> Found | None:
    """Read a short line's date without a year, such as 7月3日 14:20, as one of this year."""
    if len(text) > LONGEST_YEARLESS or not (match := _YEARLESS.search(text)):
        return None
    # In a sentence or a title, such a date is an event's.
    if not match["h"] and len(text) > len(match[0]) + 20:
        return None
    try:
        day = date(
            year,
            int(match["m"] or match["m2"] or match["m3"]),
            int(match["d"] or match["d2"] or match["d3"]),
        )
        if match["h"] is None:
            return Found(day.isoformat(), match[0].strip(), match.start())
        moment = datetime(day.year, day.month, day.day, int(match["h"]), int(match["mi"]))
    except ValueError:
        return None
    return Found(moment.replace(tzinfo=CHINA).isoformat(), match[0].strip(), match.start())


def from_address(url: str) -> Found | None:
    """Read the day in an address, such as /2023-07/03/ or t20230703_123.htm."""
    for match in _IN_ADDRESS.finditer(url[:500]):
        try:
            parts = [int(group) for group in match.groups() if group]
            day = date(parts[0] if match["y3"] is None else 2000 + parts[0], *parts[1:])
        except ValueError:
            continue
        if EARLIEST <= day.year <= LATEST and (day.month, day.day) != (1, 1):
            return Found(day.isoformat(), match[0].strip("/_t"), match.start())
    return None


def year_in_address(url: str) -> int | None:
    """Read the year in an address, such as /2023/0703/."""
    found = from_address(url)
    if found:
        return int(found.iso[:4])
    match = _YEAR_IN_ADDRESS.search(url[:500])
    return int(match["y"]) if match else None


def _western(match: re.Match[str], text: str) -> Found | None:
    parts = match.groupdict()
    raw = text[match.start() : match.end()].strip()
    try:
        day = date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
        if not EARLIEST <= day.year <= LATEST:
            return None
        if parts["h"] is None:
            return Found(day.isoformat(), raw, match.start())
        hour = int(parts["h"]) + (
            12 if parts["half"] in ("下午", "晚上", "PM") and int(parts["h"]) < 12 else 0
        )
        moment = datetime(
            day.year, day.month, day.day, hour, int(parts["mi"]), int(parts["s"] or 0)
        )
    except ValueError:
        return None
    zone = UTC if parts["utc"] else CHINA
    return Found(moment.replace(tzinfo=zone).astimezone(CHINA).isoformat(), raw, match.start())


def _day(match: re.Match[str], before: int = 0) -> Found | None:
    try:
        day = date(before + int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None
    return Found(day.isoformat(), match[0][match.start("y") - match.start() :], match.start("y"))


def _han(match: re.Match[str]) -> Found | None:
    try:
        year = int(match["y"].translate(_DIGITS))
        day = date(year, _small(match["m"]), _small(match["d"]))
    except ValueError:
        return None
    return Found(day.isoformat(), match[0], match.start())


def _small(numeral: str) -> int:
    """Read 一 to 九十九."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int(numeral.translate(_DIGITS))
    return int((tens or "一").translate(_DIGITS)) * 10 + int((ones or "〇").translate(_DIGITS))


def from_meta(value: str) -> Found | None:
    """Read a machine's date such as 2023-06-27T10:04:26Z; times without a zone are China's."""
    text = value.strip()
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return next(iter(find_dates(text)), None)
    if not EARLIEST <= moment.year <= LATEST:
        return None
    if len(text) <= len("2023-06-27"):
        return Found(moment.date().isoformat(), text, 0)
    moment = moment.replace(tzinfo=CHINA) if moment.tzinfo is None else moment.astimezone(CHINA)
    return Found(moment.isoformat(timespec="seconds"), text, 0)
