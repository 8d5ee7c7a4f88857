"""The budget of a notice, and None wherever it is in doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.notices.labels import Entry
from pipelines.boilerplate.notices.signs import NOTHING
from pipelines.boilerplate.notices.values import (
    Stated,
    amount_in,
    amounts_after,
    by_lot,
    in_other_money,
)

_SAID_BUDGET = re.compile(
    r"(?<!年)(?<!年度)预算(?:总?金额|总额|总?价|资金)?(?:合计|总计|共计|[约为是:]|人民币|不超过|控制在|大写|\s|\(|由?现?(?:调整|变更|更正|修改))*$"
)
_SAID_CEILING = re.compile(
    r"(?:最高(?:投标|报价|响应|应答|招标)?限价|控制价|拦标价|上限价)(?:金额)?(?:合计|[约为是:]|人民币|大写|\s|\()*$"
)

# A line without stops is the title of another notice: 某校课桌采购 预算55万元.
_SENTENCE = re.compile("[，。；：,;:]")

# Nobody publishes a tender for less: it is the price of a piece.
LEAST_BUDGET = 1000


def budget_of(entries: Sequence[Entry], lines: Sequence[str]) -> Stated | None:
    """Give the budget in yuan, else the ceiling price; lots that each state one are summed."""
    if in_other_money(lines):
        return None
    budget = _total_of([e for e in entries if e.field == "budget"], entries)
    if budget or any(e.field == "budget" and not NOTHING.match(e.value) for e in entries):
        return budget
    sentences = [line for line in lines if _SENTENCE.search(line)]
    if said := {a.cny: line for line in sentences for a in amounts_after(_SAID_BUDGET, line)}:
        return Stated(*said.popitem()) if len(said) == 1 else None
    if labelled := [e for e in entries if e.field == "ceiling" and not NOTHING.match(e.value)]:
        # A result names the ceilings of the lots that it awards; others may have gone before.
        awarded = any(e.field in ("supplier", "award") for e in entries)
        lots = {(e.lot, e.row) for e in labelled}
        return None if awarded and len(lots) > 1 else _total_of(labelled, entries)
    said = {a.cny: line for line in sentences for a in amounts_after(_SAID_CEILING, line)}
    return Stated(*said.popitem()) if len(said) == 1 else None


def _total_of(stated: Sequence[Entry], entries: Sequence[Entry]) -> Stated | None:
    whole: dict[float, str] = {}
    lots: dict[str, float] = {}
    words: list[str] = []
    several_projects = len({e.value for e in entries if e.field == "project" and e.row}) > 1
    for entry in stated:
        if NOTHING.match(entry.value):
            continue
        parts = by_lot(entry.value, entry.unit)
        single = amount_in(entry.value, entry.unit) if parts is None else None
        if parts:
            whole[sum(parts)] = entry.value
        elif single is None or single.cny < LEAST_BUDGET:
            return None
        elif entry.lot or entry.row:
            name = entry.lot or f"row {entry.row}"
            if lots.setdefault(name, single.cny) != single.cny:
                return None
            words.append(entry.value)
        else:
            whole[single.cny] = entry.value
    if len(whole) == 1:
        return Stated(*next(iter(whole.items())))
    if whole:
        return None
    if not lots or several_projects:
        return None
    if len(lots) == 1 or not any(name.startswith("row") for name in lots):
        return Stated(sum(lots.values()), "；".join(words))
    return None
