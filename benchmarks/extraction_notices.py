"""The fields of tender notices; the peers have no such fields, so theirs are title and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.extraction_metric import same
from benchmarks.extraction_pages import GoldPage
from crawler.items import Page, Rejected
from pipelines import refine

# The gold's name of a field and ours.
FIELDS = {"stage": ("notice_type", "stage"), "number": ("number", "project_number"),
          "purchaser": ("purchaser", "purchaser")}  # fmt: skip


def notice_lines(notices: Sequence[GoldPage]) -> Iterator[str]:
    """Give the lines on what `refine` makes of the notices."""
    made = [refine(Page(url=page.url, content=page.html)) for page in notices]
    kinds = sorted({each.kind for each in made})
    counts = ", ".join(f"{kind} {sum(each.kind == kind for each in made)}" for kind in kinds)
    rejected = sum(isinstance(each, Rejected) for each in made)
    yield f"kinds: {counts}; rejected {rejected} of {len(made)}"
    golds = [page.gold for page in notices]
    for name, (theirs, ours) in FIELDS.items():
        pairs = [(getattr(item, ours, ""), gold[theirs]) for item, gold in _pairs(made, golds)]
        named = [(found, gold) for found, gold in pairs if gold]
        right = sum(same(found, gold) for found, gold in named)
        invented = sum(bool(found) for found, gold in pairs if not gold)
        yield f"{name:<12} right {right} of {len(named)}, named where the gold has none {invented}"
    for name in ("budget", "award"):
        found_right, in_gold, wrong = 0, 0, 0
        for item, gold in _pairs(made, golds):
            right, missed, false = compare(amounts_of(item)[name], gold_amounts(gold)[name])
            found_right += right
            in_gold += right + missed
            wrong += false
        yield f"{name:<12} amounts right {found_right} of {in_gold}, named that are none {wrong}"


def amounts_of(item: object) -> dict[str, list[float]]:
    """Read the amounts in CNY that a result names; none where it is no notice."""
    budget = getattr(item, "budget_cny", None)
    awards = [award.amount_cny for award in getattr(item, "awards", ())]
    return {
        "budget": [] if budget is None else [budget],
        "award": [amount for amount in awards if amount is not None],
    }


def gold_amounts(gold: Mapping[str, Any]) -> dict[str, list[float]]:
    """Read the amounts in CNY that the gold names; an award without an amount has None."""
    return {
        name: [float(row[0]) for row in gold[name] if row[0] is not None]
        for name in ("budget", "award")
    }


def compare(found: Sequence[float], gold: Sequence[float]) -> tuple[int, int, int]:
    """Count amounts that are right, missed and false; each gold amount can be met once."""
    left = list(gold)
    false = 0
    for amount in found:
        match = next((each for each in left if abs(each - amount) < 0.005), None)
        if match is None:
            false += 1
        else:
            left.remove(match)
    return len(gold) - len(left), len(left), false


def _pairs(
    made: Sequence[object], golds: Sequence[dict[str, Any]]
) -> Iterator[tuple[object, dict[str, Any]]]:
    return iter(zip(made, golds, strict=True))
