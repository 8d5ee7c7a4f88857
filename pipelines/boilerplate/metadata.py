"""Date, publisher, authors, region and section, from the lines around the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.boilerplate.authors import authors_of, split_names
from pipelines.boilerplate.dates import Found, find_dates, find_yearless
from pipelines.boilerplate.labels import LONGEST, labelled, with_labels
from pipelines.boilerplate.names import PERSON
from pipelines.boilerplate.publisher import DAY, ISSUED, NAME, STOP, first, publisher_of
from pipelines.boilerplate.section import section_of, tags_of
from pipelines.charset.script import fold_script

# 责任编辑：韦青　编辑：韦青 鲁一鸣　责编：韦 青
EDITOR = re.compile(
    rf"(?<!总)(?<!主)(?:编辑|责编)\s*[:：/]\s*"
    rf"({PERSON}(?:[ \u3000、,，/]{{1,2}}{PERSON}){{1,3}}(?![一-鿿])|"
    rf"(?<![一-鿿])[一-鿿][ \u3000][一-鿿](?![一-鿿])|{NAME}{{2,12}}){STOP}"
)
# 所在地区：青岚省-河湾市　地区：青岚 > 河湾　省份：青岚
REGION = re.compile(
    r"(?:(?:所在|所属|项目|发布)地区|(?<![一-鿿])地区|所在地区?|行政区[域划]|省份)\s*[:：]\s*"
    r"([一-鿿]{2,12}(?:\s*[-—>/·]\s*[一-鿿]{2,10}){0,3})"
)
# 发布时间 and 来源 say more of a day than 时间, which any table has.
_PUBLICATION = re.compile(r"发布|发表|来源|稿源|公[告示](?:日期|时间)|信息时间|录入")
_LABEL = re.compile(r"时间|日期|更新")
# A page that was changed later was published before.
_CHANGED = re.compile(r"更新|修改")
# The page's clock: 2024年3月28日 星期四
_CLOCK = re.compile(r"^\D{0,6}[\d年月日./ -]{8,14}\s*[（(]?(?:星期|周)[一二三四五六日天][)）]?$")
# 投标截止时间：2024-04-30　今天是2024年4月30日: days of something else.
_OTHER_DAY = re.compile(
    r"(?:截止|截至|开标|开启|递交|提交|签[订署]|有效期|报名|开工|竣工|交货|期限|打印|访问|今天是?|现在是|"
    r"(?:当前|系统)(?:时间|日期)|生效|实施|施行|废止|失效|出生|成立|注册|开庭|举办|活动|会议|合同|"
    r"(?:询价|首次|原)公告(?:发布)?(?:日期|时间))[^，。\d]{0,8}$"
)
LONGEST_LABEL = 12
# A notice's table of fields stands far above its title: 发文日期： 2024-03-28.
FIELD = re.compile(r"(?:发布|发文|成文|生成|公开|公布)(?:日期|时间)\s*[:：]")
# Another article's line: its title before its date.
_LISTED = re.compile(
    r"》\s*[（(]?(?:19|20)\d\d|^[·•-]\s|^\d{1,2}[.、]\s|^[一二三四五六七八九十]{1,3}、"
)
# Behind the title's own lines: 发表于 2024-03-28　posted @ 2024-03-28　来源：青岚日报 2024-03-28
_PUBLISHED = re.compile(
    rf"(?:发[布表文](?:日期|时间|于)?|更新(?:日期|时间|于)|录入(?:日期|时间)?|posted\s?(?:on|@))\s*"
    rf"[:：]?\s*(?:{DAY}|20\d{{6}}(?!\d))|来源\s*[:：].{{2,30}}{DAY}|^{DAY}.{{0,20}}来源\s*[:：]|"
    # 《青岚日报》（2024年03月28日 第02版）
    rf"^[（(]?《[^》]{{2,12}}》\s*[（(]\s*{DAY}|^(?:时间|日期)\s*[:：]\s*{DAY}\s.{{0,10}}(?:作者|来源)",
    re.I,
)


# 2024年03月28日 08:47 责编：韦青 点击：　【信息时间：2024-03-28 阅读次数：58】
_OF_ITSELF = re.compile(
    rf"^[【\[(（|]?\s*(?:(?:信息|发布|发表|公[告示]|更新)(?:时间|日期)|来源|发布[人者]|作者|时间)\s*[:：].*{DAY}|"
    rf"^{DAY}\s[^。]*(?:责编|编辑|来源|作者|点击|浏览|阅读|发布)|^{DAY}$"
)
LONGEST_OF_ITSELF = 100


def says_of_itself(line: str) -> bool:
    """Tell the line under a title that says when a page was published, and by whom."""
    return len(line) <= LONGEST_OF_ITSELF and bool(_OF_ITSELF.search(fold_script(line)))


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
) -> Facts:
    """Read the facts of lines near the title, those behind the body second.

    `fields` are lines further above the title, where only what has a label is read; `under` are
    those right below it, where a name may stand alone.
    """
    front = labelled(head)
    before = [line for line in front if len(line) <= LONGEST]
    behind = [line for line in labelled(tail) if len(line) <= LONGEST]
    above = with_labels(labelled(fields))
    values = with_labels([*before, *behind])
    return Facts(
        published=_published([*filter(FIELD.search, above), *before])
        or _published([x for x in behind if _PUBLISHED.search(x)]),
        publisher=publisher_of(before, behind, under) or first(ISSUED, above),
        authors=authors_of(front, tail, under),
        editor="、".join(split_names(first(EDITOR, values))),
        region=re.sub(r"\s", "", first(REGION, [*above, *values])).replace(">", "-"),
        section=section_of(before),
        tags=tags_of([*before, *behind]),
    )


def signed_date(body: Sequence[str]) -> Found | None:
    """Read the date that stands alone under a text, where notices are signed."""
    for line in reversed(body[-4:]):
        if len(line) <= 32 and (found := find_dates(line)) and len(line) <= len(found[0].raw) + 4:
            return found[0]
    return None


def _published(lines: Sequence[str]) -> Found | None:
    """Take a labelled date before a bare one, and one with its time before one without."""
    found = [
        (_rank(flat), not date.has_time, index, date)
        for index, line in enumerate(lines)
        if not _LISTED.search(line) and (flat := fold_script(line))
        for date in _own_dates(line, flat)[:1]
        if date.start or not _names_other_day(lines[index - 1] if index else "")
    ]
    return min(found, key=lambda f: f[:3])[3] if found else None


def _names_other_day(above: str) -> bool:
    """Tell a label over its value: 现投标截止."""
    return len(above) <= LONGEST_LABEL and bool(_OTHER_DAY.search(fold_script(above)))


def _rank(flat: str) -> int:
    if _CLOCK.search(flat):
        return 4
    if _CHANGED.search(flat) and not _PUBLICATION.search(flat):
        return 2
    return 0 if _PUBLICATION.search(flat) else 1 if _LABEL.search(flat) else 3


def _own_dates(line: str, flat: str) -> list[Found]:
    return [
        f for f in find_dates(line) if not _OTHER_DAY.search(flat[max(0, f.start - 24) : f.start])
    ]


def yearless_date(head: Sequence[str], year: int | None) -> Found | None:
    """Read 7月3日 14:20 near a title as a date of this year; None where the year is not known."""
    lines = (line for line in labelled(head) if len(line) <= LONGEST)
    found = (find_yearless(line, year) for line in lines) if year else ()
    return next(filter(None, found), None)
