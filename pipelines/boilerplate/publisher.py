"""The publisher a page names: behind a label, beside the date, in a dateline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pipelines.boilerplate.authors import WORDS
from pipelines.boilerplate.labels import with_labels
from pipelines.charset.script import fold_script

# A date that stands behind a name without a space ends it: 来源：青岚日报2024-05-13.
NAME = rf"(?:(?!{WORDS}|(?:19|20)\d\d[-./年])[一-鿿A-Za-z0-9·@《》、－-])"
STOP = rf"(?=\s|$|[|｜,，;；。】\])）\[(（]|{WORDS}|(?:19|20)\d\d)"
DAY = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?"
# What else has a source: 资料来源, 资金来源.
_OTHER = "资料|数据|图片|资金|经费|配图|素材|视频|音频|收入|客户|生源|货物"
# How names of publishers end; without a bar, only these tell one from a menu beside the date.
_MEDIA = (
    "网|报|社|台|日报|晚报|频道|在线|客户端|杂志|周刊|传媒|发布|融媒体?|融媒体中心|新闻中心|新闻"
)
_ORGAN = f"{_MEDIA}|局|厅|委|委员会|办公室|政府|大学|学院|中心|公司|协会|法院|检察院|处|科|站|所"

# In the order of trust, before the body; an example of each.
LABELLED = re.compile(  # 来源：青岚日报　摘自：青岚日报
    rf"(?<!{_OTHER})(?:来源|稿源|转自|转载自|摘自|来自|出处|供稿单位)\s*[:：]\s*({NAME}{{2,30}}){STOP}"
)
BESIDE_DATE = re.compile(
    # 青岚日报 | 2024-03-28　2024-03-28 · 青岚日报
    rf"^({NAME}{{2,16}})\s*[|｜]\s*(?=(?:19|20)\d\d)|^{DAY}\s*[·|｜]\s*({NAME}{{2,16}})$|"
    # 2024-03-28 青岚时评[整理]　2024-03-28 青岚时评 来自青岚县
    rf"^{DAY}\s*({NAME}{{2,16}}?)(?:\[整理\]|\s+来自)|"
    # 2024-03-28 09:12 青岚日报　2024年3月28日09:12青岚县水利局
    rf"^{DAY}\s*({NAME}{{1,14}}?(?:{_ORGAN}))(?=\s|$)|"
    # 青岚日报 2024-03-28 09:12
    rf"^({NAME}{{1,14}}?(?:{_MEDIA}))\s+(?={DAY})"
)
ISSUED = re.compile(  # 发布机构：青岚县水利局　供稿：青岚县水利局
    rf"(?:发布(?:单位|机构|部门)|发文(?:单位|机关)|供稿)\s*[:：]\s*({NAME}{{1,28}}?(?:{_ORGAN})){STOP}"
)
# 青岚社河湾5月3日电　（青岚日报讯）
DATELINE = re.compile(
    r"^[（(【]?([一-鿿]{1,6}[社网报])"
    r"(?:[一-鿿]{1,8}\d{1,2}月\d{1,2}日(?:电|讯)|(?<!本报)(?<!本网)讯[ （(）)】])"
)
# 据青岚日报报道　据《青岚日报》5月3日消息　摘自《青岚日报》
QUOTED = re.compile(
    r"^(?:[^。]{0,20}讯[ \u3000]{0,2})?(?:据|摘自|转自|来自)\s?《?"
    rf"((?!多家|外|有|本|该|当地|媒体|相关){NAME}{{1,12}}?(?:社|报|网|电视台|客户端|新闻))》?"
    r"(?:[\d年月日]{2,12}(?:电|讯)?)?(?:消息|报道|记者|$|[)）])"
)
OPENING = 60


def publisher_of(head: Sequence[str], tail: Sequence[str], under: Sequence[str] = ()) -> str:
    """Read the publisher from labelled short lines before the text, behind it, then its opening.

    `under` are the lines below the title, where a name and the date may stand in two elements.
    """
    values = with_labels(head)
    opening = [line[:OPENING] for line in tail[:2]]
    return bare(
        first(LABELLED, values)
        or first(BESIDE_DATE, [*head, *_pairs(under)])
        or first(LABELLED, with_labels(tail))
        or first(ISSUED, values)
        or first(DATELINE, opening)
        or first(QUOTED, [*opening, *head])
    )


def _pairs(lines: Sequence[str]) -> list[str]:
    return [f"{a} {b}" for a, b in pairwise(lines) if len(a) + len(b) <= 40]


def bare(name: str) -> str:
    """Take a name out of 《》."""
    return name[1:-1] if name.startswith("《") and name.find("》") == len(name) - 1 else name


def first(pattern: re.Pattern[str], lines: Sequence[str]) -> str:
    """Match on the folded line and take the words as they stand in the line itself."""
    for line in lines:
        if match := pattern.search(fold_script(line)):
            group = match.lastindex or 0
            return line[match.start(group) : match.end(group)].strip()
    return ""
