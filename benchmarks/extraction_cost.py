"""What our extraction costs beside trafilatura's, both with metadata, on the same decoded pages."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Iterator, Sequence

from benchmarks.extraction_pages import GoldPage
from benchmarks.extraction_peers import BASELINE, EXTRACTORS, OURS, Extractor
from benchmarks.extraction_run import cpu_seconds

Cost = tuple[float, float]
"""CPU seconds of one page: ours, trafilatura's."""


def cost_lines(pages: Sequence[GoldPage], repeats: int = 3) -> Iterator[str]:
    """Give the lines on CPU: the ratio of the sums, and the median of the pages' ratios."""
    sides = EXTRACTORS[OURS](), EXTRACTORS[BASELINE]()
    for page in pages[:3]:
        for side in sides:
            side(page)
    for name, chosen in (
        ("Chinese pages", [page for page in pages if page.is_chinese]),
        ("other languages", [page for page in pages if not page.is_chinese]),
    ):
        costs = measure(chosen, sides, repeats)
        if costs:
            yield f"{name:<24} {summary(costs)}"


def measure(
    pages: Sequence[GoldPage], sides: tuple[Extractor, Extractor], repeats: int
) -> list[Cost]:
    """Time each page on both sides in turn, so that a busy moment hits both; the best counts.

    A round is over all pages, not over one, for libraries remember what they saw last; and the
    sides take turns at being first, for the second finds more in the processor's caches.
    """
    best = [[float("inf"), float("inf")] for _ in pages]
    for number in range(repeats):
        for page, taken in zip(pages, best, strict=True):
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                taken[side] = min(taken[side], _once(sides[side], page))
    return [(ours, theirs) for ours, theirs in best]


def _once(side: Extractor, page: GoldPage) -> float:
    gc.collect()  # what the call before has left is not this one's
    before = cpu_seconds()
    side(page)
    return cpu_seconds() - before


def summary(costs: Sequence[Cost]) -> str:
    """Show the sums, their ratio and the spread of the pages' ratios."""
    ours, theirs = (sum(side) for side in zip(*costs, strict=True))
    ratios = sorted(a / b for a, b in costs)
    return (
        f"n {len(costs):<4} ours {ours:.1f} s  trafilatura {theirs:.1f} s  "
        f"together {ours / theirs:.2f} x  median {statistics.median(ratios):.2f} x  "
        f"p90 {ratios[int(len(ratios) * 0.9)]:.2f} x  worst {ratios[-1]:.2f} x"
    )
