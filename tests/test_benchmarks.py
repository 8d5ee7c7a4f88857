"""The benchmarks run and count honestly; what they measure is not judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.crawl import BARE, OURS, SIDES, BenchmarkError, bare, measure, report
from benchmarks.measured import Usage
from benchmarks.server import served
from benchmarks.site import Site


def used(cpu: float, children: float = 0.0) -> Usage:
    return Usage(cpu=cpu, children_cpu=children, wall=10.0, peak_mib=100.0)


def test_both_sides_crawl_every_page_of_the_invented_site() -> None:
    found = measure(pages=20, repeats=1, sides=SIDES)

    assert [len(runs) for runs in found.values()] == [1, 1]
    assert found[OURS][0].children_cpu > 10 * found[BARE][0].children_cpu  # it has workers


def test_a_side_that_misses_a_page_stops_the_benchmark(tmp_path: Path) -> None:
    site = Site(3)
    seeds = tmp_path / "lists.txt"
    with served(site) as base:
        seeds.write_text(base + site.list_paths()[0])

        with pytest.raises(BenchmarkError, match="kept 3 of 4 pages"):
            bare(seeds, tmp_path, pages=4)


def test_articles_have_the_promised_size_and_share_no_paragraph() -> None:
    site = Site(30)
    pages = dict(site.pages())
    articles = [pages[path].decode() for path in site.article_paths()]
    paragraphs = [
        line for page in articles for line in page.splitlines() if line.startswith("<p>　")
    ]

    assert all(30_000 <= len(page.encode()) <= 80_000 for page in articles)
    assert len(set(paragraphs)) == len(paragraphs) > 30


def test_a_seed_gives_the_same_bytes_each_time_and_another_seed_others() -> None:
    first, again, other = (dict(Site(3, seed).pages()) for seed in (1, 1, 2))

    assert first == again
    assert all(first[path] != other[path] for path in Site(3).article_paths())


def test_lists_link_to_each_article_once() -> None:
    site = Site(205)
    pages = dict(site.pages())
    lists = "".join(pages[path].decode() for path in site.list_paths())

    assert len(site.list_paths()) == 3
    assert [lists.count(f'"{path}"') for path in site.article_paths()] == [1] * 205


@pytest.mark.parametrize(("ours_cpu", "passes"), [(16.0, True), (16.1, False)])
def test_the_limit_is_on_the_median_cpu_of_the_crawler_process(
    ours_cpu: float, passes: bool
) -> None:
    runs = {
        BARE: [used(10.0), used(9.0), used(30.0)],
        OURS: [used(ours_cpu, 50.0), used(1.0, 50.0), used(99.0, 50.0)],
    }

    table, passed = report(runs, pages=1000)

    assert passed is passes
    assert ("pass" in table, "FAIL" in table) == (passes, not passes)


def test_an_unknown_benchmark_is_wrong_usage() -> None:
    assert main(["nonesuch"]) == 2


def test_the_archive_benchmark_measures_both_crawls(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", "12"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("13 pages of ")
    assert "x that for an unchanged page" in shown
    assert "% saved" in shown
