"""Titles as an editor wrote them: without the site's name and without a news mill's affixes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from functools import cache

from pipelines.boilerplate.lines import key_of
from pipelines.charset.script import fold_script

LONGEST = 300
SHORTEST = 6

SUFFIX = re.compile(r"\s*[-_|—–·]+\s*([^-_|—–]{2,24})\s*$")
SITE_WORDS = re.compile(
    r"(网|快讯|日报|晚报|新闻|在线|频道|门户|平台|资讯|网站|政府|委员会|粉丝|速看|视讯|头条|公众号|首页|小说|\.com|\.cn|"
    r"大学|学院|医院|中学|党校|研究院|管理局|集团|有限公司)$",
    re.I,
)
# …>>水利>>青岚网　…【青岚网】
BOXED = re.compile(r"\s*(?:(?:>{1,2}|»)\s*[^>»]{2,16}){1,4}$|\s*【([^】]{2,16})】$")
# Mills of rewritten news tell their copies apart by these: 当前热点：…, … 全球视讯, …|环球热闻.
_MILL = (
    "(?:全球|环球|世界|天天|每日|当前)(?:今日)?(?:讯|资讯|快讯|速讯|视讯|热讯|观点|热点|热闻|热议|热文|"
    "速看|速读|快看|快播|精选|看点|要闻|播报|消息|关注|聚焦|动态|头条|新消息|最新|视点|简讯|微资讯)"
)
MILL_PREFIX = re.compile(rf"^【?{_MILL}[】：:！!|丨]\s*")
MILL_SUFFIX = re.compile(rf"\s*[-|丨 ！_]\s*{_MILL}$")


def without_site_name(title: str, others: Sequence[str] = ()) -> str:
    """Take the site's name off a title: what follows the last dash where another line shows the
    title without it, or where it ends as names of sites end. Takes a news mill's affixes off too.
    """
    return without_suffix(title, cache(lambda: frozenset(map(key_of, others))))


def without_suffix(title: str, keys: Callable[[], Set[str]]) -> str:
    """Do the same by the other lines' keys, which are asked for only where there is a suffix."""
    if len(title) > LONGEST:
        return title
    while match := SUFFIX.search(title):
        bare = title[: match.start()].strip()
        if len(bare) < SHORTEST:
            break
        known = "_" in title[match.start() : match.start(1)]  # titles themselves hold none
        known = known or key_of(bare) in keys()
        if not known and not SITE_WORDS.search(fold_script(match[1])):
            break
        title = bare
    return _without_affixes(_unboxed(title))


def _unboxed(title: str) -> str:
    match = BOXED.search(title)
    if not match or match.start() < SHORTEST:
        return title
    name = fold_script(match[1] or match[0])
    return title[: match.start()] if SITE_WORDS.search(name) else title


def _without_affixes(title: str) -> str:
    folded = fold_script(title)
    if match := MILL_SUFFIX.search(folded):
        title, folded = title[: match.start()], folded[: match.start()]
    if match := MILL_PREFIX.search(folded):
        title = title[match.end() :]
    return title
