"""How near an extracted article is to the gold: ROUGE-L of the text, exactness of the facts."""

from __future__ import annotations

import random
import re
import statistics
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import LCSseq

FACTS = ("title", "day", "source", "author")
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W{_CJK}_]+")
# Only a whole page taken for the article is longer; its rest changes no figure that counts.
_LONGEST = 60_000


@dataclass(frozen=True, slots=True)
class Found:
    """What an extractor read from a page; a fact that it does not look for stays empty."""

    text: str = ""
    title: str = ""
    day: str = ""
    source: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """One page's figures, 0 to 1; `facts` has those alone that the gold names."""

    site: str
    precision: float
    recall: float
    f: float
    facts: Mapping[str, bool] = field(default_factory=dict)


def tokens(text: str | None) -> list[str]:
    """Split into CJK characters and words: NFKC, lower case, without punctuation."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text or "").lower())


def rouge_l(found: str, gold: str) -> tuple[float, float, float]:
    """Give precision, recall and F of the longest common subsequence of tokens, 0 to 1."""
    ours, theirs = tokens(found)[:_LONGEST], tokens(gold)
    if not ours or not theirs:
        return 0.0, 0.0, 0.0
    common = LCSseq.similarity(ours, theirs)
    precision, recall = common / len(ours), common / len(theirs)
    return precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0


def same(found: str | None, gold: str | None) -> bool:
    """Say if two values are one, however they are spaced and punctuated."""
    return "".join(tokens(found)) == "".join(tokens(gold))


def facts(found: Found, gold: Mapping[str, Any]) -> dict[str, bool]:
    """Judge the facts that the gold names; of a time only the day, of authors not the order."""
    judged: dict[str, bool] = {}
    if gold.get("title"):
        judged["title"] = same(found.title, gold["title"])
    day = gold.get("date") or gold.get("day")
    if day:
        judged["day"] = found.day[:10] == day[:10]
    if gold.get("source"):
        judged["source"] = same(found.source, gold["source"])
    if gold.get("author"):
        judged["author"] = sorted(tokens(" ".join(found.authors))) == sorted(tokens(gold["author"]))
    return judged


def score(site: str, found: Found, gold: Mapping[str, Any]) -> Score:
    """Score one page."""
    return Score(site, *rouge_l(found.text, gold["text"]), facts(found, gold))


def interval(
    scores: Sequence[Score],
    value: Callable[[Score], float] = lambda score: score.f,
    *,
    rounds: int = 2000,
    seed: int = 1,
) -> tuple[float, float]:
    """Give the 95 % interval of a mean, by drawing sites: pages of one site err together."""
    by_site: dict[str, list[float]] = {}
    for each in scores:
        by_site.setdefault(each.site, []).append(value(each))
    sums = [(sum(values), len(values)) for values in by_site.values()]
    rng = random.Random(seed)
    means = sorted(_mean_of(rng.choices(sums, k=len(sums))) for _ in range(rounds))
    return means[int(0.025 * rounds)], means[int(0.975 * rounds) - 1]


def _mean_of(sums: Iterable[tuple[float, int]]) -> float:
    totals, counts = zip(*sums, strict=True)
    return float(sum(totals) / sum(counts))


def mean_fact(scores: Iterable[Score], name: str) -> float | None:
    """Give the share of pages with a fact right, of those whose gold names it."""
    judged = [each.facts[name] for each in scores if name in each.facts]
    return statistics.fmean(judged) if judged else None
