"""Leases: what is due, who has it, and what becomes of it, on both databases."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from crawler.state import leases
from crawler.state.leases import Found, Pass

NOW = time.time()
MINE = Pass(source="hewan", owner="a", cycle=NOW - 10)
OTHERS = Pass(source="hewan", owner="b", cycle=NOW - 10)


@pytest.fixture
def db(database: Engine) -> Iterator[Connection]:
    with database.begin() as connection:
        yield connection


def page(key: str, host: str = "hewan.example", priority: int = 0) -> dict[str, Any]:
    row = {"key": key, "host": host, "url": f"http://{host}/{key}", "callback": "parse"}
    return row | {"request": "{}", "priority": priority, "depth": 0}


def take(db: Connection, over: Pass = MINE, most: int = 10, full: str = "") -> list[str]:
    held = {full: 10} if full else {}
    rows = leases.lease(db, over, most=most, held=held, share=10, until=time.time() + 60)
    return [row["url"].rpartition("/")[2] for row in rows]


def status(db: Connection) -> dict[str, str]:
    return {row.key: row.status for row in db.execute(text("SELECT key, status FROM frontier"))}


def settle(db: Connection, outcome: str = "stored", over: Pass = MINE, **values: Any) -> None:
    """Close all leases of a process."""
    ids = db.scalars(text("SELECT id FROM frontier WHERE owner = :o"), {"o": over.owner}).all()
    none = ("next_due", "revisit", "changed_at", "etag", "last_modified", "archived")
    row = dict.fromkeys(none) | {"status": "done", "attempts": 0, "fetched_at": NOW}
    leases.close(
        db, [row | {"id": i, "owner": over.owner, "outcome": outcome} | values for i in ids]
    )


def test_no_host_takes_the_places_of_the_others(db: Connection) -> None:
    rows = [page(f"slow{n}", "slow.example") for n in range(50)]
    rows += [page(f"good{n}", "good.example") for n in range(50)]
    leases.add(db, Found(rows=rows), MINE, NOW)

    taken = leases.lease(db, MINE, most=20, held={"slow.example": 3}, share=8, until=NOW + 60)

    assert Counter(row["host"] for row in taken) == {"slow.example": 5, "good.example": 8}


def test_pages_are_leased_once_by_priority_then_in_order(db: Connection) -> None:
    rows = [page("a"), page("b"), page("front", priority=5), page("a")]
    leases.add(db, Found(rows=rows), MINE, NOW)

    first, second = take(db, most=2), take(db)

    assert (first, second) == (["front", "a"], ["b"])
    assert take(db) == []


def test_a_known_page_is_not_due_again_by_being_linked(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a")]), MINE, NOW)
    take(db)
    settle(db)

    later = Pass("hewan", "a", cycle=NOW + 5)
    known = leases.add(db, Found(rows=[page("a"), page("b")]), later, NOW + 5)

    assert known == {"a"}
    assert status(db) == {"a": "done", "b": "due"}


def test_a_known_list_is_due_again_in_the_next_pass_and_only_once_in_it(db: Connection) -> None:
    leases.add(db, Found(rows=[page("list")]), MINE, NOW)
    take(db)
    settle(db, "listing", fetched_at=NOW - 100)

    leases.add(db, Found(rows=[page("list")]), MINE, NOW)
    in_the_next_pass = status(db)["list"]
    take(db)
    settle(db, "listing", fetched_at=NOW)
    leases.add(db, Found(rows=[page("list")]), MINE, NOW)

    assert in_the_next_pass == "due"
    assert status(db)["list"] == "done"


@pytest.mark.parametrize("lost", ["gone", "failed"])
def test_what_is_gone_or_given_up_is_due_again_where_it_is_linked_within_its_window(
    db: Connection, lost: str
) -> None:
    leases.add(db, Found(rows=[page("old")]), MINE, NOW - 86400)
    leases.add(db, Found(rows=[page("young")]), MINE, NOW)
    take(db)
    settle(db, lost, status=lost, fetched_at=NOW)

    later = Pass("hewan", "a", cycle=NOW + 5, window=3600.0)
    leases.add(db, Found(rows=[page("old"), page("young")]), later, NOW + 5)

    assert status(db) == {"old": lost, "young": "due"}


def test_start_pages_are_due_once_a_pass_and_forced_ones_always(db: Connection) -> None:
    leases.add(db, Found(starts=[page("start")], forced=[page("forced")]), MINE, NOW)
    take(db)
    settle(db, "listing", fetched_at=NOW)

    leases.add(db, Found(starts=[page("start")], forced=[page("forced")]), MINE, NOW)

    assert status(db) == {"start": "done", "forced": "due"}


def test_the_next_page_of_a_list_is_read_only_after_news(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a")], pages=[page("page2")]), MINE, NOW)
    after_news = status(db).get("page2")
    take(db)
    settle(db, "listing", fetched_at=NOW)

    later = Pass("hewan", "a", cycle=NOW + 100)
    leases.add(db, Found(rows=[page("a")], pages=[page("page2")]), later, NOW + 110)

    assert after_news == "due"
    assert status(db)["page2"] == "done"


def test_an_interrupted_pass_still_takes_its_own_finds_for_news(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a")]), MINE, NOW)

    leases.add(db, Found(rows=[page("a")], pages=[page("page2")]), MINE, NOW + 5)

    assert status(db)["page2"] == "due"


def test_an_article_that_a_pass_reads_itself_is_not_known_beside(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a"), page("b")]), MINE, NOW)
    take(db, most=1)
    settle(db, fetched_at=NOW)

    same_pass = leases.add(db, Found(rows=[page("a"), page("b")]), MINE, NOW)
    full = Pass("hewan", "a", cycle=NOW + 5, full=True)
    read_again = leases.add(db, Found(rows=[page("a"), page("b")]), full, NOW + 5)

    assert (same_pass, read_again) == (set(), set())


def test_pages_behind_a_list_without_news_name_what_they_named(db: Connection) -> None:
    rows = [page("a"), page("b"), page("page2")]
    leases.add(db, Found(rows=rows), MINE, NOW)
    take(db)
    (number,) = db.execute(text("SELECT id FROM frontier WHERE key = 'page2'")).one()
    links = json.dumps({"rows": ["a", "b", "never seen"], "pages": ["page2"]})
    leases.keep_links(db, [{"id": number, "owner": "a", "links": links}])
    settle(db, fetched_at=NOW)
    db.execute(text("UPDATE frontier SET outcome = 'listing' WHERE key = 'page2'"))

    later = Pass("hewan", "a", cycle=NOW + 100)
    known = leases.add(db, Found(rows=[page("a")], pages=[page("page2")]), later, NOW + 110)

    assert known == {"a", "b"}


def test_what_an_unchanged_list_links_is_taken_up_as_if_it_were_read(db: Connection) -> None:
    leases.add(db, Found(rows=[page("index"), page("list"), page("a"), page("gone")]), MINE, NOW)
    take(db)
    (number,) = db.execute(text("SELECT id FROM frontier WHERE key = 'index'")).one()
    links = json.dumps({"rows": ["list", "a", "gone", "never seen"], "pages": []})
    leases.keep_links(db, [{"id": number, "owner": "a", "links": links}])
    settle(db, fetched_at=NOW)
    db.execute(text("UPDATE frontier SET outcome = 'listing' WHERE key IN ('index', 'list')"))
    db.execute(text("UPDATE frontier SET status = 'gone' WHERE key = 'gone'"))

    leases.relink(db, Pass("hewan", "a", cycle=NOW + 100), ["index"], NOW + 110)

    assert status(db) == {"index": "done", "list": "due", "a": "done", "gone": "due"}


def test_more_links_than_a_statement_takes_are_looked_up(db: Connection) -> None:
    if db.dialect.name == "sqlite":  # as it is built elsewhere; Debian's takes more
        driver: Any = db.connection.driver_connection
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    keys = [f"k{n}" for n in range(66_000)]
    leases.add(db, Found(rows=[page("k65999")]), MINE, NOW)

    news = leases._has_news(db, [page(key) for key in keys], MINE)
    known = leases.articles(db, MINE, keys)

    assert (news, known) == (True, set())


def test_full_makes_everything_due_and_since_what_was_seen_from_then_on(db: Connection) -> None:
    leases.add(db, Found(rows=[page("old")]), MINE, NOW - 1000)
    leases.add(db, Found(rows=[page("new")]), MINE, NOW - 50)
    take(db)
    settle(db, fetched_at=NOW - 40)
    linked = Found(rows=[page("old"), page("new")])

    leases.add(db, linked, Pass("hewan", "a", cycle=NOW, since=NOW - 100), NOW)
    since = status(db)
    leases.add(db, linked, Pass("hewan", "a", cycle=NOW, full=True), NOW)

    assert since == {"old": "done", "new": "due"}
    assert status(db) == {"old": "due", "new": "due"}


def test_one_process_at_a_time_is_at_a_host(db: Connection) -> None:
    rows = [page("a"), page("b"), page("c", host="shiqiao.example")]
    leases.add(db, Found(rows=rows), MINE, NOW)

    mine = take(db, most=1)
    others = take(db, OTHERS)

    assert (mine, others) == (["a"], ["c"])
    assert leases.left(db, OTHERS) == (True, 1)


def test_a_host_goes_to_who_waits_for_it_when_its_turn_is_over(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a"), page("b")]), MINE, NOW)
    take(db, most=1)
    leases.left(db, OTHERS)  # which waits
    db.execute(text("UPDATE hosts SET since = since - 60"))
    settle(db)

    mine_again = take(db)
    db.execute(text("UPDATE hosts SET until = until - 2"))  # the host has rested
    still_theirs = take(db)
    others = take(db, OTHERS)

    assert (mine_again, still_theirs, others) == ([], [], ["b"])


def test_a_host_with_enough_of_its_pages_leased_is_passed_over(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a"), page("b"), page("c", host="shiqiao.example")]), MINE, NOW)

    assert take(db, full="hewan.example") == ["c"]


def test_dead_processes_leases_are_taken_over_and_living_ones_not(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a"), page("b", host="shiqiao.example")]), MINE, NOW)
    take(db, most=1)
    take(db, OTHERS)

    count = leases.take_over(db, "hewan", lambda owner: owner == "a", NOW)

    assert count == 1
    assert status(db) == {"a": "due", "b": "leased"}
    assert take(db, Pass("hewan", "c", cycle=NOW)) == ["a"], "its host is free too"


def test_a_lease_without_a_heartbeat_expires(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a")]), MINE, NOW)
    take(db)

    count = leases.take_over(db, "hewan", lambda owner: False, NOW + 3600)

    assert (count, status(db)) == (1, {"a": "due"})


def test_who_lost_a_lease_cannot_close_it(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a")]), MINE, NOW)
    take(db)
    (number,) = db.execute(text("SELECT id FROM frontier")).one()
    leases.take_over(db, "hewan", lambda owner: True, NOW)
    take(db, OTHERS)

    none = ("next_due", "revisit", "changed_at", "etag", "last_modified", "archived")
    row = dict.fromkeys(none) | {"status": "done", "attempts": 0, "fetched_at": NOW}
    leases.close(db, [row | {"id": number, "owner": "a", "outcome": "stored"}])

    assert status(db) == {"a": "leased"}


def test_what_has_waited_long_enough_wakes(db: Connection) -> None:
    leases.add(db, Found(rows=[page("soon"), page("later")]), MINE, NOW)
    take(db, most=1)
    settle(db, status="waiting", next_due=NOW + 10)
    take(db)
    settle(db, status="waiting", next_due=NOW + 1000)

    leases.wake(db, "hewan", NOW + 60)

    assert status(db) == {"soon": "due", "later": "waiting"}


def test_a_process_that_ends_gives_its_pages_back(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a")]), MINE, NOW)
    take(db)

    leases.release(db, MINE, time.time() + 60)

    assert status(db) == {"a": "due"}
    assert take(db, OTHERS) == [], "the host rests"


def test_what_a_clock_that_was_ahead_wrote_holds_nothing_up(db: Connection) -> None:
    tomorrow = NOW + 86400
    starts = Found(starts=[page("start"), page("failed")])
    leases.add(db, starts, Pass("hewan", "a", cycle=tomorrow), tomorrow)
    take(db, most=1)
    settle(db, "listing", fetched_at=tomorrow)
    take(db)
    settle(db, "failed", status="waiting", next_due=tomorrow + 600, fetched_at=None)
    leases.release(db, MINE, tomorrow)

    leases.take_over(db, "hewan", lambda owner: False, NOW)
    leases.wake(db, "hewan", NOW)
    leases.add(db, Found(starts=[page("start")]), OTHERS, NOW)

    assert status(db) == {"start": "due", "failed": "due"}
    assert take(db, OTHERS) == ["start", "failed"]


def test_a_host_that_rests_is_left_alone(db: Connection) -> None:
    leases.add(db, Found(rows=[page("a")]), MINE, NOW)
    take(db)
    leases.release(db, MINE, time.time() + 60)

    leases.take_over(db, "hewan", lambda owner: False, NOW)

    assert take(db, OTHERS) == []
