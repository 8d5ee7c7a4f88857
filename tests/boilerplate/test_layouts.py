"""What a site's own pages teach, on sites drawn from seeds that no rule was written on."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from rapidfuzz.distance import LCSseq

from pipelines.boilerplate import Extracted, Observation, Template, read
from pipelines.boilerplate.learning import learn
from pipelines.boilerplate.memory import MISFITS, SiteMemory, keep, learn_kept
from tests.boilerplate.drawn_sites import DrawnPage, draw_site, list_page, odd_pages, redesigned

SEEDS = range(1000, 1012)
LEARNT = 20
TOKEN = re.compile(r"[㐀-鿿]|[^\W㐀-鿿_]+")


def observations(pages: Iterable[DrawnPage], template: Template | None = None) -> list[Observation]:
    found = (read(page.html, page.url, template)[1] for page in pages)
    return [observation for observation in found if observation is not None]


def by_layout(found: Extracted) -> bool:
    return "#" in found.template


def precision_and_recall(pages: Sequence[DrawnPage], found: Sequence[Extracted]) -> list[float]:
    """Macro means over characters and words, by the longest common subsequence."""
    sums = [0.0, 0.0]
    for page, article in zip(pages, found, strict=True):
        got, gold = TOKEN.findall(article.text), TOKEN.findall(page.text)
        same = LCSseq.similarity(got, gold)
        sums[0] += same / max(1, len(got))
        sums[1] += same / len(gold)
    return [total / len(pages) for total in sums]


def test_later_pages_of_a_site_lose_furniture_that_no_rule_knows() -> None:
    whole, learnt = [], []
    for seed in SEEDS:
        pages = draw_site(seed).pages
        memory = SiteMemory(map(keep, observations(pages[:LEARNT])))
        later = pages[LEARNT:]
        found = []
        for page in later:
            article, observation = read(page.html, page.url, memory.template)
            found.append(article)
            if observation is not None:
                memory.add(keep(observation))
        learnt.append(precision_and_recall(later, found))
        whole.append(precision_and_recall(later, [read(p.html, p.url)[0] for p in later]))

    precision, recall = (sum(column) / len(SEEDS) for column in zip(*learnt, strict=True))
    assert precision >= 0.95, learnt
    assert recall >= 0.99, learnt
    assert precision > sum(p for p, _ in whole) / len(SEEDS) + 0.1


def test_most_pages_of_a_learnt_site_are_read_by_their_layout() -> None:
    ways = []
    for seed in SEEDS:
        pages = draw_site(seed).pages
        template = learn(observations(pages[:LEARNT]))
        ways += [by_layout(read(p.html, p.url, template)[0]) for p in pages[LEARNT:]]

    assert sum(ways) >= 0.95 * len(ways)


@pytest.mark.parametrize("seed", [1020, 1021, 1022])
def test_a_template_does_not_depend_on_the_order_of_the_pages(seed: int) -> None:
    seen = observations(draw_site(seed).pages[:LEARNT])
    shuffled = random.Random(seed).sample(seen, len(seen))

    assert learn(shuffled) == learn(seen)


@pytest.mark.parametrize("seed", [1030, 1031, 1032])
def test_odd_pages_do_not_poison_a_template(seed: int) -> None:
    site = draw_site(seed)
    clean = learn(observations(site.pages[:LEARNT]))
    odd = [*odd_pages(site, seed), list_page(site)]

    template = learn(observations([*odd, *site.pages[:LEARNT]]))

    later = site.pages[LEARNT:]
    with_odd = precision_and_recall(later, [read(p.html, p.url, template)[0] for p in later])
    without = precision_and_recall(later, [read(p.html, p.url, clean)[0] for p in later])
    assert min(a - b for a, b in zip(with_odd, without, strict=True)) > -0.02


@pytest.mark.parametrize("seed", [1040, 1041, 1042])
def test_a_site_that_is_redesigned_drifts_and_is_learnt_anew(seed: int) -> None:
    site = draw_site(seed)
    memory = SiteMemory(map(keep, observations(site.pages)))
    later = redesigned(site, seed).pages

    ways = []
    for page in later:
        found, observation = read(page.html, page.url, memory.template)
        ways.append(by_layout(found))
        if observation is not None:
            memory.add(keep(observation))

    assert memory.drifts == 1
    assert not any(ways[:MISFITS])
    assert all(ways[len(ways) // 2 :])


def test_a_poisoned_start_heals() -> None:
    site = draw_site(1050)
    other = draw_site(1051).pages[:6]
    poison = [replace(page, url=f"http://{site.host}/odd/{i}") for i, page in enumerate(other)]
    memory = SiteMemory(map(keep, observations(poison)))

    for page in site.pages:
        observation = read(page.html, page.url, memory.template)[1]
        if observation is not None:
            memory.add(keep(observation))

    later = site.pages[LEARNT:]
    found = [read(page.html, page.url, memory.template)[0] for page in later]
    assert all(by_layout(article) for article in found)
    assert min(precision_and_recall(later, found)) > 0.9


def test_a_page_that_is_read_again_is_no_other_page() -> None:
    pages = draw_site(1060).pages[:8]
    memory = SiteMemory(map(keep, observations(pages)))
    before = memory.template

    for observation in observations([pages[0]] * 30):
        memory.add(keep(observation))

    assert learn_kept(memory.pages) == before


def test_a_list_in_the_layout_of_articles_is_not_read_as_one() -> None:
    site = draw_site(1070)
    template = learn(observations(site.pages))
    page = list_page(site)

    found, _ = read(page.html, page.url, template)

    assert not by_layout(found)


def test_too_few_pages_teach_nothing() -> None:
    assert learn(observations(draw_site(1080).pages[:2])).layouts == ()
    assert learn([]) == Template()
