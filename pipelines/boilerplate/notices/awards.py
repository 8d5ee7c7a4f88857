"""Who won and for how much: from labels, table rows and sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.items import Award
from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.labels import Entry
from pipelines.boilerplate.notices.signs import LOT, NOTHING
from pipelines.boilerplate.notices.values import (
    amount_in,
    by_lot,
    in_other_money,
    lots_in,
)
from pipelines.boilerplate.notices.winners import FIRM_NAME, winners_said

_ADDRESS = re.compile(
    r"\s*[(（][^()（）]*(?:率|折扣|[报评]价|评?分|得分|排名)[^()（）]*[)）]?$|\s*(?:[(,，;；(]?\s*(?:地址|联系|统一社会|电话|住所|报价|投标报价).*)$"
)
_RANKED = re.compile(
    r"(?:第\s*[一二三四五123]\s*(?:名|候选人|中标候选人|成交候选人|中标人|包)?|[1-5]\s*[.、])\s*[:：]?\s*"
)
_FIRST = re.compile(r"[1一是]")
_RANKED_OUT = re.compile(r"^[4-9]$|^第?[四五六七八九](?:名)?$|未|否|无效|不合格")


@dataclass(slots=True)
class _Draft:
    """An award in the making; `clashes` once two amounts were said for it."""

    supplier: str
    raw: list[str] = field(default_factory=list)
    amount: float | None = None
    clashes: bool = False
    lot: str = ""
    row: tuple[int, int] | None = None
    ranks: Sequence[str] = ()
    line: int = 0


def awards_of(
    entries: Sequence[Entry], lines: Sequence[str], *, candidates: bool, contract: bool
) -> tuple[Award, ...]:
    """Give the winners in order, or the ranked candidates; an amount in doubt is None."""
    drafts = _drafts(entries, candidates=candidates, contract=contract)
    if not drafts:
        drafts = [_Draft(w.supplier, [w.raw], w.cny) for w in winners_said(lines)]
    merged = _merged(drafts)
    if candidates or any(e.field == "supplier" and "候选" in level(e.label) for e in entries):
        _keep_first_offers(merged)
    totals = {a.cny for e in entries if e.field == "total" and (a := amount_in(e.value, e.unit))}
    if len(merged) == 1 and merged[0].amount is None and not merged[0].raw[1:] and len(totals) == 1:
        merged[0].amount = totals.pop()
    foreign = in_other_money(lines)
    return tuple(
        Award(d.supplier, None if d.clashes or foreign else d.amount, " ".join(d.raw))
        for d in merged
    )


def _drafts(entries: Sequence[Entry], *, candidates: bool, contract: bool) -> list[_Draft]:
    definite = any(e.field == "supplier" and _firms(e.value) for e in entries)
    rows_won = {
        e.row
        for e in entries
        if e.row and (e.field in ("award", "supplier") or (e.field == "rank" and e.value == "是"))
    }
    ranks: dict[tuple[int, int], list[str]] = {}
    for entry in entries:
        if entry.field == "rank" and entry.row:
            ranks.setdefault(entry.row, []).append(level(entry.value))
    priced = any(e.field in ("award", "total") for e in entries)
    sections_won = any(e.section == "award" for e in entries)
    drafts: list[_Draft] = []
    waiting: list[Entry] = []
    for entry in entries:
        is_bidder = entry.field == "bidder" and (
            contract
            or entry.row in rows_won - {None}
            or (entry.section == "award" and not (definite and not entry.row))
            or (candidates and not definite)
            or (not definite and not sections_won and entry.row is None)
        )
        if entry.field == "supplier" or is_bidder:
            for firm in _firms(entry.value):
                ranked = ranks.get(entry.row, ()) if entry.row else ()
                drafts.append(
                    _Draft(
                        firm, [entry.value], None, False, entry.lot, entry.row, ranked, entry.line
                    )
                )
            for early in waiting if drafts else []:
                if early.row == entry.row and (entry.row or early.line >= entry.line - 2):
                    _attach(drafts, early)
            waiting = []
        elif entry.field == "award" or (
            entry.field == "price"
            and (
                candidates
                or contract
                or entry.row in rows_won - {None}
                or entry.section == "award"
                or (not priced and _is_offer(entry, drafts))
            )
        ):
            same_row = entry.row and any(d.row == entry.row for d in drafts)
            if same_row or (not entry.row and drafts and _is_open(drafts[-1], entry)):
                _attach(drafts, entry)
            else:
                waiting.append(entry)
    return [d for d in drafts if not any(map(_RANKED_OUT.search, d.ranks))]


def _keep_first_offers(drafts: Sequence[_Draft]) -> None:
    """Take the bids of all candidates but the first of each lot: nothing is awarded for them.

    Without ranks the first to be named is the first.
    """
    seen: set[str] = set()
    for draft in drafts:
        said = "".join(draft.ranks)
        if not _FIRST.search(said) if said else draft.lot in seen:
            draft.amount = None
        seen.add(draft.lot)


def _is_offer(entry: Entry, drafts: Sequence[_Draft]) -> bool:
    """Tell a winner's 投标报价 on the line below its name."""
    return bool(
        drafts
        and not entry.row
        and not drafts[-1].row
        and "报" in level(entry.label)
        and entry.line - drafts[-1].line <= 1
    )


def _is_open(draft: _Draft, entry: Entry) -> bool:
    """Tell whether a line's amount belongs to the firm before it rather than to the next."""
    return draft.row is None and (
        len(draft.raw) == 1 or draft.amount is not None or "总" in level(entry.label)
    )


def _attach(drafts: Sequence[_Draft], entry: Entry) -> None:
    same = [d for d in drafts if entry.row and d.row == entry.row] or list(drafts[-1:])
    firms = {id(d) for d in same}
    several = [d for d in drafts if d.raw[0] == drafts[-1].raw[0] and d.row is None]
    if len(several) > 1 and not entry.row:
        parts = by_lot(entry.value, entry.unit) or []
        if len(parts) == len(several) == len(lots_in(several[0].raw[0])):
            for draft, part in zip(several, parts, strict=True):
                draft.amount = part
                draft.raw.append(entry.value)
            return
    if len(firms) > 1 or (not entry.row and len(several) > 1):
        for draft in [*same, *several]:  # one amount for several firms
            draft.clashes = True
        return
    draft = same[0]
    read = amount_in(entry.value, entry.unit)
    draft.raw.append(entry.value)
    if read is None:
        draft.clashes |= entry.field == "award"
    elif draft.amount is None and draft.clashes and "总" in level(entry.label):
        draft.amount, draft.clashes = read.cny, False  # 17.98万元/辆, then 总金额
    elif draft.amount is not None and draft.amount != read.cny:
        draft.clashes = True
    else:
        draft.amount = read.cny


def _firms(value: str) -> list[str]:
    """Give the firms of a value: 第一名 甲公司 第二名 乙公司 names two."""
    if NOTHING.match(level(value)):
        return []
    pieces = [p for p in _RANKED.split(value) if p.strip()] if _RANKED.search(value) else [value]
    if len(pieces) == 1 and "联合体" not in level(value):
        pieces = re.split(r"[；;]\s*|、(?=[^、]*公司)", pieces[0])
        if not all(re.search(FIRM_NAME, level(p)) for p in pieces):
            pieces = [value]
    found = []
    for piece in pieces:
        name = re.sub(rf"^\s*[(（]?{LOT}\s*[)）]?[:：]?\s*", "", piece)
        if said := re.match(rf"\s*{FIRM_NAME}(?=\s*[,;。])", level(name)):
            name = name[: said.end()]
        name = _ADDRESS.sub("", name).strip(" \u3000:：,，;；。、|")
        if _is_firm(name):
            found.append(name)
    return found


def _is_firm(name: str) -> bool:
    flat = level(name)
    return (
        2 <= len(flat) <= 60
        and not NOTHING.match(flat)
        and not re.search(
            r"[。?!]|\d{4}年|万元|^[\d,. ]+元?$|登录|会员|查看|均价|单价|金额|^第?[一二三]?名?$|"
            r"废标|流标|不足|公示|名称",
            flat,
        )
        and (len(flat) > 4 or bool(re.fullmatch(r"[一-鿿·]{2,4}", flat)))
    )


def _merged(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Join what was said twice of one firm and lot: in an overview and again below."""
    kept: list[_Draft] = []
    for draft in drafts:
        twin = next(
            (
                k
                for k in kept
                if level(k.supplier) == level(draft.supplier)
                and (k.lot == draft.lot or not k.lot or not draft.lot)
                and (
                    k.amount is None
                    or draft.amount is None
                    or k.amount == draft.amount
                    or (k.row is None and draft.row is None and k.lot == draft.lot)
                )
            ),
            None,
        )
        if twin is None:
            kept.append(draft)
            continue
        if None not in (twin.amount, draft.amount) and twin.amount != draft.amount:
            twin.clashes = True
        elif twin.amount is None and not twin.clashes:
            twin.amount, twin.clashes = draft.amount, draft.clashes
            twin.raw += draft.raw[1:]
    return kept
