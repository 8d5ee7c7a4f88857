"""Which responses a replay takes, and what it holds them against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from crawler.compare import ACCEPTED, QUARANTINED, UNKNOWN
from crawler.replay import by_source
from crawler.state.db import articles, open_database, quarantine
from crawler.state.former import former
from tests.state.archives import URL, appended, response

EARLY, LATE = "2024-05-10T01:30:00Z", "2024-05-12T01:30:00Z"


def documents(folder: Path, *pointers: str) -> tuple[list[str], list[str]]:
    """Give the pointers that a replay of these segments takes, and its problems."""
    problems: list[str] = []
    paths = [folder / pointer.partition("#")[0] for pointer in pointers]
    found = by_source(paths, folder, problems)
    return [record.pointer for records in found.values() for record in records], problems


def test_of_several_responses_of_a_url_the_last_one_counts(tmp_path: Path) -> None:
    [late] = appended(tmp_path, response(b"new", at=LATE))
    early, other = appended(tmp_path, response(b"old", at=EARLY), response(b"b", url=URL + "?b"))

    assert documents(tmp_path, late, early) == ([late, other], [])


def test_an_unchanged_page_is_taken_from_its_revisit_and_a_304_is_none(tmp_path: Path) -> None:
    first, again, _ = appended(
        tmp_path,
        response(b"page", at=EARLY),
        response(b"page", at=LATE),
        response(b"", status=304, at=LATE),
    )

    assert first != again
    assert documents(tmp_path, first) == ([again], [])


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    opened.dispose()


def store(engine: Engine, version: int, *, current: bool, archive: str, at: str) -> None:
    row: dict[str, object] = {"url": URL, "canonical_url": URL, "source": "hewan", "text": "。"}
    row |= {
        "kind": "article",
        "title": f"{version}",
        "stored_at": at,
        "fetched_at": at,
        "archive": archive,
    }
    with engine.begin() as db:
        db.execute(insert(articles).values(row | {"version": version, "is_current": current}))


def refuse(engine: Engine, archive: str) -> None:
    row = {"url": URL, "source": "hewan", "reason": "empty", "at": EARLY, "archive": archive}
    with engine.begin() as db:
        db.execute(insert(quarantine).values(row))


def test_a_page_of_which_nothing_is_stored_is_not_known(engine: Engine) -> None:
    assert former(engine, URL, URL, "a#1", EARLY).fate == UNKNOWN


def test_the_current_article_is_what_a_page_is_compared_with(engine: Engine) -> None:
    store(engine, 1, current=False, archive="a#1", at=EARLY)
    store(engine, 2, current=True, archive="b#1", at=LATE)

    found = former(engine, URL, URL, "b#1", LATE)

    assert (found.fate, found.row["title"], found.superseded) == (ACCEPTED, "2", False)


@pytest.mark.parametrize(("at", "superseded"), [(EARLY, True), (LATE, False)])
def test_an_older_response_than_the_stored_one_is_told(
    at: str, superseded: bool, engine: Engine
) -> None:
    store(engine, 1, current=True, archive="b#1", at="2024-05-11T00:00:00+00:00")

    assert former(engine, URL, URL, "a#1", at).superseded is superseded


def test_a_response_that_was_refused_was_in_quarantine(engine: Engine) -> None:
    store(engine, 1, current=True, archive="b#1", at=EARLY)
    refuse(engine, "a#1")

    assert former(engine, URL, URL, "a#1", LATE).fate == QUARANTINED
    assert former(engine, URL, URL, "b#1", LATE).fate == ACCEPTED


def test_a_page_that_was_only_ever_refused_was_in_quarantine(engine: Engine) -> None:
    refuse(engine, "older#1")

    assert former(engine, URL, URL, "a#1", LATE).fate == QUARANTINED
