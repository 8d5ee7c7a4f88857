"""Date, publisher, authors, region and section, from the lines around the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.boilerplate.dates import Found, find_dates
from pipelines.charset.script import fold_script

# What follows a name on the same line, without a space before it.
_WORDS = (
    "作者|编辑|责编|责任|记者|发布|时间|日期|来源|收集|字号|浏览|点击|阅读|参与|返回|原标题|摄影|"
    "审核|校对|通讯员|发自|供稿|联系|电话|本文|分享"
)
_NAME = rf"(?:(?!{_WORDS})[一-鿿A-Za-z0-9·@《》、－-])"
_STOP = rf"(?=\s|$|[|｜,，;；。】\])）\[(（]|{_WORDS}|\d{{4}})"
_PERSON = rf"(?:(?!{_WORDS})[一-鿿·]){{2,4}}"
_DAY = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?"
PUBLISHER = re.compile(
    rf"(?:信息来源|文章来源|稿件来源|消息来源|来源|稿源)\s*[:：]\s*({_NAME}{{2,30}}){_STOP}"
)
PUBLISHER_BESIDE_DATE = re.compile(
    rf"^({_NAME}{{2,16}})\s*[|｜]\s*(?=(?:19|20)\d\d)|^{_DAY}\s*[·|｜]\s*({_NAME}{{2,16}})$"
)
EDITOR = re.compile(rf"(?:责任编辑|责编|编辑)\s*[:：/]\s*({_NAME}{{2,12}}){_STOP}")
AUTHOR = re.compile(
    r"(?:(?:(?<!工)作者|执笔人?|采写|撰稿人?|撰文|(?<![一-鿿])文)\s*[:：/]\s*(?:[一-鿿]{0,4}记者\s*)?|"
    r"(?:记者|通讯员|评论员|实习生)(?:[:：/]\s*|\s+))"
    rf"({_PERSON}(?:[ 、,，&]+{_PERSON}){{0,5}}){_STOP}"
)
REGION = re.compile(r"(?:所在)?地区\s*[:：]\s*([一-鿿]{2,8}(?:\s*[-—]\s*[一-鿿]{2,10}){0,3})")
CRUMBS = re.compile(r"^(?:.{0,8}位置\s*[:：]\s*)?(.{1,40}?[>»›].{1,80})$")
TAGS = re.compile(r"^(?:(?:标签|关键词|关键字)\s*[:：]\s*)+([^\s:：].{0,200})$")
_LABEL = re.compile(r"发布|时间|日期|来源|更新")
_PUBLISHED = re.compile(rf"(?:发[布表](?:日期|时间|于)?|更新(?:日期|时间|于))\s*[:：]?\s*{_DAY}")


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


def read_facts(head: Sequence[str], tail: Sequence[str] = ()) -> Facts:
    """Read the facts of lines near the title, those behind the body second."""
    short = [line for line in (*head, *tail) if len(line) <= 160]
    return Facts(
        published=_published(head) or _published([x for x in tail if _PUBLISHED.search(x)]),
        publisher=_first(PUBLISHER, short) or _first(PUBLISHER_BESIDE_DATE, short),
        authors=_authors(short),
        editor=_first(EDITOR, short),
        region=_first(REGION, short).replace(" ", ""),
        section=_section(head),
        tags=_tags(short),
    )


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
        if len(line) <= 160
        for date in find_dates(line)[:1]
    ]
    return min(found, key=lambda f: f[:3])[3] if found else None


def _authors(lines: Sequence[str]) -> tuple[str, ...]:
    names = _first(AUTHOR, lines)
    return tuple(name for name in re.split(r"[ 、,，&]+", names) if name)


def _section(lines: Sequence[str]) -> str:
    for line in lines:
        if "<" in line:
            continue
        if match := CRUMBS.search(fold_script(line)):
            words = [word.strip() for word in re.split(r"[>»›]", line[match.start(1) :])]
            inner = [word for word in words[1:] if word and word != "正文"]
            return inner[-1] if inner and len(inner[-1]) <= 12 else (inner[0] if inner else "")
    return ""


def _tags(lines: Sequence[str]) -> tuple[str, ...]:
    words = _first(TAGS, lines)
    return tuple(w for w in re.split(r"[\s,，、;；]+", words) if w)[:20]
