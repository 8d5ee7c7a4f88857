"""The persistent index of fingerprints: one SQLite file, any number of local processes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from crawler.state.wal import use_wal
from pipelines.dedup.fingerprint import Fingerprint, fingerprint
from pipelines.dedup.verify import similarity

FORMAT = 1
BANDS, ROWS = 37, 3  # finds .999 of pairs that share 55 % of their shingles

_TABLES = """
CREATE TABLE header (format INTEGER NOT NULL);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    folded BLOB NOT NULL, published TEXT);
CREATE INDEX documents_digest ON documents (digest);
CREATE TABLE bands (hash INTEGER NOT NULL, document INTEGER NOT NULL,
    PRIMARY KEY (hash, document)) WITHOUT ROWID;
CREATE INDEX bands_document ON bands (document);
CREATE TABLE links (a INTEGER NOT NULL, b INTEGER NOT NULL,
    PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE INDEX links_b ON links (b);
"""

_MARKS = ",".join("?" * BANDS)
_CANDIDATES = f"""SELECT id, key, digest, folded FROM documents WHERE key != ? AND (
    digest = ? OR id IN (SELECT document FROM bands WHERE hash IN ({_MARKS})))"""  # noqa: S608 - marks


class IndexFileError(Exception):
    """The file is no reprint index of this version; the message names it."""


@dataclass(frozen=True, slots=True)
class Match:
    """The nearest known copy: its key, `same` or `reprint`, and the verified score, 0 to 1."""

    key: str
    relation: str
    score: float


class ReprintIndex:
    """Finds reprints by MinHash bands (37 of 3) and verifies them on the texts.

    Safe to kill and to share: SQLite in WAL mode. Raises IndexFileError where the file is none.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                self.path, timeout=60, isolation_level=None, check_same_thread=False
            )
            use_wal(self._db)
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise IndexFileError(f"{self.path}: not a reprint index: {error}") from error

    def _prepare(self) -> None:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'header'").fetchone():
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._db.execute(statement)
                self._db.execute("INSERT INTO header VALUES (?)", (FORMAT,))
            self._db.execute("COMMIT")
            (found,) = self._db.execute("SELECT format FROM header").fetchone()
        if found != FORMAT:
            raise IndexFileError(f"{self.path}: format {found}, this version reads {FORMAT}")

    def add(self, key: str, text: str, *, published: str | None = None) -> Match | None:
        """Add a text under a key and give its nearest copy, never itself; idempotent."""
        return self.add_fingerprint(key, fingerprint(text), published=published)

    def add_fingerprint(
        self, key: str, found: Fingerprint, *, published: str | None = None
    ) -> Match | None:
        """Add a fingerprint that was made elsewhere; another text under the key takes its place."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                copies = self._copies(key, found)
                self._replace(key, found, published, [document for document, _ in copies])
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        return copies[0][1] if copies else None

    def nearest(self, key: str, found: Fingerprint) -> Match | None:
        """Give the nearest copy of a text without adding it."""
        with self._lock:
            copies = self._copies(key, found)
        return copies[0][1] if copies else None

    def cluster(self, key: str) -> list[str]:
        """Give the keys linked to a key, directly or through others, itself among them."""
        with self._lock:
            rows = self._db.execute(
                """WITH RECURSIVE near (id) AS (
                       SELECT id FROM documents WHERE key = ?
                       UNION SELECT b FROM links JOIN near ON a = near.id
                       UNION SELECT a FROM links JOIN near ON b = near.id)
                   SELECT key FROM documents JOIN near USING (id) ORDER BY key""",
                (key,),
            ).fetchall()
        return [row[0] for row in rows] or [key]

    def _copies(self, key: str, found: Fingerprint) -> list[tuple[int, Match]]:
        rows = self._db.execute(
            _CANDIDATES,
            (key, found.digest, *band_hashes(found)),
        ).fetchall()
        text = found.text()
        copies = []
        for document, other, digest, folded in rows:
            if digest == found.digest:
                copies.append((document, Match(other, "same", 1.0)))
            elif score := similarity(text, Fingerprint(digest, b"", folded).text()):
                copies.append((document, Match(other, "reprint", score)))
        return sorted(copies, key=lambda copy: (-copy[1].score, copy[1].key))

    def _replace(
        self, key: str, found: Fingerprint, published: str | None, copies: Iterable[int]
    ) -> None:
        row = self._db.execute("SELECT id, digest FROM documents WHERE key = ?", (key,)).fetchone()
        if row and row[1] != found.digest:
            self._db.execute("DELETE FROM bands WHERE document = ?", (row[0],))
            self._db.execute("DELETE FROM links WHERE a = ?1 OR b = ?1", (row[0],))
        values = (found.digest, found.folded, published, key)
        if row:
            document = row[0]
            self._db.execute(
                "UPDATE documents SET digest = ?, folded = ?, published = ? WHERE key = ?", values
            )
        else:
            document = self._db.execute(
                "INSERT INTO documents (digest, folded, published, key) VALUES (?, ?, ?, ?)", values
            ).lastrowid
        self._db.executemany(
            "INSERT OR IGNORE INTO bands VALUES (?, ?)",
            [(value, document) for value in band_hashes(found)],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO links VALUES (?, ?)",
            [(min(document, copy), max(document, copy)) for copy in copies],
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> ReprintIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def band_hashes(found: Fingerprint) -> list[int]:
    """Give a signed 64-bit hash for each band of the signature."""
    import numpy as np

    rows = np.frombuffer(found.signature, dtype=np.uint32).reshape(BANDS, ROWS).astype(np.uint64)
    value = np.arange(1, BANDS + 1, dtype=np.uint64)
    for row in range(ROWS):
        value = (value ^ rows[:, row]) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(31)
    return [int(v) for v in value.astype(np.int64)]
