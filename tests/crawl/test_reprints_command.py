"""`scrapy reprints` shows a story's copies as a user asks for them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import Connection

from crawler.copies_shown import show_copies, show_stories
from crawler.state.copies import copies_of, stories_of
from crawler.state.db import articles, open_database
from tests.crawl.conftest import Scrapy

BEST, COPY = "http://a.example/1", "http://b.example/9"


def store(connection: Connection) -> None:
    rows: list[dict[str, Any]] = [
        {
            "canonical_url": BEST,
            "source": "a",
            "text": "石桥修好了，昨天通车。",
            "reprint_of": None,
        },
        {
            "canonical_url": COPY,
            "source": "b",
            "text": "石桥修好了，今天通车。",
            "reprint_of": BEST,
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
