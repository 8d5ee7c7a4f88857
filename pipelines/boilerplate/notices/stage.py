"""Whether a text is a tender notice, and at which stage of the tender it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.labels import Entry, cells_of
from pipelines.boilerplate.notices.rules import Field
from pipelines.boilerplate.notices.signs import (
    ADDRESSES_BIDDERS,
    ASKS,
    BY_BIDS,
    BY_TALKS,
    CALLS,
    NOT_BY_A_PURCHASER,
    NOTHING,
    OTHER_RESULTS,
    PAPER,
    PAPER_AT_END,
    PROSE,
    RESULT,
    STAGES,
    Stage,
)

# Labels that notices write and prose about tenders does not.
_TELLING: tuple[Field, ...] = (
    *("project", "number", "purchaser", "agency", "budget", "ceiling", "supplier", "award"),
    *("deadline", "opening", "moment", "method", "failure", "total"),
)
TELLING = frozenset(_TELLING)
LITTLE = 120
_ATTACHED = re.compile(r"附件.{0,80}(?:招标|采购|磋商|谈判|询价|比选|中标|成交|结果)")
_FAILED = re.compile(
    r"(?:决定|本项目|本次采购|本次招标|该项目|本标段|项目|采购|招标|活动|予以|作|宣布|故|因此)[^,。;]{0,10}(?:废标|流标|终止|采购失败|招标失败)"
    r"|(?:有效|合格|实质性响应|通过.{0,8}|递交.{0,12}|参与.{0,8})[^。]{0,16}(?:不足|少于|不满)(?:3|三)家"
)
# A title may still say 招标公告 when the body says that it has failed.
_SURELY_FAILED = re.compile(
    r"(?:状态|结果):\s*(?:招标失败|采购失败|流标|废标|终止)|"
    r"(?:不足|少于|不满)(?:3|三)家[^。]{0,30}(?:流标|废标|招标(?:终止|失败)|采购(?:终止|失败))|"
    r"(?:决定|宣布)(?:终止|取消)(?:本次|该|此次)(?:招标|采购|项目|活动)"
)
_CONDITION = re.compile(
    r"现(?:重新|再次|进行第)|第[一二]次.{0,30}(?:流标|废标|失败|不足|终止)|如|若|将|视为|按|的,|应当|情形|情况下|有下列"
)
_HEADLINES = 3
_LONGEST_HEADLINE = 60


def is_notice(
    title: str, lines: Sequence[str], entries: Sequence[Entry], *, won: bool = False
) -> bool:
    """Tell a tender notice from prose about tenders by title, labels and whom it addresses.

    `won` tells that a winner is named.
    """
    head = level(title)
    body = level("\n".join(lines))
    telling = {e.field for e in entries if e.field in TELLING and not NOTHING.match(e.value)}
    if not any(e.field == "number" and re.search(r"\d", e.value) for e in entries):
        telling.discard("number")  # 项目编号：由代理机构编制
    labelled = PAPER_AT_END.search(head) and {"number", "purchaser"} & telling
    if not labelled and any(pattern.search(head) for pattern, _, _ in PROSE):
        return False
    if NOT_BY_A_PURCHASER.search(body) and not {"number", "purchaser"} <= telling:
        return False
    told = len(telling) >= 3 or bool({"number", "purchaser"} & telling)
    staged = _staged(head)
    if not (ASKS.search(head) or staged) and OTHER_RESULTS.search(head) and not told:
        return False
    titled = bool(PAPER.search(head) and (ASKS.search(head) or staged or RESULT.search(head)))
    titled = titled or bool(RESULT.search(head) and re.search(r"结果|公示|公告", head))
    if titled:
        said = ADDRESSES_BIDDERS.search(body) or _ATTACHED.search(body)
        bare = len("".join(body.split())) < LITTLE + 2 * len(head) and "。" not in body
        return bool(telling or said or bare or won or PAPER_AT_END.search(head))
    if ASKS.search(head) or staged or "项目" in head:
        numbered = "number" in telling and len(telling) >= 2
        return (
            numbered or len(telling) >= 3 or bool(_ATTACHED.search(body) and len(body) < 4 * LITTLE)
        )
    both = {"number", "purchaser"} <= telling
    return len(telling) >= (3 if both else 4) and bool({"number", "purchaser"} & telling)


def stage_of(title: str, lines: Sequence[str], entries: Sequence[Entry], *, won: bool) -> Stage:
    """Name the stage: by title, then by what the body says; `won` tells that a firm is named."""
    head = level(title)
    stage = _staged(head)
    if stage in ("更正", "合同", "意向"):
        return stage
    if stage == "废标":
        return stage
    body = level("\n".join(lines))
    if not won and _has_failed(body, entries, result=bool(stage or RESULT.search(head))):
        return "废标"
    if stage:
        return stage
    for line in lines[:_HEADLINES]:
        flat = level(line)
        below = _staged(flat) if len(flat) <= _LONGEST_HEADLINE and PAPER.search(flat) else None
        if below and not cells_of(line) and ":" not in flat and level(title) not in flat:
            return below
    fields = {e.field for e in entries}
    if CALLS.search(head) and "bidder" in fields and not fields & {"supplier", "award", "total"}:
        won = False  # 公司名称：… of whoever asks
    if won or RESULT.search(head):
        return _awarded(head, body, entries)
    return "招标"


def _staged(head: str) -> Stage | None:
    return next((rule.stage for rule in STAGES if rule.pattern.search(head)), None)


def _has_failed(body: str, entries: Sequence[Entry], *, result: bool) -> bool:
    if any(e.field == "failure" and not NOTHING.match(e.value) for e in entries):
        return True
    failed = _FAILED if result else _SURELY_FAILED
    return any(
        failed.search(sentence) and not _CONDITION.search(sentence)
        for sentence in re.split(r"[。;\n]", body)
    )


def _awarded(head: str, body: str, entries: Sequence[Entry]) -> Stage:
    """Tell 成交 from 中标 by the procedure, then by the labels; a result is a 中标 otherwise."""
    method = level(" ".join(e.value for e in entries if e.field == "method"))
    for text in (method, head):
        if BY_TALKS.search(text):
            return "成交"
        if BY_BIDS.search(text):
            return "中标"
    labels = level(" ".join(e.label for e in entries if e.field in ("supplier", "award", "total")))
    clear = re.sub(r"中标[(/、或]*成交|成交[(/、或]*中标", "", labels)
    if ("成交" in clear) != ("中标" in clear):
        return "成交" if "成交" in clear else "中标"
    if BY_TALKS.search(body) and not BY_BIDS.search(body):
        return "成交"
    return "中标"
