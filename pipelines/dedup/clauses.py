"""A text as clauses: where they begin, and which only tell of the copy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.charset.script import text_of
from pipelines.dedup.facts import canonical
from pipelines.dedup.folding import aligned, plain

# What ends a clause; a point, comma or dash inside a number does not (3.5万元, 1,200).
# Where a page was not parsed, <br/> and &nbsp; do.
_ENDS = re.compile(
    r"</?[a-z][^<>]{0,40}>|&[a-z]{2,6};"
    r"|[。！？；，!?;\n\r\t（）()【】…]+|(?<!\d)[,.]|[,.](?!\d)| {2,}"
)

# 发布时间：2023-05-08, 责任编辑：某某: the copy's own, nothing of the story.
_FRAME = re.compile(
    r"^(?:本文|文章|信息|稿件)?(?:发布|更新|发表|刊发)(?:时间|日期)|^(?:信息|文章|稿件)?来源|^稿源"
    r"|^责?任?编辑|^责编|^(?:本报)?记者|^作者|^浏览|^点击|^阅读|^字号|^审核|^校对|^通讯员"
)
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
_LONGEST = 400  # characters; to align a book without a mark would take gigabytes


@dataclass(frozen=True, slots=True)
class Clause:
    """A run between two marks: its folded text, and the span of the source it came from."""

    folded: str
    source: str
    label: str
    """The folded words before a colon, where there is one."""

    @property
    def value(self) -> str:
        """The folded words behind the label."""
        return self.folded[len(self.label) :]

    def canonical(self) -> Clause:
        """Give the clause with its facts in one way of writing."""
        named = _LABEL.match(self.source) if self.label else None
        if named is None:
            return Clause(canonical(self.source), self.source, "")
        label = self.label
        return Clause(label + canonical(self.source[named.end() :]), self.source, label)


def clauses(text: str, template: Collection[str] = ()) -> list[Clause]:
    """Split a text into its clauses, without those that only tell of the copy.

    `template` holds folded clauses that are known to stand on all pages of a site.
    """
    text = text[:READ]
    kept = aligned(text)
    if kept is None:
        text = plain(text)
        kept = aligned(text)
    assert kept is not None
    folded = text_of(kept[kept != 0])
    before = np.concatenate([[0], np.cumsum(kept != 0)]).tolist()
    found = []
    for start, end in _spans(text):
        words = folded[before[start] : before[end]]
        if not words or words in template or _is_frame(words):
            continue
        source = text[start:end]
        named = _LABEL.match(source)
        label = words[: before[start + named.end()] - before[start]] if named else ""
        found.append(Clause(words, source.strip(), label))
    return found


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end, after in [*(mark.span() for mark in _ENDS.finditer(text)), (len(text), 0)]:
        for first in range(start, end, _LONGEST):
            yield first, min(end, first + _LONGEST)
        start = after


def _is_frame(words: str) -> bool:
    return len(words) <= _FRAME_LENGTH and bool(_FRAME.match(words))


def is_dateline(clause: Clause) -> bool:
    """Tell whether a clause is a newspaper's dateline."""
    return bool(_DATELINE.search(clause.folded))
