"""Where a page stands on its site, and the tags it carries."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.labels import with_labels
from pipelines.boilerplate.publisher import first
from pipelines.charset.script import fold_script

# 首页 > 农业 > 正文　当前位置：首页 / 农业　网易首页--> 商业　首页 → 理论新闻
_ARROW = r"\s{0,3}(?:-{1,3}>|[>＞»›→]+)\s*"
CRUMBS = re.compile(rf"^(?:.{{0,8}}位置\s?[:：]\s*+)?(.{{1,40}}?{_ARROW}.{{1,80}})$")
PLACED = re.compile(r"^.{0,8}位置\s?[:：]\s*+(.{2,120})$")
_SLASH = r"\s{0,3}[/\\·|-]\s*"
NO_SECTION = re.compile(r"^(?:正文|内容|详情|文章|详细|.{0,6}(?:正文|详情|内容页?)(?:\s.*)?)$")
# 栏目：水利新闻
COLUMN = re.compile(
    r"(?:^|\s)(?:所属|文章|信息)?(?:栏目|分类)\s*[:：]\s*([一-鿿·]{2,12})(?=\s|$|[|｜])"
)
LONGEST_SECTION = 12

TAGS = re.compile(
    r"^(?:(?:文章标签|本文标签|标签|关键词|关键字|tags?)\s*[:：]\s*)+([^\s:：].{0,200})$", re.I
)
# #渡槽 #春灌　#渡槽# #春灌#
HASHED = re.compile(r"^(#[^#\s]{2,12}#?(?:\s{0,3}#[^#\s]{2,12}#?){1,9})$")
# 标签, with each tag on a line of its own
HEADING = re.compile(r"^(?:文章|本文)?标签\s*[:：]?$")
_SEPARATOR = re.compile(r"[\s,，、;；|#/]+")
MOST_TAGS, LONGEST_TAG, LONGEST_LISTED = 20, 16, 8


def section_of(lines: Sequence[str]) -> str:
    """Read the section from a breadcrumb, else from its label."""
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
                return inner[-1] if len(inner[-1]) <= LONGEST_SECTION else inner[0]
    return first(COLUMN, with_labels(lines))


def tags_of(lines: Sequence[str]) -> tuple[str, ...]:
    """Read the tags from the line that a label or # marks, or from the lines below a heading."""
    words = (
        first(TAGS, with_labels(lines)) or first(HASHED, [x for x in lines if x[:1] == "#"])
    ).rstrip("]】")
    tags = tuple(word for word in _SEPARATOR.split(words) if word)[:MOST_TAGS]
    # A line of fields that happens to begin with a label, not tags.
    if any(len(tag) > LONGEST_TAG or re.search("[:：]", tag) for tag in tags):
        return ()
    return tags or _listed(lines)


def _listed(lines: Sequence[str]) -> tuple[str, ...]:
    short = ((i, x) for i, x in enumerate(lines) if len(x) <= LONGEST_LISTED)
    start = next((i + 1 for i, x in short if HEADING.search(fold_script(x))), len(lines))
    end = next(
        (i for i in range(start, len(lines)) if not 2 <= len(lines[i]) <= LONGEST_LISTED),
        len(lines),
    )
    listed = tuple(line.strip("#") for line in lines[start:end])
    return listed if 2 <= len(listed) <= LONGEST_LISTED else ()
