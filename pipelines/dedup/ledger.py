"""The index's SQLite file: its documents, their links, and which segments hold the rest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from crawler.state.wal import use_wal
from pipelines.dedup.clusters import Member

FORMAT = 2

# A new document is one row of `tail`. Compaction moves it: its features into a segment, its text,
# packed, into `texts` or nowhere, the rest into `documents`.
_TABLES = """
CREATE TABLE header (format INTEGER NOT NULL, generation INTEGER NOT NULL);
INSERT INTO header VALUES (2, 0);
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL, digest INTEGER NOT NULL,
    length INTEGER NOT NULL, published TEXT);
CREATE TABLE tail (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL, digest INTEGER NOT NULL,
    length INTEGER NOT NULL, published TEXT, features BLOB NOT NULL, text BLOB NOT NULL);
CREATE TABLE texts (number INTEGER PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE dead (number INTEGER PRIMARY KEY);
CREATE TABLE segments (place INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE links (a INTEGER NOT NULL, b INTEGER NOT NULL, score REAL NOT NULL,
    PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE INDEX links_b ON links (b);
"""
_ROW = "number, key, digest, length"
_COMPONENT = f"""
WITH RECURSIVE near (number) AS (
    SELECT ? UNION SELECT b FROM links JOIN near ON a = number WHERE score > 0
    UNION SELECT a FROM links JOIN near ON b = number WHERE score > 0)
SELECT {_ROW} FROM near JOIN tail USING (number)
UNION ALL SELECT {_ROW} FROM near JOIN documents USING (number)"""  # noqa: S608 - names of columns
# Pages in the log at which a writer takes them over itself; compaction does so before that.
_CHECKPOINT = 4096
# A row of the tail with a text of a thousand characters should not take a page of its own: half of
# an add's time went into new pages. UTF-16 is quick and short for Chinese.
_PAGE = 8192
_WIDE, _ANY = "utf-16-le", "surrogatepass"


class IndexFileError(Exception):
    """The file is no reprint index of this version, or not all of one; the message names it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A document; `digest` is the first half of its fingerprint's, signed."""

    number: int
    key: str
    digest: int
    length: int


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
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if _mark(path).exists():
                raise IndexFileError(f"{path}: found damaged when it was last used")
            self._db = sqlite3.connect(
                path, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._db.execute(f"PRAGMA page_size={_PAGE}")
            use_wal(self._db)
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT}")
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise IndexFileError(f"{path}: not a reprint index: {error}") from error

    def _prepare(self) -> None:
        with self.writing():
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'header'").fetchone():
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._db.execute(statement)
            found = self._db.execute("SELECT format FROM header").fetchone()
        if not found or found[0] != FORMAT:
            self._db.close()
            number = found[0] if found else "none"
            raise IndexFileError(f"{self.path}: format {number}, this version reads {FORMAT}")

    def guarded(self) -> _Guard:
        """Name the file where it turns out to be damaged."""
        return _Guard(self.path)

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

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See the file as it is at one moment, inside a transaction of writing or not."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    def append(self, row: Row, published: str | None, features: bytes, text: str) -> bool:
        """Add a document behind the newest; False says that another process took the number."""
        # Compaction leaves the newest row where it is, so this sees what any process added.
        done = self._db.execute(
            "INSERT INTO tail SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
            " WHERE (SELECT coalesce(max(number), 0) FROM tail) = ?1 - 1",
            (
                row.number,
                row.key,
                row.digest,
                row.length,
                published,
                features,
                text.encode(_WIDE, _ANY),
            ),
        )
        return done.rowcount == 1

    def row(self, number: int) -> Row | None:
        """Give a living document."""
        found = self._db.execute(
            f"SELECT {_ROW} FROM tail WHERE number = ?1"  # noqa: S608 - names of columns
            f" UNION ALL SELECT {_ROW} FROM documents WHERE number = ?1",
            (number,),
        ).fetchone()
        return Row(*found) if found else None

    def text(self, number: int) -> str | None:
        """Give the text of a document, where it is kept here."""
        found = self._db.execute("SELECT text FROM tail WHERE number = ?", (number,)).fetchone()
        if found:
            return bytes(found[0]).decode(_WIDE, _ANY)
        found = self._db.execute("SELECT packed FROM texts WHERE number = ?", (number,)).fetchone()
        if not found:
            return None
        return zstandard.decompress(found[0]).decode("utf-8", _ANY)

    def remove(self, number: int) -> list[int]:
        """Forget a document; gives those that were linked to it."""
        linked = [other for other, score in self.links(number) if score > 0]
        for table in ("tail", "documents", "texts"):
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

    def component(self, number: int) -> list[Member]:
        """Give all documents that are linked to one, directly or through others."""
        rows = self._db.execute(_COMPONENT, (number,)).fetchall()
        return [Member(number, key, length) for number, key, _, length in rows]

    def tail(self, after: int, until: int = 2**62) -> Iterator[tuple[int, bytes]]:
        """Give number and features of the newer documents that no segment has."""
        return self._db.execute(
            "SELECT number, features FROM tail WHERE number > ? AND number <= ? ORDER BY number",
            (after, until),
        )

    def last(self) -> int:
        """Give the number of the newest document; it is always in the tail."""
        return int(self._db.execute("SELECT coalesce(max(number), 0) FROM tail").fetchone()[0])

    def generation(self) -> int:
        """Tell how often the segments have changed."""
        return int(self._db.execute("SELECT generation FROM header").fetchone()[0])

    def segments(self) -> list[str]:
        """Give the names of the segments, the oldest and largest first."""
        return [row[0] for row in self._db.execute("SELECT name FROM segments ORDER BY place")]

    def dead(self) -> list[int]:
        """Give the numbers that stand for no document any more."""
        return [row[0] for row in self._db.execute("SELECT number FROM dead")]

    def count(self) -> int:
        """Count the living documents; numbers are dense."""
        (dead,) = self._db.execute("SELECT count(*) FROM dead").fetchone()
        return self.last() - int(dead)

    def flushed(self, until: int, keep_texts: bool) -> None:
        """Move the tail's rows up to a number out of it; they are in a segment now."""
        if keep_texts:
            pack = zstandard.ZstdCompressor(level=3).compress
            rows = self._db.execute("SELECT number, text FROM tail WHERE number <= ?", (until,))
            packed = [
                (n, pack(bytes(t).decode(_WIDE, _ANY).encode("utf-8", _ANY))) for n, t in rows
            ]
            self._db.executemany("INSERT INTO texts VALUES (?, ?)", packed)
        self._db.execute(
            f"INSERT INTO documents SELECT {_ROW}, published FROM tail"  # noqa: S608 - names
            " WHERE number <= ?",
            (until,),
        )
        self._db.execute("DELETE FROM tail WHERE number <= ?", (until,))

    def replace(self, names: Iterable[str], name: str) -> None:
        """Put one segment in the place of others, or behind all."""
        places = [
            self._db.execute("SELECT place FROM segments WHERE name = ?", (old,)).fetchone()[0]
            for old in names
        ]
        self._db.executemany("DELETE FROM segments WHERE place = ?", [(p,) for p in places])
        place = min(places, default=None)
        self._db.execute("INSERT INTO segments VALUES (?, ?)", (place, name))

    def publish(self) -> None:
        """Let the other processes know that the segments have changed."""
        self._db.execute("UPDATE header SET generation = generation + 1")

    def checkpoint(self, mode: str) -> Any:
        """Take the log's pages over into the file."""
        return self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
