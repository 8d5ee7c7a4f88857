"""Clusters as the store has them: whatever the order of arrival, healed, and as persons decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select

from crawler.state.db import articles, open_database
from crawler.state.election import decide, store_article
from pipelines.charset import repair
from pipelines.dedup import ReprintIndex, digest
from pipelines.dedup.clusters import Member, stars
from tests.dedup.texts import OTHER, STORY, THIRD

KEYS = "abcdef"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


class LikeIndex:
    """An index over made-up likenesses: a document is a key and one of its versions."""

    def __init__(self, likeness: dict[frozenset[tuple[str, int]], float]) -> None:
        self.likeness = likeness
        self.held: dict[str, int] = {}

    def score(self, a: str, b: str) -> float:
        return self.likeness.get(frozenset(((a, self.held[a]), (b, self.held[b]))), 0.0)

    def cluster(self, key: str) -> list[str]:
        component, waiting = {key}, [key]
        while waiting:
            one = waiting.pop()
            linked = {k for k in self.held if k not in component and self.score(one, k) > 0}
            component |= linked
            waiting += linked
        names = dict(enumerate(sorted(component)))
        members = [Member(n, k, length(k, self.held[k])) for n, k in names.items()]
        groups = stars(members, lambda a, b: self.score(names[a], names[b])).values()
        return next(sorted(m.key for m in g) for g in groups if any(m.key == key for m in g))


def length(key: str, version: int) -> int:
    return 100 + 7 * KEYS.index(key) + 31 * version


def row(key: str, version: int) -> dict[str, Any]:
    text = f"{key}{version}" + "文" * (length(key, version) - 2)
    shared = {"url": key, "canonical_url": key, "source": "s", "kind": "article", "title": "题"}
    return shared | {"text": text, "fingerprint": text, "damages": [], "authors": []}


DOCUMENTS = [(key, version) for key in KEYS for version in (0, 1)]
LIKENESS = st.dictionaries(
    st.frozensets(st.sampled_from(DOCUMENTS), min_size=2, max_size=2),
    st.sampled_from([0.4, 0.6, 0.8, 1.0]),
    max_size=30,
)
ARRIVALS = st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=14)


def stored(db: Connection) -> dict[str, str | None]:
    columns = articles.c.canonical_url, articles.c.reprint_of
    found = db.execute(select(*columns).where(articles.c.is_current))
    return {row.canonical_url: row.reprint_of for row in found}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LIKENESS, ARRIVALS)
def test_the_order_of_arrival_does_not_count_and_nothing_is_chained(
    engine: Engine,
    likeness: dict[frozenset[tuple[str, int]], float],
    arrivals: list[tuple[str, int]],
) -> None:
    index = LikeIndex(likeness)
    with engine.connect() as db, db.begin() as transaction:
        for key, version in arrivals:
            index.held[key] = version
            store_article(db, row(key, version), index.cluster)
        found = stored(db)
        transaction.rollback()

    last = dict(arrivals)
    for key in last:
        mine = index.cluster(key)
        longest = max(length(k, last[k]) for k in mine)
        whole = [k for k in mine if length(k, last[k]) >= 0.92 * longest]
        front = max(whole, key=lambda k: length(k, last[k]))
        assert found[key] == (None if key == front else front)
        # All are like one of them, the longest that the cluster hangs together by.
        assert any(all(k == other or index.score(k, other) > 0 for k in mine) for other in mine)


# --- healing -----------------------------------------------------------------------------------

DAMAGED = STORY.replace("便携", "便\ufffd").replace("三趟", "\ufffd趟")


def article(key: str, text: str, **fields: Any) -> dict[str, Any]:
    """Make a row as the pipelines do: the text repaired, with what was wrong in it."""
    repaired = repair(text)
    damages = [asdict(damage) for damage in repaired.damages]
    shared: dict[str, Any] = {"url": key, "canonical_url": key, "source": "s", "kind": "article"}
    shared |= {
        "title": "题",
        "text": repaired.text,
        "fingerprint": digest(repaired.text),
        "damages": damages,
    }
    return shared | {"authors": []} | fields


Cluster = Callable[[str], list[str]]


def together(*keys: str) -> Cluster:
    return lambda key: sorted({key, *keys})


def current(db: Connection, key: str) -> Any:
    found = select(articles).where(articles.c.canonical_url == key, articles.c.is_current)
    return db.execute(found).one()


SOUND, ILL = article("sound", STORY), article("ill", DAMAGED)


@pytest.mark.parametrize("order", [(SOUND, ILL), (ILL, SOUND)], ids=["sound first", "ill first"])
def test_a_sound_copy_heals_a_damaged_one_in_either_order(
    db: Connection, order: tuple[dict[str, Any], ...]
) -> None:
    healed = [store_article(db, row, together("sound", "ill")).healed for row in order]

    row = current(db, "ill")
    fillings = [d for d in row.damages if d["kind"] == "healed"]
    assert healed == [0, 2]
    assert (row.text, row.fingerprint) == (STORY, digest(DAMAGED))
    assert [(d["before"], d["after"], d["source"]) for d in fillings] == [
        ("\ufffd", "携", "sound"),
        ("\ufffd", "三", "sound"),
    ]
    assert stored(db) == {"sound": None, "ill": "sound"}


@pytest.mark.parametrize("cluster", [together("sound", "ill"), None], ids=["index", "no index"])
def test_the_damaged_page_fetched_again_is_unchanged_and_stays_healed(
    db: Connection, cluster: Cluster | None
) -> None:
    for row in (SOUND, ILL):
        store_article(db, row, together("sound", "ill"))

    again = store_article(db, ILL | {"section": "要闻"}, cluster)

    row = current(db, "ill")
    assert (again.outcome, again.healed) == ("unchanged", 0)
    assert (row.text, row.version, row.section) == (STORY, 1, "要闻")
    assert sum(d["kind"] == "healed" for d in row.damages) == 2


def test_what_was_healed_stays_when_the_sound_copy_becomes_another_story(db: Connection) -> None:
    for row in (SOUND, ILL):
        store_article(db, row, together("sound", "ill"))

    store_article(db, article("sound", OTHER), together())
    store_article(db, ILL, together())

    assert current(db, "ill").text == STORY
    assert stored(db) == {"sound": None, "ill": None}


def test_another_text_of_the_damaged_page_is_a_new_version(db: Connection) -> None:
    for row in (SOUND, ILL, article("ill", STORY + "全文完。")):
        store_article(db, row, together("sound", "ill"))

    row = current(db, "ill")
    assert (row.version, row.text, row.damages) == (2, STORY + "全文完。", [])


def test_a_copy_that_is_damaged_itself_heals_nothing(db: Connection) -> None:
    other = article("other", STORY.replace("研究院", "研\ufffd院"))
    for row in (other, ILL):
        store_article(db, row, together("other", "ill"))

    assert "\ufffd" in current(db, "ill").text
    assert "\ufffd" in current(db, "other").text


def test_a_source_of_higher_rank_stands_in_front_of_an_earlier_copy(db: Connection) -> None:
    early, late = "2024-05-10T08:00:00+08:00", "2024-05-10T09:00:00+08:00"
    store_article(db, article("mirror", STORY, published_at=early, rank=0), together("mirror"))
    row = article("issuer", STORY, published_at=late, rank=2)
    store_article(db, row, together("mirror", "issuer"))

    assert stored(db) == {"mirror": "issuer", "issuer": None}


# --- decisions ---------------------------------------------------------------------------------


def test_two_that_are_split_stay_apart_and_what_was_lent_goes_back(db: Connection) -> None:
    cluster = together("sound", "ill")
    for row in (SOUND, ILL):
        store_article(db, row, cluster)

    decide(db, "ill", "sound", apart=True, cluster=cluster)
    assert stored(db) == {"sound": None, "ill": None}
    assert current(db, "ill").text == DAMAGED

    for row in (SOUND, ILL):
        assert store_article(db, row, cluster).outcome == "unchanged"
    assert stored(db) == {"sound": None, "ill": None}
    assert current(db, "ill").text == DAMAGED


def test_two_that_are_merged_stay_together_though_the_index_does_not_link_them(
    db: Connection,
) -> None:
    for row in (article("a", STORY + THIRD), article("b", OTHER)):
        store_article(db, row, together())

    decide(db, "a", "b", apart=False, cluster=together())
    assert stored(db) == {"a": None, "b": "a"}

    # A later copy of the one is a copy of both.
    clusters = {"a": ["a"], "b": ["b", "c"], "c": ["b", "c"]}
    store_article(db, article("c", OTHER + "完"), clusters.__getitem__)
    store_article(db, article("a", STORY + THIRD + "完"), clusters.__getitem__)
    assert stored(db) == {"a": None, "b": "a", "c": "a"}


def test_a_later_decision_takes_the_place_of_the_former(db: Connection) -> None:
    cluster = together("a", "b")
    for row in (article("a", STORY), article("b", STORY)):
        store_article(db, row, cluster)

    decide(db, "a", "b", apart=True, cluster=cluster)
    decide(db, "b", "a", apart=False, cluster=cluster)

    assert stored(db) == {"a": None, "b": "a"}


def test_the_others_go_to_the_side_that_they_are_more_like(db: Connection) -> None:
    texts = {"a": STORY, "b": STORY[:-30] + OTHER[:60], "c": STORY[:-30] + OTHER[:50], "d": STORY}
    for key, text in texts.items():
        store_article(db, article(key, text), together(*texts))

    decide(db, "a", "b", apart=True, cluster=together(*texts))

    fronts = stored(db)
    assert (fronts["d"] or "d") == (fronts["a"] or "a")
    assert (fronts["c"] or "c") == (fronts["b"] or "b")
    assert (fronts["a"] or "a") != (fronts["b"] or "b")


def test_decisions_hold_in_an_index_that_is_made_anew(db: Connection, tmp_path: Path) -> None:
    rows = [article("a", STORY), article("b", STORY + THIRD[:20]), article("c", OTHER)]
    for name in ("first.db", "anew.db"):
        with ReprintIndex(tmp_path / name) as index:
            for row in rows:
                index.add(row["canonical_url"], row["text"])
                store_article(db, row, index.cluster)
            if name == "first.db":
                assert (stored(db)["a"] or stored(db)["b"]) is not None
                decide(db, "a", "b", apart=True, cluster=index.cluster)
                decide(db, "a", "c", apart=False, cluster=index.cluster)

    assert stored(db)["b"] is None
    assert {stored(db)["a"], stored(db)["c"]} in ({None, "a"}, {None, "c"})
