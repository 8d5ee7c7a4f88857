"""The figures of the extraction benchmark, on examples that are counted by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks import extraction_cost, extraction_run
from benchmarks.extraction import difference_lines, group_lines, main
from benchmarks.extraction_metric import (
    Found,
    Score,
    facts,
    interval,
    mean_fact,
    rouge_l,
    same,
    score,
    tokens,
)
from benchmarks.extraction_notices import amounts_of, compare, gold_amounts
from benchmarks.extraction_pages import GoldPage, gold_pages, half_of
from benchmarks.extraction_peers import EXTRACTORS, OURS, Extractor
from crawler.items import Article, Award, Notice


def page(folder: Path, **gold: object) -> GoldPage:
    return GoldPage(folder, {"id": "p1", "site": "news.example", "genre": "article", **gold})


def test_a_token_is_one_chinese_character_or_one_word_without_punctuation() -> None:
    assert tokens("《清源》Ｎｅｗｓ，2024年！don't") == [
        "清",
        "源",
        "news",
        "2024",
        "年",
        "don",
        "t",
    ]


@pytest.mark.parametrize(
    ("found", "gold", "expected"),
    [
        ("甲乙丙丁", "甲乙丙丁", (1.0, 1.0, 1.0)),
        ("甲乙丙丁", "甲乙", (0.5, 1.0, 2 / 3)),
        ("甲丙", "甲乙丙丁", (1.0, 0.5, 2 / 3)),
        # The longest common subsequence of 乙甲丙 and 甲乙丙 is 乙丙 or 甲丙: order counts.
        ("乙甲丙", "甲乙丙", (2 / 3, 2 / 3, 2 / 3)),
        ("the red cat", "The cat.", (2 / 3, 1.0, 0.8)),
        ("戊己", "甲乙", (0.0, 0.0, 0.0)),
        ("", "甲乙", (0.0, 0.0, 0.0)),
        ("，。", "甲乙", (0.0, 0.0, 0.0)),
    ],
)
def test_rouge_l_is_what_counting_by_hand_gives(
    found: str, gold: str, expected: tuple[float, float, float]
) -> None:
    assert rouge_l(found, gold) == pytest.approx(expected)


def test_values_are_the_same_however_they_are_spaced_and_punctuated() -> None:
    assert same("清源 市：“开工”", "清源市,开工")
    assert not same("清源市开工", "清源市开工了")


def test_only_the_facts_that_the_gold_names_are_judged() -> None:
    found = Found(title="清源开工", day="2024-05-10T08:00:00+08:00", source="某报", authors=("甲",))

    judged = facts(found, {"title": "清源开工", "date": "2024-05-10", "source": "", "author": None})

    assert judged == {"title": True, "day": True}


def test_a_wrong_day_source_and_author_are_wrong() -> None:
    found = Found(day="2024-05-11", source="某报网", authors=("张三",))

    judged = facts(found, {"date": "2024-05-10", "source": "某报", "author": "张三 李四"})

    assert judged == {"day": False, "source": False, "author": False}


def test_the_order_of_authors_does_not_count() -> None:
    judged = facts(Found(authors=("李四", "张三")), {"author": "张三 李四"})

    assert judged == {"author": True}


def test_a_share_of_facts_is_of_the_pages_that_name_it() -> None:
    scores = [
        Score("a", 1, 1, 1, {"source": True}),
        Score("a", 1, 1, 1, {"source": False}),
        Score("b", 1, 1, 1),
    ]

    assert mean_fact(scores, "source") == 0.5
    assert mean_fact(scores, "author") is None


def test_an_interval_draws_sites_and_not_pages() -> None:
    # One site of 50 good pages and one of 50 bad ones: drawn by site, the mean may be 0 or 1.
    scores = [Score("good", 1, 1, 1.0)] * 50 + [Score("bad", 0, 0, 0.0)] * 50

    assert interval(scores) == (0.0, 1.0)


def test_an_interval_is_the_same_each_time_and_of_no_width_for_equal_pages() -> None:
    uneven = [Score(str(number), 0, 0, number / 40) for number in range(40)]

    assert interval(uneven) == interval(uneven)
    assert interval([Score(str(number), 0, 0, 0.5) for number in range(40)]) == (0.5, 0.5)


def test_the_split_is_by_the_first_digit_of_the_sites_md5() -> None:
    # md5: a.example af60…, b.example 7917…, c.example fe0d…, e.example 0e77…
    expected = {
        "a.example": "rules",
        "b.example": "published",
        "c.example": "published",
        "e.example": "rules",
    }

    assert {site: half_of(site) for site in expected} == expected


def test_a_page_is_read_as_it_is_encoded_whatever_the_gold_calls_its_charset(
    tmp_path: Path,
) -> None:
    html = "<p>清源市举行了新图书馆的开馆仪式，市民可以免费借阅。</p>"
    for charset in ("gb18030", "utf-8"):
        folder = tmp_path / "pages" / charset
        folder.mkdir(parents=True)
        (folder / "page.html.gz").write_bytes(gzip.compress(html.encode(charset)))
        gold = {"id": charset, "site": "news.example", "url": None, "charset": "gb18030"}
        (folder / "gold.json").write_text(json.dumps(gold))

    read = gold_pages(tmp_path)

    assert [page.html for page in read] == [html, html]
    assert [page.url for page in read] == [
        "https://news.example/gb18030.html",
        "https://news.example/utf-8.html",
    ]


def test_a_page_that_an_extractor_raises_on_counts_as_an_error_and_finds_nothing(
    tmp_path: Path,
) -> None:
    def extract(_: GoldPage) -> Found:
        raise ValueError

    (tmp_path / "page.html.gz").write_bytes(gzip.compress(b"<p>x</p>"))

    done = extraction_run.over(extract, [page(tmp_path, charset="utf-8")])

    assert (done.errors, done.found) == (1, {})


def test_an_extractor_that_is_not_installed_is_named_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def make() -> Extractor:
        import nonesuch_extractor  # type: ignore[import-not-found]

        raise AssertionError(nonesuch_extractor)

    monkeypatch.setitem(EXTRACTORS, "nonesuch", make)
    monkeypatch.setattr("sys.argv", ["extraction_run", "nonesuch", str(tmp_path / "out.json")])

    extraction_run.main()

    assert json.loads((tmp_path / "out.json").read_text())["missing"] == (
        "not installed: No module named 'nonesuch_extractor'"
    )


def test_the_cost_is_the_ratio_of_the_sums_beside_that_of_the_middle_page() -> None:
    shown = extraction_cost.summary([(1.0, 2.0), (1.0, 1.0), (10.0, 1.0)])

    assert "ours 12.0 s  trafilatura 4.0 s  together 3.00 x  median 1.00 x" in shown


def test_both_sides_are_timed_on_each_page_and_take_turns_at_being_first(tmp_path: Path) -> None:
    calls: list[str] = []

    def side(name: str) -> Extractor:
        def extract(page: GoldPage) -> Found:
            calls.append(name + page.key)
            return Found()

        return extract

    pages = [page(tmp_path, id="1"), page(tmp_path, id="2")]

    costs = extraction_cost.measure(pages, (side("ours"), side("theirs")), repeats=2)

    assert len(costs) == 2
    assert calls == "ours1 theirs1 ours2 theirs2 theirs1 ours1 theirs2 ours2".split()  # noqa: SIM905


def test_a_table_has_a_row_for_each_extractor(tmp_path: Path) -> None:
    pages = [page(tmp_path, lang="zh", title="甲", text="甲乙")]
    found = {OURS: Found(text="甲乙", title="甲"), "peer": Found(text="甲乙丙丁")}
    scores = {name: {"p1": score("a", each, pages[0].gold)} for name, each in found.items()}

    rows = [" ".join(line.split()) for line in group_lines("Chinese articles", pages, scores)]

    assert rows[3:] == [
        "qingyuan 1.000 1.000 1.000 1.000-1.000 1.000 .000 1.000 - - -",
        "peer .500 1.000 .667 .667-.667 .000 .000 .000 - - -",
    ]


def test_a_difference_is_taken_page_by_page(tmp_path: Path) -> None:
    pages = [page(tmp_path, lang="other")]
    scores = {
        OURS: {"p1": Score("a", 1, 1, 0.9)},
        "peer": {"p1": Score("a", 1, 1, 0.4)},
    }

    last = list(difference_lines(pages, scores))[-1]

    assert last.split() == ["peer", "+0.500", "+0.500", "to", "+0.500", "1", "0"]


def test_each_gold_amount_is_met_once() -> None:
    assert compare([745680.0, 745680.0, 4780.0], [745680.0, 743808.0]) == (1, 1, 2)
    assert compare([], []) == (0, 0, 0)


def test_amounts_are_read_from_a_notice_and_none_from_an_article() -> None:
    awards = [Award("甲公司", 12.5, "12.5 元"), Award("乙公司", None, "下浮率 8%")]

    assert amounts_of(Notice(url="", budget_cny=80000.0, awards=awards)) == {
        "budget": [80000.0],
        "award": [12.5],
    }
    assert amounts_of(Article(url="")) == {"budget": [], "award": []}


def test_the_golds_awards_without_an_amount_are_no_amounts() -> None:
    gold = {"budget": [[80000.0, "捌万元"]], "award": [[None, None, "甲公司"]]}

    assert gold_amounts(gold) == {"budget": [80000.0], "award": []}


def test_without_the_gold_pages_the_benchmark_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.extraction.gold_pages", lambda: [])

    assert main([]) == 2
    assert "not beside the project" in capsys.readouterr().out
