"""Date, publisher, authors, region and section, from the lines around the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.boilerplate.authors import WORDS, authors_of
from pipelines.boilerplate.dates import Found, find_dates, find_yearless
from pipelines.charset.script import fold_script

# A date that stands behind a name without a space ends it: 来源：青岚日报2024-05-13.
_NAME = rf"(?:(?!{WORDS}|(?:19|20)\d\d[-./年])[一-鿿A-Za-z0-9·@《》、－-])"
_STOP = rf"(?=\s|$|[|｜,，;；。】\])）\[(（]|{WORDS}|(?:19|20)\d\d)"
_DAY = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?"
PUBLISHER = re.compile(
    rf"(?<!资料)(?<!数据)(?<!图片)(?:来源|稿源|转自|转载自|供稿单位)\s*[:：]\s*({_NAME}{{2,30}}){_STOP}"
)
# How names of publishers end; without a bar, only these tell one from a menu beside the date.
_MEDIA = "网|报|社|台|日报|晚报|频道|在线|客户端|杂志|周刊|传媒|发布|融媒"
PUBLISHER_BESIDE_DATE = re.compile(
    rf"^({_NAME}{{2,16}})\s*[|｜]\s*(?=(?:19|20)\d\d)|^{_DAY}\s*[·|｜]\s*({_NAME}{{2,16}})$|"
    rf"^{_DAY}\s*({_NAME}{{2,16}}?)(?:\[整理\]|\s+来自)|"
    rf"^{_DAY}\s+({_NAME}{{1,14}}?(?:{_MEDIA}))(?=\s|$)"
)
# 青岚社河湾5月3日电　（青岚日报讯）
DATELINE = re.compile(
    r"^[（(【]?([一-鿿]{1,6}[社网报])"
    r"(?:[一-鿿]{1,8}\d{1,2}月\d{1,2}日(?:电|讯)|(?<!本报)(?<!本网)讯[ （(）)】])"
)
EDITOR = re.compile(rf"(?:责任编辑|责编|编辑)\s*[:：/]\s*({_NAME}{{2,12}}){_STOP}")
# 所在地区：青岚省-河湾市　省份：青岚
REGION = re.compile(
    r"(?:(?:所在|所属|项目)地区|(?<![一-鿿])地区|所在地区?|行政区域|省份)\s*[:：]\s*"
    r"([一-鿿]{2,8}(?:\s*[-—]\s*[一-鿿]{2,10}){0,3})"
)
# 首页 > 农业 > 正文　当前位置：首页 / 农业　网易首页--> 商业　首页 → 理论新闻
_ARROW = r"\s*(?:-{1,3}>|[>＞»›→]+)\s*"
CRUMBS = re.compile(rf"^(?:.{{0,8}}位置\s*[:：]\s*)?(.{{1,40}}?{_ARROW}.{{1,80}})$")
PLACED = re.compile(r"^.{0,8}位置\s*[:：]\s*(.{2,120})$")
_SLASH = r"\s*[/·|-]\s*"
NO_SECTION = re.compile(r"^(?:正文|内容|详情|文章|详细|.{0,6}(?:正文|详情|内容页?)(?:\s.*)?)$")
TAGS = re.compile(r"^(?:(?:文章标签|标签|关键词|关键字|tags?)\s*[:：]\s*)+([^\s:：].{0,200})$")
_LABEL = re.compile(r"发布|时间|日期|来源|更新|发表")
# A notice's table of fields stands far above its title: 发文日期： 2024-03-28.
FIELD = re.compile(r"(?:发布|发文|成文|生成|公开|公布)(?:日期|时间)\s*[:：]")
_OPEN_LABEL = re.compile(
    r"(?:来源|稿源|作者|记者|编辑|责编|日期|时间|地区|省份|标签|关键词)\s*[:：]$"
)
# Another article's line: its title before its date.
_LISTED = re.compile(r"》\s*[（(]?(?:19|20)\d\d|^[·•-]\s|^\d{1,2}[.、]\s")
_PUBLISHED = re.compile(rf"(?:发[布表文](?:日期|时间|于)?|更新(?:日期|时间|于))\s*[:：]?\s*{_DAY}")

LONGEST = 160


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines around a title say."""

    published: Found | None = None
    publisher: str = ""
    authors: tuple[str, ...] = ()
    editor: str = ""
    region: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()


def read_facts(
    head: Sequence[str],
    tail: Sequence[str] = (),
    *,
    fields: Sequence[str] = (),
    under: Sequence[str] = (),
    year: int | None = None,
) -> Facts:
    """Read the facts of lines near the title, those behind the body second.

    `fields` are lines further above the title, where only dates with a label are read; `under`
    are those right below it, where a name may stand alone. `year` is that of a date without one.
    """
    front = _joined(head)
    before = [line for line in front if len(line) <= LONGEST]
    behind = [line for line in _joined(tail) if len(line) <= LONGEST]
    short = [*before, *behind]
    labelled = [line for line in _joined(fields) if len(line) <= LONGEST and FIELD.search(line)]
    return Facts(
        published=_published([*labelled, *before])
        or _published([x for x in behind if _PUBLISHED.search(x)])
        or _yearless(before, year),
        publisher=_first(PUBLISHER, before)
        or _first(PUBLISHER_BESIDE_DATE, before)
        or _first(PUBLISHER, behind)
        or _first(DATELINE, [line[:60] for line in tail[:2]]),
        authors=authors_of(front, tail, under),
        editor=_first(EDITOR, short),
        region=re.sub(r"\s", "", _first(REGION, [*_joined(fields), *short])),
        section=_section(head),
        tags=_tags(short),
    )


def signed_date(body: Sequence[str]) -> Found | None:
    """Read the date that stands alone under a text, where notices are signed."""
    for line in reversed(body[-4:]):
        if len(line) <= 32 and (found := find_dates(line)) and len(line) <= len(found[0].raw) + 4:
            return found[0]
    return None


def _joined(lines: Sequence[str]) -> list[str]:
    """Put a label and the value on the line below it together: 来源：, 青岚日报."""
    joined: list[str] = []
    for line in lines:
        if joined and len(joined[-1]) <= LONGEST and _OPEN_LABEL.search(fold_script(joined[-1])):
            joined[-1] += line
        else:
            joined.append(line)
    return joined


def _first(pattern: re.Pattern[str], lines: Sequence[str]) -> str:
    """Match on the folded line and take the words as they stand in the line itself."""
    for line in lines:
        if match := pattern.search(fold_script(line)):
            group = match.lastindex or 0
            return line[match.start(group) : match.end(group)].strip()
    return ""


def _published(lines: Sequence[str]) -> Found | None:
    """Take a labelled date before a bare one, and one with its time before one without."""
    found = [
        (not _LABEL.search(fold_script(line)), not date.has_time, index, date)
        for index, line in enumerate(lines)
        if not _LISTED.search(line)
        for date in find_dates(line)[:1]
    ]
    return min(found, key=lambda f: f[:3])[3] if found else None


def _yearless(lines: Sequence[str], year: int | None) -> Found | None:
    found = (find_yearless(line, year) for line in lines) if year else ()
    return next(filter(None, found), None)


def _section(lines: Sequence[str]) -> str:
    for line in lines:
        if "<" in line:
            continue
        flat = fold_script(line)
        match, cut = CRUMBS.search(flat), _ARROW
        if not match:
            match, cut = PLACED.search(flat), _SLASH
        if match:
            words = [word.strip(" -") for word in re.split(cut, line[match.start(1) :])]
            inner = [word for word in words[1:] if word and not NO_SECTION.search(word)]
            if inner:
                return inner[-1] if len(inner[-1]) <= 12 else inner[0]
    return ""


def _tags(lines: Sequence[str]) -> tuple[str, ...]:
    words = _first(TAGS, lines)
    tags = tuple(w for w in re.split(r"[\s,，、;；|]+", words) if w)[:20]
    # A line of fields that happens to begin with a label, not tags.
    return () if any(len(tag) > 16 or re.search("[:：]", tag) for tag in tags) else tags
