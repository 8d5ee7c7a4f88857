"""Which of several bodies is the article: the one that the others agree with and that is prose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from types import MappingProxyType

from pipelines.boilerplate.page import PageLines

PROSE_WEIGHT = 0.35
# A body that holds less than this share of the usual prose is a scrap.
ENOUGH = 0.5


def vote(
    bodies: Mapping[str, Sequence[int]],
    page: PageLines,
    bonus: Mapping[str, float] = MappingProxyType({}),
) -> tuple[str, float]:
    """Choose among bodies, each the numbers of its lines, by their merit and `bonus`.

    Gives the winner's name and its agreement with the others, 0 to 1: the median of the shares
    of their unlinked characters that it has in common with each (F).
    """
    sets = {name: frozenset(numbers) for name, numbers in bodies.items() if numbers}
    lines = page.lines
    weights = {i: max(0, len(lines[i].text) - lines[i].linked) for s in sets.values() for i in s}
    totals = {name: sum(weights[i] for i in numbers) for name, numbers in sets.items()}
    usual = median([sum(page.prose[i] for i in numbers) for numbers in sets.values()] or [0])
    ranked: list[tuple[float, float, str]] = []
    for name, numbers in sets.items():
        shared = [
            2
            * sum(weights[i] for i in numbers & sets[other])
            / max(1, totals[name] + totals[other])
            for other in sets
            if other != name
        ]
        own = sum(page.prose[i] for i in numbers)
        prose = own / max(1, totals[name]) * min(1.0, own / max(1, ENOUGH * usual))
        mean = sum(shared) / len(shared) if shared else 0.0
        score = mean + PROSE_WEIGHT * prose + bonus.get(name, 0.0)
        ranked.append((score, median(shared or [0.0]), name))
    if not ranked:
        return "", 0.0
    _, agreement, name = max(ranked, key=lambda entry: entry[0])
    return name, round(min(1.0, agreement), 3)
