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


# Words of one character, which a differing span may begin or end with: 对工作, 将推进.
_SMALL = frozenset("的了并也将要在于被让各之其这此与和及使对为从自称说是有不又就都还用会能着把向")


@lru_cache(maxsize=16384)
def is_word(span: str, least: float = UNUSUAL) -> bool:
    """Tell whether a span is words: pairs of characters that follow each other, and small words.

    One in three may be left over, for a span need not end where a word does.
    """
    log_p = language_model().log_p
    paired = [log_p(a, b) >= least for a, b in pairwise(span)]
    left, before = (0 if span[:1] in _SMALL else 1), 0
    for place, pair in enumerate(paired, 1):
        alone = left + (span[place] not in _SMALL)
        left, before = min(alone, before if pair else alone), left
    return left <= len(span) // 3


_PERSON = re.compile(rf"(?:{COMPOUND}|[{SURNAMES}])[一-鿿]{{1,2}}")
_SAID_OFTEN = -3.5  # 方便, 高度 and 安全 begin as names do
_OFFICES, _PLACES = frozenset("局厅"), frozenset("县镇乡")


def are_persons(a: str, b: str) -> bool:
    """Tell whether two spans are the names of two persons: 吴敏, 张国庆; not 方便, 高度."""
    return all(
        _PERSON.fullmatch(span) and span not in NO_NAMES and not _is_common(span) for span in (a, b)
    )


def _is_common(span: str) -> bool:
    log_p = language_model().log_p
    return all(log_p(a, b) >= _SAID_OFTEN for a, b in pairwise(span))


def are_offices(a: str, b: str, following: str) -> bool:
    """Tell whether two spans name two offices or places by what follows: 教育局, 水利局; 青岚县."""
    if min(len(a), len(b)) < 2:
        return False
    if following in _PLACES:  # 现在县里
        return not (_is_common(a) or _is_common(b))
    return following in _OFFICES


def stage(clauses: Sequence[Clause]) -> str:
    """Name the stage of a tender that a notice's title tells, or nothing."""
    for place, clause in enumerate(clauses[:_HEADLINES]):
        if len(clause.folded) <= _LONGEST and not clause.label and _PAPER.search(clause.folded):
            beside = [clause, *clauses[max(0, place - 1) : place], *clauses[place + 1 : place + 2]]
            often = "".join(c.folded for c in beside[1:] if _BESIDE.fullmatch(c.folded))
            found = _stage(clause.source + often)
            if found:
                return found
    return ""


_PAPER = re.compile(r"(?:公告|公示|通告|通知|函|书|说明|意向|公开|结果|报告)$")
# 二次更正公告 is another paper than 更正公告, 终止公告 than 废标公告, 验收公告 than 合同公告.
_AGAIN = re.compile(r"第?([二三四五2-5])次|(?:再次|重新)(?=招标|采购)")
# 招标公告（第二次）, 招标公告（延期）: in brackets behind the title.
_BESIDE = re.compile(rf"(?:{_AGAIN.pattern})|更正|变更|延期|澄清|补充|废标|流标|终止|中止")
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
