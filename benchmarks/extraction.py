"""Extraction beside its peers on real pages, with the half that no rule was written on apart."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.extraction_cost import cost_lines
from benchmarks.extraction_metric import FACTS, Found, Score, facts, interval, mean_fact, score
from benchmarks.extraction_notices import notice_lines
from benchmarks.extraction_pages import GoldPage, gold_notices, gold_pages
from benchmarks.extraction_peers import BASELINE, EXTRACTORS, OURS
from benchmarks.extraction_run import Run, run
from benchmarks.extraction_templates import template_lines

Scores = Mapping[str, Mapping[str, Score]]
"""The scores by extractor and page."""

SITES = 24
COLUMNS = ("P", "R", "F", "95 % of F", "F>.95", "F<.5", *FACTS)
MUST = (".940", ".970", ".945", "", ".850", ".020", ".930", ".930", ".750", ".500")

GROUPS: dict[str, Callable[[GoldPage], bool]] = {
    "Chinese articles": lambda page: page.is_chinese and not page.is_forum,
    "Chinese articles, sites that rules were written on": lambda page: (
        page.is_chinese and not page.is_forum and page.half == "rules"
    ),
    "Chinese articles, sites of the published half": lambda page: (
        page.is_chinese and not page.is_forum and page.half == "published"
    ),
    "Chinese forums": lambda page: page.is_chinese and page.is_forum,
    "Other languages": lambda page: not page.is_chinese,
}


def group_lines(name: str, pages: Sequence[GoldPage], scores: Scores) -> Iterator[str]:
    """Give the table of one group of pages: a row for each extractor."""
    sites = len({page.site for page in pages})
    yield f"\n{name} ({len(pages)} pages, {sites} sites)"
    yield _row("", COLUMNS)
    if name.startswith("Chinese articles"):
        yield _row("must", MUST)
    for extractor, by_page in scores.items():
        yield _row(extractor, _cells([by_page[page.key] for page in pages]))


def _cells(scores: Sequence[Score]) -> list[str]:
    low, high = interval(scores)
    cells = [
        _figure(statistics.fmean(each.precision for each in scores)),
        _figure(statistics.fmean(each.recall for each in scores)),
        _figure(statistics.fmean(each.f for each in scores)),
        f"{_figure(low)}-{_figure(high)}",
        _figure(statistics.fmean(each.f > 0.95 for each in scores)),
        _figure(statistics.fmean(each.f < 0.5 for each in scores)),
    ]
    return cells + [_figure(mean_fact(scores, name)) for name in FACTS]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}".removeprefix("0")


def _row(name: str, cells: Sequence[str]) -> str:
    widths = (6, 6, 6, 12, 6, 6, 7, 7, 7, 7)
    return f"{name:<22}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def difference_lines(pages: Sequence[GoldPage], scores: Scores) -> Iterator[str]:
    """Give F of ours less each peer's, page by page, with the interval by site."""
    yield f"\nF of {OURS} less the peer's: mean, 95 %, pages better and worse by more than .01"
    for name, belongs in GROUPS.items():
        chosen = [page for page in pages if belongs(page)]
        yield f"  {name}"
        for peer in scores:
            if peer == OURS or not chosen:
                continue
            gains = {p.key: scores[OURS][p.key].f - scores[peer][p.key].f for p in chosen}
            paired = [Score(p.site, 0.0, 0.0, gains[p.key]) for p in chosen]
            low, high = interval(paired)
            better = sum(gain > 0.01 for gain in gains.values())
            worse = sum(gain < -0.01 for gain in gains.values())
            mean = statistics.fmean(gains.values())
            yield f"    {peer:<22} {mean:+.3f}  {low:+.3f} to {high:+.3f}  {better:>3} {worse:>3}"


def notice_section(notices: Sequence[GoldPage], runs: Mapping[str, Run]) -> Iterator[str]:
    """Give title and day of all extractors, then the fields that only ours looks for."""
    yield f"\nTender notices ({len(notices)})"
    for extractor, done in runs.items():
        judged = [
            facts(done.found[page.key], page.gold) if page.key in done.found else {}
            for page in notices
        ]
        shown = "  ".join(
            f"{name} {sum(each.get(name, False) for each in judged)} of "
            f"{sum(bool(page.gold[name]) for page in notices)}"
            for name in ("title", "day")
        )
        yield f"{extractor:<22} {shown}"
    yield from notice_lines(notices)


def used_lines(runs: Mapping[str, Run], count: int) -> Iterator[str]:
    """Give what each extractor's own process used for its one pass over all pages."""
    yield f"\nOne pass over {count} pages, each extractor in its own process"
    for extractor, done in runs.items():
        yield (
            f"{extractor:<22} {count / done.cpu:7.1f} pages/CPU s  "
            f"peak {done.peak_mib:5.0f} MiB  errors {done.errors}"
        )


def main(arguments: Sequence[str]) -> int:
    """Print all figures; 2 where the gold pages are not beside the project."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks extraction")
    parser.add_argument(
        "--only", action="append", choices=list(EXTRACTORS), help="a peer, as often as wanted"
    )
    parser.add_argument("--repeats", type=int, default=3, help="times each page is timed; 0: none")
    parser.add_argument("--seed", type=int, default=5000, help="of the first drawn site")
    options = parser.parse_args(arguments)
    pages, notices = gold_pages(), gold_notices()
    if not pages:
        print("the gold pages are not beside the project")
        return 2
    began = time.monotonic()
    wanted = [name for name in EXTRACTORS if name in (OURS, BASELINE) or _is_in(name, options.only)]
    tried = {name: run(name) for name in wanted}
    for name, done in tried.items():
        if done.missing:
            print(f"MISSING {name}: {done.missing}", flush=True)
    runs = {name: done for name, done in tried.items() if not done.missing}
    for line in _sections(pages, notices, runs, options.repeats, options.seed):
        print(line, flush=True)
    print(f"\nall in {time.monotonic() - began:.0f} s")
    return 0 if OURS in runs else 1


def _is_in(name: str, only: Sequence[str] | None) -> bool:
    return only is None or name in only


def _sections(
    pages: Sequence[GoldPage],
    notices: Sequence[GoldPage],
    runs: Mapping[str, Run],
    repeats: int,
    seed: int,
) -> Iterator[str]:
    """Give all sections in the order of print; another section is another `yield from`."""
    scores = {name: _scores(pages, done) for name, done in runs.items()}
    for name, belongs in GROUPS.items():
        chosen = [page for page in pages if belongs(page)]
        if chosen:
            yield from group_lines(name, chosen, scores)
    if OURS in runs:
        yield from difference_lines(pages, scores)
    yield from notice_section(notices, runs)
    yield from used_lines(runs, len(pages) + len(notices))
    if repeats:
        yield f"\nCPU with metadata, in turn, best of {repeats}"
        yield from cost_lines(pages, repeats)
    yield from template_lines(seed, SITES, repeats)


def _scores(pages: Sequence[GoldPage], done: Run) -> dict[str, Score]:
    nothing = Found()
    return {p.key: score(p.site, done.found.get(p.key, nothing), p.gold) for p in pages}
