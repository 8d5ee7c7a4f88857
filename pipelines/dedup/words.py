"""Words, names and the headings of notices: what the words of a differing span tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from pipelines.boilerplate.names import COMPOUND, NO_NAMES, SURNAMES
from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.signs import CALLS, RESULT, STAGES
from pipelines.charset.model.language import language_model
from pipelines.dedup.clauses import Clause

# In nats; in words a character follows more readily: 工作 -1.5, 晏塘 -11.9. Where words were
# converted, 调试 has become 除错, and only what is rarer is a name.
UNUSUAL, RARE = -6.7, -9.5
_HEADLINES = 6  # clauses in which a notice's title stands
_LONGEST = 60


@lru_cache(maxsize=16384)
def is_word(span: str, least: float = UNUSUAL) -> bool:
    """Tell whether the characters of a span follow each other as those of words do."""
    log_p = language_model().log_p
    return all(log_p(a, b) >= least for a, b in pairwise(span))


_PERSON = re.compile(rf"(?:{COMPOUND}|[{SURNAMES}])[一-鿿]{{1,2}}")
_SAID_OFTEN = -3.5  # 方便, 高度 and 安全 begin as names do
_OFFICES = frozenset("局厅镇乡村县区市省")


def are_persons(a: str, b: str) -> bool:
    """Tell whether two spans are the names of two persons: 吴敏, 张国庆; not 方便, 高度."""
    return all(
        _PERSON.fullmatch(span) and span not in NO_NAMES and not is_word(span, _SAID_OFTEN)
        for span in (a, b)
    )


def are_offices(a: str, b: str, following: str) -> bool:
    """Tell whether two spans name two offices or places by what follows: 教育局, 水利局."""
    return following in _OFFICES and min(len(a), len(b)) > 1


def stage(clauses: Sequence[Clause]) -> str:
    """Name the stage of a tender that a notice's title tells, or nothing."""
    for place, clause in enumerate(clauses[:_HEADLINES]):
        if len(clause.folded) <= _LONGEST and not clause.label and _PAPER.search(clause.folded):
            beside = [clause, *clauses[max(0, place - 1) : place], *clauses[place + 1 : place + 2]]
            often = "".join(c.folded for c in beside[1:] if _AGAIN.fullmatch(c.folded))
            found = _stage(clause.source + often)
            if found:
                return found
    return ""


_PAPER = re.compile(r"(?:公告|公示|通告|通知|函|书|说明|意向|公开|结果|报告)$")
# 二次更正公告 is another paper than 更正公告, 终止公告 than 废标公告, 验收公告 than 合同公告.
_AGAIN = re.compile(r"第?([二三四五2-5])次|(?:再次|重新)(?=招标|采购)")
_TIMES = {"二": "2", "三": "3", "四": "4", "五": "5"}
_WITHIN = re.compile(r"(终止|中止|取消|暂停)|(验收)")


@lru_cache(maxsize=1024)
def _stage(title: str) -> str:
    head = level(title)
    found = next((rule.stage for rule in STAGES if rule.pattern.search(head)), "")
    if found in ("中标", "成交") or (not found and RESULT.search(head)):
        found = "结果"
    elif not found and CALLS.search(head):
        found = "招标"
    if not found:
        return ""
    again = _AGAIN.search(head)
    within = _WITHIN.search(head) if found in ("废标", "合同") else None
    kind = str(within.lastindex) if within else ""
    return found + (_TIMES.get(again[1], again[1]) or "2" if again else "") + kind
