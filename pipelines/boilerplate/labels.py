"""Lines of facts with their labels in one spelling: 【来源】青岚日报 becomes 来源：青岚日报."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.boilerplate.names import PERSON
from pipelines.charset.script import fold_script

LONGEST = 160
_LABELS = (
    "(?:信息|文章|稿件|消息|新闻|内容)?来源|稿源|(?:责任|网络|值班|本文|本期|执行)?编辑|责编|"
    "(?:文章|本文)?标签|关键[词字]|tags?|(?:所在|所属|项目|发布)地区|地区|所在地|行政区[划域]|"
    "省份|(?:所属|文章|信息)?(?:栏目|分类)"
)
_SPELT = re.compile(
    # 【来源】青岚日报　[标签: 渡槽 春灌]
    rf"[【\[［]\s*(?P<boxed>{_LABELS})\s*(?:[】\]］]\s*[:：]?|[:：])\s*|"
    # 来源丨青岚日报　编辑 | 韦青　| 所在地区 | 青岚省 |
    rf"(?:^|(?<=[\s|｜]))(?P<barred>{_LABELS})\s{{0,3}}[丨｜|/]\s*(?=[^\s|｜])|"
    # 责任编辑 韦青
    rf"(?:^|(?<=[\s(（]))(?P<spaced>(?:责任)?编辑|责编)[ \u3000]{{1,3}}(?={PERSON}(?:\s|$|[)）]))|"
    # 来源 青岚日报　关键词 渡槽 春灌
    r"(?:^|(?<=\d )|(?<=\d  ))(?P<open>来源|稿源|关键词|标签)[ \u3000]{1,3}(?=[一-鿿])",
    re.I,
)
_OPEN = re.compile(
    r"(?:来源|稿源|作者|记者|编辑|责编|日期|时间|地区|省份|标签|关键词|栏目)\s*[:：]$|"
    r"^(?:文章来源|信息来源|来源|稿源|作者|责任编辑|责编|发布(?:日期|时间)|所[在属]地区|地区|省份)$"
)
# Most lines hold none of these, and are left as they are.
_PARTED = re.compile(r"[】\]］:：丨｜|/ \u3000]")
_COLONS = (":", "：")
LONGEST_LABEL = 6


def labelled(lines: Sequence[str]) -> list[str]:
    """Spell the labels of lines in one way, and put the value on the line below behind its label.

    来源：, 青岚日报 becomes 来源：青岚日报.
    """
    joined: list[str] = []
    opened = False
    for line in lines:
        if opened:
            joined[-1] += line if joined[-1].endswith(_COLONS) else f"：{line}"
        else:
            joined.append(line)
        opened = not opened and _opens(joined[-1])
    return [_one_spelling(x) if len(x) <= LONGEST and _PARTED.search(x) else x for x in joined]


def with_labels(lines: Iterable[str]) -> list[str]:
    """Give the short lines that may hold a label and its value."""
    return [x for x in lines if len(x) <= LONGEST and (":" in x or "：" in x or "/" in x)]


def _opens(line: str) -> bool:
    if len(line) > LONGEST_LABEL and not line.endswith(_COLONS):
        return False
    return len(line) <= LONGEST and bool(_OPEN.search(fold_script(line)))


def _one_spelling(line: str) -> str:
    flat = fold_script(line)
    parts: list[str] = []
    end = 0
    for match in _SPELT.finditer(flat):
        group = match.lastgroup or 0
        parts += [line[end : match.start()], line[match.start(group) : match.end(group)], "："]
        end = match.end()
    return "".join([*parts, line[end:]]) if parts else line
