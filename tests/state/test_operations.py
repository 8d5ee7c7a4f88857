"""What the store does with an article, a rejected page, a failure and a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, select

from crawler.items import Damage, Rejected
from crawler.state.db import articles, dead_letters, open_database, quarantine
from crawler.state.election import Stored
from crawler.state.election import store_article as store
from crawler.state.operations import (
    add_dead_letter,
    add_quarantine,
    settle_dead_letters,
)
from pipelines.dedup import ReprintIndex

REPAIR = {"kind": "pinyin", "span": [0, 2], "before": "qiao", "after": "桥", "confidence": 0.9}
LONG = "青岚县石桥修缮本月初动工，拆下的青石逐块编号，堆放在河滩的凉棚里。"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def article(key: str, text: str = LONG, **fields: Any) -> dict[str, Any]:
    row = {"url": key, "canonical_url": key, "source": "hewan", "kind": "article"}
    return row | {"title": "石桥修缮", "text": text, "fingerprint": text, "authors": []} | fields


def rows(db: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.execute(select(table).order_by(table.c.id))]


def reprints(db: Connection) -> dict[str, str | None]:
    """Give of each current row which copy it is a reprint of."""
    return {r["canonical_url"]: r["reprint_of"] for r in rows(db, articles) if r["is_current"]}


def store_article(db: Connection, row: dict[str, Any], cluster: Any) -> str:
    """Store an article and say what became of it."""
    stored: Stored = store(db, row, cluster)
    return stored.outcome


def together(*keys: str) -> Any:
    """Give a cluster that holds these keys."""
    return lambda key: sorted({key, *keys})


def test_a_new_article_is_stored_with_its_fields(db: Connection) -> None:
    outcome = store_article(db, article("https://a.example/1", authors=["沈一"], tags=["桥"]), None)

    (row,) = rows(db, articles)
    assert outcome == "stored"
    assert (row["version"], row["is_current"]) == (1, True)
    assert (row["title"], row["authors"], row["tags"]) == ("石桥修缮", ["沈一"], ["桥"])
    assert row["stored_at"]


def test_the_same_text_again_is_unchanged_and_refreshes_the_facts(db: Connection) -> None:
    store_article(db, article("k", section="县区", fetched_at="2024-05-10T01:00:00Z"), None)

    outcome = store_article(
        db, article("k", section="要闻", fetched_at="2024-05-11T01:00:00Z"), None
    )

    (row,) = rows(db, articles)
    assert outcome == "unchanged"
    assert (row["version"], row["section"], row["fetched_at"]) == (
        1,
        "要闻",
        "2024-05-11T01:00:00Z",
    )


def test_another_text_is_a_new_version_and_the_former_one_stays(db: Connection) -> None:
    for text in ("初稿", "二稿", "三稿"):
        assert store_article(db, article("k", text), None) == "stored"

    found = [(r["version"], r["text"], r["is_current"]) for r in rows(db, articles)]
    assert found == [(1, "初稿", False), (2, "二稿", False), (3, "三稿", True)]


def test_a_text_that_returns_to_a_former_wording_is_a_new_version(db: Connection) -> None:
    for text in ("初稿", "二稿", "初稿"):
        store_article(db, article("k", text), None)

    assert [(r["version"], r["is_current"]) for r in rows(db, articles)][-1] == (3, True)


def test_what_is_no_column_is_left_out_and_own_columns_are_not_taken(db: Connection) -> None:
    store_article(db, article("k", weather="晴", version=9, is_current=False, id=77), None)

    (row,) = rows(db, articles)
    assert (row["version"], row["is_current"], row["id"]) == (1, True, 1)


def test_an_article_alone_in_its_cluster_is_stored(db: Connection) -> None:
    assert store_article(db, article("a"), together()) == "stored"
    assert reprints(db) == {"a": None}


def test_a_later_copy_is_a_reprint_of_the_best(db: Connection) -> None:
    store_article(db, article("a", LONG + "桥头茶摊暂迁。"), together("a"))

    assert store_article(db, article("b"), together("a", "b")) == "reprint"
    assert reprints(db) == {"a": None, "b": "a"}


def test_a_better_copy_is_elected_and_all_rows_of_the_cluster_follow(db: Connection) -> None:
    store_article(db, article("a", damages=[REPAIR]), together("a"))
    store_article(db, article("b", damages=[REPAIR, REPAIR]), together("a", "b"))
    assert reprints(db) == {"a": None, "b": "a"}

    assert store_article(db, article("c", damages=[]), together("a", "b", "c")) == "reprint"

    assert reprints(db) == {"a": "c", "b": "c", "c": None}


def test_a_known_text_keeps_its_place_in_the_cluster(db: Connection) -> None:
    store_article(db, article("a", LONG + "桥头茶摊暂迁。"), together("a"))
    store_article(db, article("b"), together("a", "b"))

    assert store_article(db, article("b"), together("a", "b")) == "unchanged"
    assert reprints(db) == {"a": None, "b": "a"}


def test_a_copy_that_the_store_does_not_hold_counts_for_nothing(db: Connection) -> None:
    assert store_article(db, article("a"), together("a", "lost")) == "stored"
    assert reprints(db) == {"a": None}


def test_only_current_versions_stand_for_election(db: Connection) -> None:
    store_article(db, article("a", LONG * 3), together("a"))
    store_article(db, article("a", "短讯"), together("a"))

    store_article(db, article("b", "短讯一则"), together("a", "b"))

    assert reprints(db) == {"a": "b", "b": None}
    assert [r["reprint_of"] for r in rows(db, articles) if not r["is_current"]] == [None]


def test_when_the_best_copy_is_rewritten_the_others_are_no_longer_its_reprints(
    db: Connection, tmp_path: Path
) -> None:
    rewritten = "沙埕渔港的新码头浇下了最后一方混凝土，泊位从十八个增加到三十一个。" * 3
    story = LONG * 3
    with ReprintIndex(tmp_path / "reprints.db") as index:
        for key, text in (("a", story + "全。"), ("b", story), ("a", rewritten)):
            index.add(key, text)
            store_article(db, article(key, text), index.cluster)

    assert reprints(db) == {"a": None, "b": None}


REJECTED = Rejected("https://a.example/1", "no title", kind="article", text="正文", archive="f#1")


def test_a_rejected_page_is_kept_with_reason_run_and_place(db: Connection) -> None:
    add_quarantine(db, REJECTED, "hewan", 3)

    (row,) = rows(db, quarantine)
    kept = {name: row[name] for name in ("url", "reason", "source", "run", "text", "archive")}
    assert kept == {
        "url": "https://a.example/1",
        "reason": "no title",
        "source": "hewan",
        "run": 3,
        "text": "正文",
        "archive": "f#1",
    }


def test_the_same_page_rejected_again_takes_the_place_of_the_former(db: Connection) -> None:
    add_quarantine(db, REJECTED, "hewan", 3)
    add_quarantine(db, Rejected(REJECTED.url, "no title", archive="f#2"), "hewan", 4)

    assert [(r["run"], r["archive"]) for r in rows(db, quarantine)] == [(4, "f#2")]


def test_another_reason_or_another_page_is_a_row_of_its_own(db: Connection) -> None:
    add_quarantine(db, REJECTED, "hewan", 3)
    add_quarantine(db, Rejected(REJECTED.url, "too short"), "hewan", 3)
    add_quarantine(db, Rejected("https://a.example/2", "no title"), "hewan", None)

    assert len(rows(db, quarantine)) == 3


def letter(**fields: Any) -> dict[str, Any]:
    values = {"run": 1, "source": "hewan", "url": "https://a.example/1", "stage": "charset"}
    return values | {"error": "ValueError: odd", "archive": "f#1"} | fields


def test_the_same_failure_again_is_one_letter_with_the_latest_error(db: Connection) -> None:
    add_dead_letter(db, letter())
    add_dead_letter(db, letter(run=2, error="KeyError: 'x'"))

    assert [(r["run"], r["error"]) for r in rows(db, dead_letters)] == [(2, "KeyError: 'x'")]


@pytest.mark.parametrize("other", [{"stage": "store"}, {"archive": "f#2"}])
def test_another_stage_or_response_is_another_letter(other: dict[str, str], db: Connection) -> None:
    add_dead_letter(db, letter())
    add_dead_letter(db, letter(**other))

    assert len(rows(db, dead_letters)) == 2


def test_failures_without_an_archived_response_are_all_kept(db: Connection) -> None:
    add_dead_letter(db, letter(archive=""))
    add_dead_letter(db, letter(archive=""))

    assert len(rows(db, dead_letters)) == 2


def test_settling_marks_the_letters_of_these_responses_only(db: Connection) -> None:
    for pointer in ("f#1", "f#2", "f#3"):
        add_dead_letter(db, letter(archive=pointer))

    settle_dead_letters(db, ["f#1", "f#3"])

    settled = {r["archive"]: r["replayed_at"] is not None for r in rows(db, dead_letters)}
    assert settled == {"f#1": True, "f#2": False, "f#3": True}


def test_a_settled_failure_that_comes_back_is_a_new_letter(db: Connection) -> None:
    add_dead_letter(db, letter())
    settle_dead_letters(db, ["f#1"])
    add_dead_letter(db, letter(run=2))

    assert [r["replayed_at"] is None for r in rows(db, dead_letters)] == [False, True]


def test_the_letters_of_a_large_replay_are_settled(db: Connection) -> None:
    driver: Any = db.connection.driver_connection
    driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)  # as it is built elsewhere
    add_dead_letter(db, letter())

    settle_dead_letters(db, [f"f#{n}" for n in range(40_000)])

    assert rows(db, dead_letters)[0]["replayed_at"] is not None


def test_settling_nothing_changes_nothing(db: Connection) -> None:
    add_dead_letter(db, letter())
    settle_dead_letters(db, [])

    assert rows(db, dead_letters)[0]["replayed_at"] is None


def test_the_repair_above_has_the_shape_of_a_damage() -> None:
    assert set(REPAIR) == set(Damage.__slots__)
