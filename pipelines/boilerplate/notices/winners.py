"""Winners that sentences name: 确定某公司为中标人，中标金额为…."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.labels import cells_of
from pipelines.boilerplate.notices.signs import LOT
from pipelines.boilerplate.notices.values import amount_in, amounts_after

_WON = r"(?:预|拟)?(?:中标|成交|中选|入围)"
FIRM_NAME = (
    r"[一-鿿A-Za-z()·&\d]{2,40}?(?:有限(?:责任)?公司|公司|集团|事务所|研究院|设计院|研究所|大学|学院|"
    r"中心|厂|店|经营部|商行|合作社|工作室|医院|出版社|合伙\))(?:[(]联合体[^()]*[)])?"
)
_SAID = (
    re.compile(
        rf"(?P<firm>{FIRM_NAME})(?:被?(?:确定|推荐|评定)?为)(?:本|该)?(?:项目|次采购|标段|包)?的?"
        rf"(?:第[一二三](?:名)?)?{_WON}(?:候选)?(?:人|供应商|单位)"
    ),
    re.compile(
        rf"(?P<firm>{FIRM_NAME})为[^,。;]{{2,40}}(?:项目|工程|标段|包)的?{_WON}(?:候选)?(?:人|供应商|单位)"
    ),
    re.compile(rf"{_WON}(?:供应商|单位|人)(?:确定)?[是为](?P<firm>{FIRM_NAME})"),
    re.compile(
        rf"(?P<firm>{FIRM_NAME})以(?P<offer>(?:[^,。;]|(?<=\d),(?=\d)){{2,40}}?)(?:的?(?:总?报价|价格|总价|金额))?(?:的?)"
        rf"(?:被确定为)?{_WON}(?![金价])"
    ),
    re.compile(rf"由(?P<firm>{FIRM_NAME})(?:以.{{2,30}})?{_WON}"),
)
_LOT_SAID = re.compile(
    rf"^\s*[(]?{LOT}[)]?\s*[:,]?\s*(?P<firm>{FIRM_NAME})(?:[,:;]\s*|\s+)(?={_WON}|总?报价)"
)
_SAID_AMOUNT = re.compile(
    rf"(?:{_WON}(?:总?金额|总?价款?|价格|总价)|总?报价)(?:合计)?(?:[为是:]|人民币|共|\s|\(.{{0,6}}\))*$"
)
_RUNNER_UP = re.compile(
    r"第[二三四五]\s*(?:名|(?:中标|成交|中选)?候选)|(?:另|其[他余它])[^,。;]{0,6}(?:家|单位|供应商)"
)
_BEFORE_FIRM = re.compile(
    r"^.*(?:最[低高]的|第一的|确定|推荐|选定|决定|评定|同意|[,。;:]|(?<![一-鿿])由|(?<=现)由|其中)(?=.{4})"
)


class Winner(NamedTuple):
    """Who won, the words that say so, and the yuan, None where none or several are said."""

    supplier: str
    raw: str
    cny: float | None


def winners_said(lines: Sequence[str]) -> Iterator[Winner]:
    """Read the winners out of sentences: 确定某公司为中标人，中标金额为…."""
    for line in lines:
        if cells_of(line):
            continue
        flat = level(line)
        found = [m for pattern in (*_SAID, _LOT_SAID) for m in pattern.finditer(flat)]
        taken: list[re.Match[str]] = []
        for match in sorted(found, key=lambda m: m.start()):
            if not any(
                t.start("firm") <= match.end("firm") and match.start("firm") <= t.end("firm")
                for t in taken
            ):
                taken.append(match)
        for number, match in enumerate(taken):
            start = match.start("firm")
            cut = _BEFORE_FIRM.match(flat[start : match.end("firm")])
            start += cut.end() if cut else 0
            end = taken[number + 1].start() if number + 1 < len(taken) else len(line)
            if runner_up := _RUNNER_UP.search(flat, match.end(), end):
                end = runner_up.start()
            amounts = list(amounts_after(_SAID_AMOUNT, line[match.start() : end]))
            offer = match.groupdict().get("offer")
            if offer and (said := amount_in(offer, None)):
                amounts.append(said)
            values = {a.cny for a in amounts}
            amount = values.pop() if len(values) == 1 else None
            yield Winner(line[start : match.end("firm")], line[start:end].strip(), amount)
