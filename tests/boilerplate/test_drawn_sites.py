"""The drawn sites are what the learning tests take them for."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.boilerplate.drawn_sites import DrawnPage, draw_site, list_page, odd_pages, redesigned
from tests.boilerplate.drawn_words import SENTENCES

SEEDS = range(24)


def squeezed(html: str) -> str:
    return re.sub(r"<[^>]+>|&nbsp;|\s", "", html)


def skeleton(html: str) -> tuple[str, ...]:
    return tuple(re.findall(r"<\w+(?: (?:class|id)=\"\w+)?", html))


def between_ends(page: DrawnPage) -> str:
    first, *_, last = page.text.splitlines()
    pattern = ".*".join(re.escape(squeezed(line)) for line in (first, last))
    found = re.search(pattern, squeezed(page.html))
    return found[0] if found else ""


def test_the_same_seed_gives_the_same_site() -> None:
    assert draw_site(7).pages == draw_site(7).pages


def test_every_seed_gives_another_host_and_another_skeleton() -> None:
    firsts = [draw_site(seed, 4).pages[0] for seed in SEEDS]

    assert len({page.url.split("/")[2] for page in firsts}) == len(SEEDS)
    assert len({skeleton(page.html)[:30] for page in firsts}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_page_holds_its_text_in_order_and_its_furniture_in_one_piece(seed: int) -> None:
    for page in draw_site(seed).pages:
        seen = squeezed(page.html)
        at = 0
        for line in page.text.splitlines():
            at = seen.index(squeezed(line), at) + len(squeezed(line))
        assert page.publisher in page.html
        assert [piece for piece in page.furniture if piece not in page.html] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_no_paragraph_is_furniture_and_every_page_has_some(seed: int) -> None:
    for page in draw_site(seed).pages:
        assert not set(page.furniture) & set(page.text.splitlines())
        assert len(page.furniture) >= 6


def test_articles_share_few_lines_but_some() -> None:
    for seed in SEEDS:
        lines = Counter(
            line for page in draw_site(seed).pages for line in set(page.text.splitlines())
        )
        shared = [line for line, pages in lines.items() if pages > 1 and len(line) > 9]

        assert 2 <= len(shared) <= 6


def test_lengths_reach_from_one_short_sentence_to_long_reports() -> None:
    lengths = [len(p.text.splitlines()) for seed in SEEDS for p in draw_site(seed).pages]
    shortest = min(len(p.text) for seed in SEEDS for p in draw_site(seed).pages)

    assert min(lengths) == 1
    assert max(lengths) >= 25
    assert shortest <= 24


def test_a_third_of_the_sites_sets_furniture_between_paragraphs() -> None:
    sites = [draw_site(seed, 1) for seed in range(120)]
    middle = sum("middle" in site.style.places.values() for site in sites)

    assert 25 <= middle <= 55


def test_such_furniture_stands_between_the_first_line_and_the_last() -> None:
    sites = [site for seed in SEEDS if "middle" in (site := draw_site(seed)).style.places.values()]

    for site in sites:
        long = [page for page in site.pages if len(page.text.splitlines()) > 2]
        pierced = sum(
            any(squeezed(f) in between_ends(page) for f in page.furniture) for page in long
        )
        assert pierced > len(long) / 2


def test_the_credit_stands_in_many_wordings_and_sometimes_nowhere() -> None:
    sites = [draw_site(seed, 20) for seed in SEEDS]

    assert len({site.style.source for site in sites}) >= 8
    assert len({site.style.order for site in sites}) >= 4
    assert any(not page.publisher for site in sites for page in site.pages)
    assert any(page.publisher for site in sites for page in site.pages)


def test_furniture_of_the_house_stands_on_every_page() -> None:
    site = draw_site(3)

    assert all(site.house.constant[0] in page.html for page in site.pages)


def test_a_redesign_keeps_the_host_and_prints_newer_articles_in_another_layout() -> None:
    old = draw_site(5)
    new = redesigned(old, 1)

    assert new.host == old.host
    assert new.style != old.style
    assert min(page.day for page in new.pages) > max(page.day for page in old.pages)
    assert not {page.url for page in new.pages} & {page.url for page in old.pages}


def test_odd_pages_are_a_column_an_empty_one_captions_and_a_copy() -> None:
    site = draw_site(11)

    column, empty, photos, copy = odd_pages(site, 2)

    assert column.text
    assert skeleton(column.html)[:30] != skeleton(site.pages[0].html)[:30]
    assert empty.text == ""
    assert all(line.startswith("图为") for line in photos.text.splitlines())
    assert copy.text in {page.text for page in site.pages}
    assert copy.url not in {page.url for page in site.pages}


def test_a_list_page_has_every_title_and_no_text() -> None:
    site = draw_site(2)

    page = list_page(site)

    assert page.text == ""
    assert {p.title for p in site.pages} <= set(page.furniture)


def test_there_are_sentences_enough() -> None:
    assert len(set(SENTENCES)) >= 60
