"""Tender notices: what they ask for or announce, read from their labels and sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crawler.items import Award
from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.awards import awards_of
from pipelines.boilerplate.notices.budget import budget_of
from pipelines.boilerplate.notices.changes import current_lines
from pipelines.boilerplate.notices.entries import entries_of
from pipelines.boilerplate.notices.labels import Entry
from pipelines.boilerplate.notices.moments import read_moments
from pipelines.boilerplate.notices.names import contact_of, named, project_in_title, region_of
from pipelines.boilerplate.notices.numbers import number_in_title, number_of_lot
from pipelines.boilerplate.notices.purchasers import in_full, purchaser_in_title, signed_by
from pipelines.boilerplate.notices.said import Read, in_the_script_of
from pipelines.boilerplate.notices.sentences import said_in_sentences
from pipelines.boilerplate.notices.signs import OTHERS_BELOW
from pipelines.boilerplate.notices.stage import TELLING, is_notice, stage_of
from pipelines.charset.script import fold_script

# Without one of these in its title, or several in its text, nothing was a notice.
WORDS = (
    *("招标", "采购", "中标", "成交", "投标", "询价", "磋商", "谈判"),
    *("比选", "遴选", "竞价", "中选", "入围", "决标", "定标", "竞标"),
    *("竞谈", "议价", "比价"),
    *("废标", "流标", "合同", "意向", "标段", "评标", "开标", "更正"),
    *("终止", "候选", "竞投", "招租", "选聘", "公开选", "资格预审"),
    *("单一来源", "履约验收", "项目编号", "项目名称", "预算金额", "采购人", "招标人", "供应商"),
    *("结果公示", "结果公告"),
    *("购买项目", "购置项目"),
)
SEVERAL = 3
HEAD, LONGEST_HEAD = 20, 1000
NAMED = ("project", "project_number", "purchaser", "agency")


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a tender notice says.

    Amounts are yuan, None where none is said or the words leave a doubt. `deadline` and
    `opening_at` are ISO 8601 with +08:00, or a bare date. `stated` gives, by field, the words that
    a value was read from.
    """

    stage: str
    project: str = ""
    project_number: str = ""
    purchaser: str = ""
    agency: str = ""
    budget_cny: float | None = None
    awards: tuple[Award, ...] = ()
    deadline: str | None = None
    opening_at: str | None = None
    contact: str = ""
    region: str = ""
    stated: Mapping[str, str] = field(default_factory=dict)


def may_be_notice(title: str, lines: Sequence[str]) -> bool:
    """Tell what is worth reading as a notice, at a hundredth of the cost of reading it."""
    if any(word in fold_script(title) for word in WORDS):
        return True
    text = fold_script("\n".join(lines[:HEAD])[:LONGEST_HEAD])
    return sum(word in text for word in WORDS) >= SEVERAL


def read_notice(title: str, lines: Sequence[str]) -> NoticeFacts | None:
    """Read a tender notice; None for a text that is none, prose about tenders among them.

    `lines` are the text's lines in order, one a paragraph or a table row `| cell | cell |`.
    """
    lines = _own([line for line in lines if line.strip("|-: \u3000")])
    entries = entries_of(lines)
    candidates = "候选" in level(title) or "评标结果" in level(title)
    contract = "合同" in level(title)
    awards = awards_of(entries, lines, candidates=candidates, contract=contract)
    if not is_notice(title, lines, entries, won=bool(awards)):
        return None
    stage = stage_of(title, lines, entries, won=bool(awards))
    if stage == "更正":
        lines = current_lines(lines)
        entries = entries_of(lines)
        awards = awards_of(entries, lines, candidates=candidates, contract=False)
        if not re.search(r"中标|成交|结果|中选", level(title)):
            awards = ()
    elif stage in ("招标", "意向", "废标"):
        awards = ()
    return _facts(stage, title, lines, entries, awards)


def _own(lines: list[str]) -> list[str]:
    """Leave out the other notices that a portal lists below one."""
    heads = (i for i, line in enumerate(lines) if i > 1 and OTHERS_BELOW.fullmatch(level(line)))
    return lines[: next(heads, len(lines))]


def _facts(
    stage: str,
    title: str,
    lines: Sequence[str],
    entries: Sequence[Entry],
    awards: tuple[Award, ...],
) -> NoticeFacts:
    read: dict[str, Read] = dict(said_in_sentences(lines))
    read |= {name: found for name in NAMED if (found := named(entries, name))}
    if len({e.value for e in entries if e.field == "project" and e.row}) > 1:
        read["project"] = Read()  # an intention to buy several things
    read.setdefault("project_number", number_in_title(title))
    if not read["project_number"].value:
        read["project_number"] = number_of_lot(entries)
    if "purchaser" not in read:
        others = {_value(read, "agency"), *(award.supplier for award in awards)}
        signed = signed_by(lines, others)
        titled = purchaser_in_title(title)
        if not titled.value and not signed.value:
            titled = purchaser_in_title(_value(read, "project"))
        for fuller in (signed, purchaser_in_title(_value(read, "project"))):
            titled = in_full(titled, fuller)
        read["purchaser"] = titled if titled.value else signed
    if any(e.field in TELLING for e in entries) or any("。" in line for line in lines):
        read.setdefault("project", project_in_title(title, read["project_number"].value))
    read["contact"] = contact_of(entries)
    read["region"] = region_of(entries, title, read["purchaser"].value)
    text = "\n".join(lines)
    read = {name: in_the_script_of(text, found) for name, found in read.items()}
    stated = {name: found.raw for name, found in read.items() if found.value}
    budget = budget_of(entries, lines)
    moments = read_moments(entries, lines)
    if budget:
        stated["budget_cny"] = budget.raw
    if awards:
        stated["awards"] = "；".join(award.raw for award in awards)
    if "deadline" in moments:
        stated["deadline"] = moments["deadline"].raw
    if "opening" in moments:
        stated["opening_at"] = moments["opening"].raw
    return NoticeFacts(
        stage=stage,
        project=_value(read, "project"),
        project_number=_value(read, "project_number"),
        purchaser=_value(read, "purchaser"),
        agency=_value(read, "agency"),
        budget_cny=budget.cny if budget else None,
        awards=awards,
        deadline=moments["deadline"].iso if "deadline" in moments else None,
        opening_at=moments["opening"].iso if "opening" in moments else None,
        contact=_value(read, "contact"),
        region=_value(read, "region"),
        stated=stated,
    )


def _value(read: Mapping[str, Read], name: str) -> str:
    return read[name].value if name in read else ""
