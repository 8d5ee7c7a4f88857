"""The index's SQLite file: its older documents, all links, and which segments there are."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from crawler.state.wal import use_wal
from pipelines.dedup.journal import Row

FORMAT = 4

# A new document stands in a log. Compaction moves it: its features into a segment, its text,
# packed, into `texts` or nowhere, the rest into `documents`. `flushed` is the last number that the
# segments have, -1 until there is a first log; the names of all files beside this one begin with
# `base`.
_TABLES = """
CREATE TABLE header (
    format INTEGER NOT NULL, base TEXT NOT NULL, flushed INTEGER NOT NULL, front TEXT NOT NULL);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL, digest INTEGER NOT NULL,
    length INTEGER NOT NULL, published TEXT);
CREATE TABLE texts (number INTEGER PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE dead (number INTEGER PRIMARY KEY);
CREATE TABLE segments (place INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE links (a INTEGER NOT NULL, b INTEGER NOT NULL, score REAL NOT NULL,
    PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE INDEX links_b ON links (b);
"""
_COMPONENT = """
WITH RECURSIVE near (number) AS (
    SELECT ? UNION SELECT b FROM links JOIN near ON a = number WHERE score > 0
    UNION SELECT a FROM links JOIN near ON b = number WHERE score > 0)
SELECT number FROM near"""
# Pages in SQLite's log at which a writer takes them over itself; compaction does so before that.
_CHECKPOINT = 4096
_ANY = "surrogatepass"


class IndexFileError(Exception):
    """The file is no reprint index of this version, or not all of one; the message names it."""


@dataclass(frozen=True, slots=True)
class State:
    """What the segments are, the oldest and largest first, up to which number; their filter."""

    flushed: int
    front: str
    segments: tuple[str, ...]


class _Guard:
    # Around every call; a class enters in a third of a generator's time.
    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        damage = isinstance(error, sqlite3.DatabaseError)
        if damage and not isinstance(
            error, sqlite3.OperationalError
        ):  # locked, or the disk is full
            _mark(self.path).touch()
            raise IndexFileError(f"{self.path}: damaged: {error}") from error


def _mark(path: Path) -> Path:
    """Name the file that tells the next one to open an index that pages in it are damaged."""
    return path.with_name(path.name + ".damaged")


class Ledger:
    """One connection to the file. Raises IndexFileError where it is none, or damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = _Guard(path)
        self._packer = zstandard.ZstdCompressor(level=3)
        self._unpacker = zstandard.ZstdDecompressor()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if _mark(path).exists():
                raise IndexFileError(f"{path}: found damaged when it was last used")
            self._db = sqlite3.connect(
                path, timeout=60, isolation_level=None, check_same_thread=False
            )
            use_wal(self._db)
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT}")
            self.base = self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise IndexFileError(f"{path}: not a reprint index: {error}") from error

    def _prepare(self) -> str:
        with self.writing():
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'header'").fetchone():
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._db.execute(statement)
                base = f"{self.path.name}.{secrets.token_hex(4)}"
                self._db.execute("INSERT INTO header VALUES (?, ?, -1, '')", (FORMAT, base))
            found = self._db.execute("SELECT * FROM header").fetchone()
        if not found or found[0] != FORMAT:
            self._db.close()
            number = found[0] if found else "none"
            raise IndexFileError(f"{self.path}: format {number}, this version reads {FORMAT}")
        return str(found[1])

    def beside(self, ending: str) -> Path:
        """Name a file that belongs to the index."""
        return self.path.with_name(f"{self.base}.{ending}")

    def guarded(self) -> _Guard:
        """Name the file where it turns out to be damaged."""
        return self._guard

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the file's one writer's lock for a transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def state(self) -> State:
        """Give what the segments are at one moment."""
        rows = self._db.execute(
            "SELECT flushed, front, name FROM header LEFT JOIN segments ORDER BY place"
        ).fetchall()
        return State(int(rows[0][0]), rows[0][1], tuple(row[2] for row in rows if row[2]))

    def begun(self) -> None:
        """Note that there is a first log."""
        self._db.execute("UPDATE header SET flushed = 0 WHERE flushed < 0")

    def put_front(self, name: str) -> None:
        """Let another filter stand before the segments."""
        self._db.execute("UPDATE header SET front = ?", (name,))

    def row(self, number: int) -> Row | None:
        """Give a living document that no log has any more."""
        found = self._db.execute(
            "SELECT number, key, digest, length FROM documents WHERE number = ?", (number,)
        ).fetchone()
        return Row(*found) if found else None

    def text(self, number: int) -> str | None:
        """Give the text of a document, where it is kept here."""
        found = self._db.execute("SELECT packed FROM texts WHERE number = ?", (number,)).fetchone()
        return self._unpacker.decompress(found[0]).decode("utf-8", _ANY) if found else None

    def is_dead(self, number: int) -> bool:
        """Tell whether a number stands for no document any more."""
        found = self._db.execute("SELECT 1 FROM dead WHERE number = ?", (number,)).fetchone()
        return found is not None

    def dead(self) -> list[int]:
        """Give the numbers that stand for no document any more."""
        return [row[0] for row in self._db.execute("SELECT number FROM dead")]

    def count_dead(self) -> int:
        """Count the numbers that stand for no document any more."""
        return int(self._db.execute("SELECT count(*) FROM dead").fetchone()[0])

    def remove(self, number: int) -> list[int]:
        """Forget a document; gives those that were linked to it."""
        linked = [other for other, score in self.links(number) if score > 0]
        for table in ("documents", "texts"):
            self._db.execute(f"DELETE FROM {table} WHERE number = ?", (number,))  # noqa: S608
        self._db.execute("DELETE FROM links WHERE a = ?1 OR b = ?1", (number,))
        self._db.execute("INSERT INTO dead VALUES (?)", (number,))
        return linked

    def link(self, a: int, b: int, score: float) -> None:
        """Keep how alike two documents are; 0: no copies of each other."""
        self._db.execute(
            "INSERT OR REPLACE INTO links VALUES (?, ?, ?)", (min(a, b), max(a, b), score)
        )

    def links(self, number: int) -> list[tuple[int, float]]:
        """Give the documents that one was compared with, and the scores."""
        return self._db.execute(
            "SELECT b, score FROM links WHERE a = ?1 UNION ALL SELECT a, score FROM links"
            " WHERE b = ?1",
            (number,),
        ).fetchall()

    def component(self, number: int) -> list[int]:
        """Give the numbers of all documents linked to one, directly or through others."""
        return [row[0] for row in self._db.execute(_COMPONENT, (number,))]

    def keep(self, documents: Iterable[tuple[Row, str | None]], texts: Iterable[str]) -> None:
        """Take documents over from a log, with texts or none; they count when it is flushed."""
        rows = [(*row, published) for row, published in documents]
        packed = [
            (row[0], self._packer.compress(text.encode("utf-8", _ANY)))
            for row, text in zip(rows, texts, strict=False)
        ]
        with self.writing():
            self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", rows)
            self._db.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?)", packed)

    def flush(self, numbers: range) -> None:
        """Let the documents of a log count; those that died meanwhile go."""
        edges = (numbers.start, numbers.stop)
        for table in ("documents", "texts"):
            self._db.execute(
                f"DELETE FROM {table} WHERE number IN"  # noqa: S608 - a name of these
                " (SELECT number FROM dead WHERE number >= ? AND number < ?)",
                edges,
            )
        self._db.execute("UPDATE header SET flushed = ?", (numbers.stop - 1,))

    def replace(self, names: Sequence[str], name: str) -> None:
        """Put one segment in the place of others, or behind all."""
        places = [
            self._db.execute("SELECT place FROM segments WHERE name = ?", (old,)).fetchone()[0]
            for old in names
        ]
        self._db.executemany("DELETE FROM segments WHERE place = ?", [(p,) for p in places])
        place = min(places, default=None)
        self._db.execute("INSERT INTO segments VALUES (?, ?)", (place, name))

    def checkpoint(self) -> Any:
        """Take the pages in SQLite's log over into the file, as far as nobody reads them."""
        return self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
