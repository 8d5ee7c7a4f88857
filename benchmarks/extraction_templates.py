"""What templates learnt from a site's first pages make of the later ones, and what that costs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from benchmarks.extraction_metric import rouge_l
from benchmarks.extraction_run import cpu_seconds
from benchmarks.site import Site
from pipelines.boilerplate import Template, read
from pipelines.boilerplate.memory import SiteMemory, keep
from tests.boilerplate.drawn_sites import DrawnSite, draw_site

LEARNT, PAGES = 20, 40
Pages = Sequence[tuple[str, str]]
"""Addresses and pages."""


def template_lines(seed: int, sites: int, repeats: int) -> Iterator[str]:
    """Give precision and recall of the 21st to 40th pages of drawn sites, and the CPU of reading.

    The sites are drawn from seeds that no rule was written on; each page is read with what all
    before it taught.
    """
    drawn = [draw_site(seed + number, PAGES) for number in range(sites)]
    learnt, whole = [], []
    for site in drawn:
        learnt.append(_scored(site, learn=True))
        whole.append(_scored(site, learn=False))
    yield f"\nPages 21 to 40 of {sites} drawn sites, seeds from {seed} (must P .980, R .990)"
    for name, scores in (("with the site's template", learnt), ("page by page", whole)):
        precision, recall = (statistics.fmean(column) for column in zip(*scores, strict=True))
        lowest = min(p for p, _ in scores)
        yield f"{name:<26} P {precision:.3f}  R {recall:.3f}  lowest P of a site {lowest:.3f}"
    if repeats:
        yield "\nCPU by a learnt template / trafilatura.bare_extraction with metadata (must .10)"
        small = [[(page.url, page.html) for page in site.pages] for site in drawn]
        yield f"{'drawn sites, 3 kB':<26} {_ratio(small, repeats)}"
        heavy = Site(PAGES)
        large = [(f"http://linjiang.example/{i}.html", heavy._article(i)) for i in range(PAGES)]
        yield f"{'a site of 30 to 80 kB':<26} {_ratio([large], repeats)}"


def _scored(site: DrawnSite, *, learn: bool) -> tuple[float, float]:
    memory = SiteMemory()
    scores = []
    for number, page in enumerate(site.pages):
        found, observation = read(page.html, page.url, memory.template if learn else None)
        if number >= LEARNT:
            precision, recall, _ = rouge_l(found.text, page.text)
            scores.append((precision, recall))
        if learn and observation is not None:
            memory.add(keep(observation))
    return statistics.fmean(p for p, _ in scores), statistics.fmean(r for _, r in scores)


def _ratio(sites: Sequence[Pages], repeats: int) -> str:
    import trafilatura

    ours = theirs = 0.0
    by_template = count = 0
    for pages in sites:
        template = _template(pages[:LEARNT])
        for url, html in pages[LEARNT:]:
            count += 1
            by_template += "#" in read(html, url, template)[0].template
            ours += _least(partial(read, html, url, template), repeats)
            bare = partial(trafilatura.bare_extraction, html, with_metadata=True)
            theirs += _least(bare, repeats)
    return (
        f"{ours / theirs:.3f} x  ({1000 * ours / count:.2f} against {1000 * theirs / count:.2f} ms "
        f"a page; {by_template} of {count} read by it)"
    )


def _least(call: Callable[[], object], repeats: int) -> float:
    spent = []
    for _ in range(repeats):
        before = cpu_seconds()
        call()
        spent.append(cpu_seconds() - before)
    return min(spent)


def _template(pages: Pages) -> Template:
    memory = SiteMemory()
    for url, html in pages:
        observation = read(html, url, memory.template)[1]
        if observation is not None:
            memory.add(keep(observation))
    return memory.template
