"""The store has the last word: an index that is lost, older or damaged is made from it anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.state.db import open_database
from crawler.state.election import store_article
from crawler.state.reprints import ensure_index
from pipelines.dedup import IndexFileError, ReprintIndex
from pipelines.dedup.rebuild import rebuild
from tests.dedup.texts import OTHER, STORY


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path}/store.db")
    with engine.begin() as connection:
        for key, text in (("a", "旧稿" + OTHER), ("a", STORY), ("b", OTHER)):
            row: dict[str, Any] = {
                "canonical_url": key,
                "url": key,
                "source": "s",
                "kind": "article",
            }
            row |= {"title": "石桥修缮", "text": text, "fingerprint": text, "authors": []}
            store_article(connection, row, None)
    return engine


PAGE = 8192


def lost(path: Path) -> None:
    pass


def older(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE header (format INTEGER NOT NULL)")
        db.execute("INSERT INTO header VALUES (1)")


def foreign(path: Path) -> None:
    path.write_text("this is a letter, not a database " * 100)


@pytest.mark.parametrize("damage", [lost, older, foreign])
def test_an_index_that_cannot_be_used_is_made_anew(
    damage: Callable[[Path], None], tmp_path: Path, engine: Engine
) -> None:
    path = tmp_path / "reprints.db"
    damage(path)

    ensure_index(path, engine)

    with ReprintIndex(path) as index:
        match = index.add("c", STORY)
        assert match is not None
        assert match.key == "a"
        assert len(index) == 3


def test_nothing_of_the_former_index_is_left(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        index.add("a", STORY)
    others = [tmp_path / name for name in ("reprints.db.opening", "reprints2.db.1a2b3c4d.lock")]
    for file in (*others, path.with_name("reprints.db.123456789abc.seg")):
        file.touch()
    before = {file.name for file in tmp_path.glob("reprints*")}
    path.write_text("this is a letter, not a database " * 100)

    ensure_index(path, engine)

    left = {file.name for file in tmp_path.glob("reprints*")} & before
    assert left == {path.name, *(file.name for file in others)}


def test_a_sound_index_is_left_alone(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        index.add("only here", STORY)

    ensure_index(path, engine)

    with ReprintIndex(path) as index:
        assert "only here" in index
        assert "a" not in index


def test_an_older_index_is_named_with_its_format(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    older(path)

    with pytest.raises(IndexFileError, match=r"reprints\.db: format 1, this version reads 4"):
        ReprintIndex(path)


def test_a_page_found_damaged_is_remembered_for_the_next_to_open(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        index.add("a", STORY)
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xff" * PAGE * 20)

    with pytest.raises(IndexFileError, match="damaged"), ReprintIndex(path) as index:
        index.add("b", STORY)

    with pytest.raises(IndexFileError, match="damaged"):
        ReprintIndex(path)


def test_damage_is_remembered_until_the_new_index_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reprints.db"
    ReprintIndex(path).close()
    path.with_name("reprints.db.damaged").touch()
    whole = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == path:
            raise KeyboardInterrupt
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        rebuild(path, [("a", STORY, None)])

    with pytest.raises(IndexFileError, match="damaged"):
        ReprintIndex(path)
    monkeypatch.undo()
    rebuild(path, [("a", STORY, None)])
    with ReprintIndex(path) as index:
        assert "a" in index
