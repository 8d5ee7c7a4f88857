"""`scrapy reprints` shows a story's copies as a user asks for them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import Connection

from crawler.copies_shown import show_copies, show_stories
from crawler.state.copies import copies_of, stories_of
from crawler.state.db import articles, open_database
from tests.crawl.conftest import Ended, Scrapy

BEST, COPY = "http://a.example/1", "http://b.example/9"

LOST = {"kind": "lost_replaced", "span": [5, 6], "before": "?", "after": "?", "confidence": 0.0}
HEALED = LOST | {"kind": "healed", "after": "，", "confidence": 0.9, "source": COPY}


def store(connection: Connection) -> None:
    rows: list[dict[str, Any]] = [
        {
            "canonical_url": BEST,
            "source": "a",
            "text": "石桥修好了，昨天通车。",
            "reprint_of": None,
            "published_at": "2024-05-10",
            "damages": [LOST, HEALED],
        },
        {
            "canonical_url": COPY,
            "source": "b",
            "text": "石桥修好了，今天通车。",
            "reprint_of": BEST,
            "publisher": "河湾日报",
            "published_at": "2024-05-10T08:00:00+08:00",
        },
        {
            "canonical_url": "http://a.example/2",
            "source": "a",
            "text": "春灌。",
            "reprint_of": None,
        },
    ]
    for row in rows:
        own = {"url": row["canonical_url"], "version": 1, "is_current": True, "stored_at": ""}
        connection.execute(articles.insert().values(title="石桥", kind="article", **own, **row))


def printed(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_a_copy_leads_to_the_whole_story_and_to_what_differs(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    console = Console(file=io.StringIO(), width=160)

    with engine.begin() as connection:
        store(connection)
        exit_code = show_copies([COPY], copies_of(connection, COPY), console)

    shown = printed(console)
    assert exit_code == 0
    assert [BEST in shown, COPY in shown, "http://a.example/2" in shown] == [True, True, False]
    assert [words in shown for words in ("昨天通车。", "今天通车。")] == [True, True]


def test_the_table_names_who_was_first_what_was_healed_and_how_they_are_copies(
    tmp_path: Path,
) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    console = Console(file=io.StringIO(), width=160)

    with engine.begin() as connection:
        store(connection)
        show_copies([COPY], copies_of(connection, COPY), console, side_by_side=False)

    lines = [line.split() for line in printed(console).splitlines()]
    # Of a bare date and a time on that day nobody knows which was before.
    assert lines[2] == ["1", "best", "first?", "a", "2024-05-10", "11", "1,", "1", "healed"]
    assert lines[3][:4] == ["2", "first?", "b", "河湾日报"]
    assert lines[3][-1] == "indirect"
    assert lines[-1][:4] == ["first,", "one", "of:", "河湾日报"]


def test_a_narrow_window_cuts_nothing(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    console = Console(file=io.StringIO(), width=80, soft_wrap=True)

    with engine.begin() as connection:
        store(connection)
        show_copies([COPY], copies_of(connection, COPY), console)

    shown = printed(console)
    assert "…" not in shown
    assert all(word in shown for word in (BEST, COPY, "河湾日报", "2024-05-10 08:00:00"))


def test_a_persons_word_parts_two_copies_and_joins_them_again(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    engine = open_database(f"sqlite:///{data / 'qingyuan.db'}")
    with engine.begin() as connection:
        store(connection)
    engine.dispose()

    def fronts(ended: Ended) -> dict[str, str | None]:
        return {r["canonical_url"]: r["reprint_of"] for r in ended.rows("articles")}

    split = scrapy("reprints", "split", "https://a.example/1", COPY, "--who", "沈一")
    assert (split.exit_code, fronts(split)[COPY]) == (0, None)

    merged = scrapy("reprints", "merge", COPY, BEST)
    assert merged.exit_code == 0
    assert sorted(map(str, fronts(merged).values())) == ["None", "None", COPY]


@pytest.mark.parametrize("word", ["split", "merge"])
def test_an_unknown_address_is_named_and_nothing_decided(scrapy: Scrapy, word: str) -> None:
    ended = scrapy("reprints", word, "http://nowhere.example/1", "http://nowhere.example/2")

    assert ended.exit_code == 2
    assert "http://nowhere.example/1" in ended.output
    assert "http://nowhere.example/2" in ended.output


def test_a_decision_needs_two_addresses(scrapy: Scrapy) -> None:
    assert scrapy("reprints", "split", BEST).exit_code == 2


def test_a_source_shows_its_stories_that_have_copies(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    console = Console(file=io.StringIO(), width=160)

    with engine.begin() as connection:
        store(connection)
        exit_code = show_stories("b", stories_of(connection, "b"), console)

    assert exit_code == 0
    assert BEST in printed(console)
    assert "http://a.example/2" not in printed(console)


def test_an_unknown_address_is_named(scrapy: Scrapy) -> None:
    ended = scrapy("reprints", "http://nowhere.example/1")

    assert ended.exit_code == 1
    assert "http://nowhere.example/1" in ended.output
