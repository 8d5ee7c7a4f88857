"""A text as clauses: where they begin, and which only tell of the copy."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.charset.script import codes, text_of
from pipelines.dedup.facts import HIDES, NUMERAL, canonical
from pipelines.dedup.folding import Points, aligned, plain

# What ends a clause. A point or comma inside a number does not (3.5万元, 1,200), nor one space.
_ENDS = "。！？；，!?;\n\r\t\u2002\u2003\u3000（）()【】…"
_POINTS = ",."
# Where a page was not parsed, <br/> and &nbsp; do.
_REMAINS = re.compile(r"</?[a-z][^<>]{0,40}>|&[a-z]{2,6};")
_COUNTING = f"0123456789*{NUMERAL}"
_COUNTS, _END, _POINT, _DIGIT, _SPACE = 1, 2, 4, 8, 16

# 发布时间：2023-05-08, 责任编辑：某某: the copy's own, nothing of the story.
_FRAME = re.compile(
    r"^(?:本文|文章|信息|稿件)?(?:发布|更新|发表|刊发)(?:时间|日期)|^(?:信息|文章|稿件)?来源|^稿源"
    r"|^责?任?编辑|^责编|^(?:本报)?记者|^作者|^浏览|^点击|^阅读|^字号|^审核|^校对|^通讯员"
)
_FRAME_BEGINS = frozenset("本文信稿发更刊来责编记作浏点阅字审校通")
_FRAME_LENGTH = 30
_LABEL = re.compile(r"^[^：:]{0,16}(?:：|:(?!\d))")
# 项目编号：QL-2023-0117, 案号, 项目名称: what names the one thing that the text is about.
NAMING = re.compile(
    r"(?:编号|案号|文号|批号|项目名称|工程名称|合同名称|采购项目|招标项目|标段|包号|标段名称|题目)$"
)
# 供应商名称, 中标人, 受让单位, 当事人: whom the text is about.
PARTY = re.compile(
    r"(?:供应商|供货商|中标|成交|中选|竞得|受让|出让|竞买|被处罚|当事|许可|持有|获奖|考生|拟任|投标|申请)"
    r"(?:候选)?(?:人|者|方|单位|企业|商|公司)?(?:名称|姓名)?$|^(?:姓名|企业名称|公司名称|单位名称)$"
)
# 中标金额, 预算, 最高限价: what it costs.
AMOUNT = re.compile(r"(?:金额|价|价格|报价|限价|预算|总额|费用|价款|罚款)(?:元|万元)?$")
# 霁州5月8日讯, 新华社北京5月9日电: a newspaper's own dateline.
_DATELINE = re.compile(r"(?:讯|电|报道|消息)$")


READ = 100_000  # characters of a text; what is behind them is not compared
MOST = 10_000  # clauses; to align 50,000 numbers would take 300 MB
_LONGEST = 400  # characters; to align a book without a mark would take gigabytes


class Clause(NamedTuple):
    """A run between two marks: its folded text, and the span of the source it came from."""

    folded: str
    source: str
    label: str
    """The folded words before a colon, where there is one."""
    counts: bool
    """Whether there is a digit or a numeral in it."""

    @property
    def value(self) -> str:
        """The folded words behind the label."""
        return self.folded[len(self.label) :]

    def canonical(self) -> Clause:
        """Give the clause with its facts in one way of writing."""
        if not self.counts and not HIDES.search(self.source):
            return self  # most clauses
        named = _LABEL.match(self.source) if self.label else None
        if named is None:
            return self._replace(folded=canonical(self.source), label="")
        return self._replace(folded=self.label + canonical(self.source[named.end() :]))


def clauses(text: str, template: Collection[str] = ()) -> list[Clause]:
    """Split a text into its clauses, without those that only tell of the copy.

    `template` holds folded clauses that are known to stand on all pages of a site.
    """
    return list(_split(text, frozenset(template)))


@lru_cache(maxsize=8)  # one text is compared with up to sixteen
def _split(text: str, template: frozenset[str]) -> tuple[Clause, ...]:
    text = text[:READ]
    kept = aligned(text)
    if kept is None:
        text = plain(text)
        kept = aligned(text)
    assert kept is not None
    folded = text_of(kept[kept != 0])
    points = codes(text)
    before = _counted(kept != 0)
    counting = _counted(_kinds().take(kept, mode="clip") & _COUNTS > 0)
    spans = _spans(text, points)
    found = []
    for (start, end), (first, last), (fewer, more) in zip(
        spans.tolist(), before[spans].tolist(), counting[spans].tolist(), strict=True
    ):
        words = folded[first:last]
        if not words or words in template or _is_frame(words):
            continue
        source = text[start:end]
        named = _LABEL.match(source) if "：" in source or ":" in source else None
        label = words[: int(before[start + named.end()]) - first] if named else ""
        found.append(Clause(words, source, label, more > fewer))
    return tuple(found)


@cache
def _kinds() -> NDArray[np.uint8]:
    """Give what each code point is, as a sum of the five kinds."""
    table = np.zeros(0x10000, dtype=np.uint8)
    kinds = (_COUNTING, _ENDS, _POINTS, "0123456789０１２３４５６７８９", " ")
    for bit, members in zip((_COUNTS, _END, _POINT, _DIGIT, _SPACE), kinds, strict=True):
        table[[ord(member) for member in members]] |= bit
    return table  # what is beyond is clipped to U+FFFF, which is none


def _counted(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give how many flags are set before each place, and before the end."""
    found = np.zeros(len(flags) + 1, dtype=np.int64)
    np.cumsum(flags, out=found[1:])
    return found


def _spans(text: str, points: Points) -> NDArray[np.int64]:
    """Give the runs between marks, a row each; a regular expression takes five times as long."""
    kinds = _kinds().take(points, mode="clip")
    marks = np.flatnonzero(kinds & (_END | _POINT | _SPACE))
    around = np.concatenate([[0], kinds, [0]])
    before, after = around[marks], around[marks + 2]
    point = (kinds[marks] & _POINT > 0) & (before & after & _DIGIT > 0)
    space = (kinds[marks] & _SPACE > 0) & ((before | after) & _SPACE == 0)
    ends = np.zeros(len(points) + 2, dtype=np.bool_)
    ends[[0, -1]] = True
    ends[marks[~(point | space)] + 1] = True
    if "<" in text or "&" in text:
        for remains in _REMAINS.finditer(text):
            ends[remains.start() + 1 : remains.end() + 1] = True
    runs = np.flatnonzero(ends[1:] != ends[:-1]).reshape(-1, 2)
    if len(runs) and (runs[:, 1] - runs[:, 0]).max() > _LONGEST:
        pieces = [
            (first, min(end, first + _LONGEST))
            for start, end in runs.tolist()
            for first in range(start, end, _LONGEST)
        ]
        runs = np.array(pieces, dtype=np.int64)
    return runs[:MOST]


def _is_frame(words: str) -> bool:
    if len(words) > _FRAME_LENGTH or words[0] not in _FRAME_BEGINS:
        return False
    return bool(_FRAME.match(words))


def is_dateline(clause: Clause) -> bool:
    """Tell whether a clause is a newspaper's dateline."""
    return bool(_DATELINE.search(clause.folded))
