"""The one amount that a value of a notice names, or that its words leave in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.boilerplate.notices.amounts import (
    FOREIGN,
    NEAR,
    Amount,
    bare_amount,
    find_amounts,
    level,
)
from pipelines.boilerplate.notices.signs import LOT, OTHER_MONEY, RATE

_PART = re.compile(r"[,;(。\s]*其中|[,;(]\s*(?:含|包括|包含)(?!税)")
_TOTAL = re.compile(
    r"(?:合计|总计|共计|总价|总额|总金额|总报价|总预算|总共|共|总)(?:金额)?(?:[为:是]|不超过)?(?:人民币)?\s*$"
    r"|=\s*$"
)
# Taiwan calls its tenders 標案 and counts in its own 元.
_OTHER_MONEY_WORDS = re.compile(rf"币种[^。;]{{0,8}}(?:{FOREIGN})|新台币|澳门元|标案|决标")
_BRACKETED_RATE = re.compile(r"\((?:每|即每|平均每)[^()]*\)")
# All that may stand between a label and its amount: 单卷报价超过250元 limits something else.
_PLAIN_WORDS = re.compile(
    rf"(?:人民币|RMB|CNY|大写|小写|约|共计?|合计|总计|总|额|金额|价款?|价格|报价|预算|最高|限价|"
    rf"控制价|投标|中标|成交|最终|合同|本项目|本次|采购|项目|本包|不超过|不高于|不得超过|控制在|"
    rf"为|是|即|不?含税|更正|变更|修改|调整|现|后|{LOT}|\d{{4}}年度?|[^\w%‰])*"
)
# 预算金额100万元以上的项目 speaks of many projects.
_LIMIT = re.compile(r"\)?\s*(?:及|\(含\))?以[上下](?!人民币)|\s*的?\s*\d+(?:\.\d+)?\s*%")
LEAST = 100
_PREFIX = re.compile(r"^(?:[一-鿿]{2,8}(?:\([^()]{0,6}\))?:|人民币|大写|小写|约|[(])+\s*")


class Stated(NamedTuple):
    """A value in yuan and the words it was read from."""

    cny: float
    raw: str


def in_other_money(lines: Iterable[str]) -> bool:
    """Tell whether a notice counts in another money than yuan."""
    return any(_OTHER_MONEY_WORDS.search(level(line)) for line in lines)


def amount_in(value: str, unit: int | None) -> Amount | None:
    """Read the one amount that a labelled value names; rates, unit prices and ranges are none."""
    flat = level(value)
    if part := _PART.search(flat):
        flat = flat[: part.start()] if part.start() else flat
    every = find_amounts(flat)
    found = [a for a in every if not a.per]
    if {a.cny for a in found} & {a.cny for a in every if a.per}:
        return None  # 叁拾陆万元整（￥360000.00/年）
    if RATE.search(flat) or any(OTHER_MONEY.search(flat[: a.start]) for a in found):
        return None
    if not found:
        flat = _BRACKETED_RATE.sub("", flat)
        if OTHER_MONEY.search(flat):
            return None  # 单价总和：3560
        # a number that is followed by words the patterns do not know is no amount
        return bare_amount(re.sub(r"\s*\([元圆]\)$", "", _PREFIX.sub("", flat)), unit)
    if any(_LIMIT.match(flat, a.end) for a in found):
        return None
    totals = [a for a in found if _TOTAL.search(flat[: a.start])]
    if len({a.cny for a in found}) > 1:
        found = totals
    if len({a.cny for a in found}) != 1 or found[0].cny < LEAST:
        return None
    return found[0] if totals or _PLAIN_WORDS.fullmatch(flat[: found[0].start]) else None


def by_lot(value: str, unit: int | None) -> list[float] | None:
    """Read 第一包：50万元，第二包：30万元; None for a value that does not speak of lots."""
    flat = level(value)
    marks = list(re.finditer(LOT, flat))
    if not marks:
        return None
    if total := [a for a in find_amounts(flat[: marks[0].start()]) if not a.per]:
        return [total[0].cny] if len({a.cny for a in total}) == 1 else []
    ends = [m.start() for m in marks[1:]] + [len(flat)]
    read = [
        amount_in(value[m.end() : end].strip(" :：,，;；。、"), unit)
        for m, end in zip(marks, ends, strict=True)
    ]
    names = lots_in(value)
    amounts = [a.cny for a in read if a]
    return amounts if len(amounts) == len(marks) == len(names) else []


def lots_in(value: str) -> set[str]:
    """Give the lots that a value names."""
    return {"".join(m[0].split()) for m in re.finditer(LOT, level(value))}


def amounts_after(sign: re.Pattern[str], line: str) -> Iterator[Amount]:
    """Give the amounts of a line that stand right behind what `sign` matches."""
    flat = level(line)
    for amount in find_amounts(line):
        limits = _LIMIT.match(flat, amount.end)
        if (
            not amount.per
            and not limits
            and sign.search(flat[max(0, amount.start - NEAR) : amount.start])
        ):
            yield amount
