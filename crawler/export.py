"""Exports the store into one file a source and day, each whole under its name or not there."""

from __future__ import annotations

import fcntl
import json
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Literal
from urllib.parse import quote

import xxhash
from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, select

from crawler.export_formats import FORMATS, JSON_FIELDS, VERSION_FIELDS, sound
from crawler.items import NOTICE_FIELDS
from crawler.state.db import articles

MANIFEST = "manifest.jsonl"
UNDATED = "undated"
PART = ".part"
# What changes the bytes of the same rows must change this number, or no file is written again.
LAYOUT = 1
AT_ONCE = 200  # rows in memory

Day = Literal["published", "stored"]
Outcome = Literal["written", "unchanged", "removed"]


class ExportError(Exception):
    """An export cannot go on; the message names the file."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are exported: of these sources (none named: of all), from `since` to `until`
    (days, both included).

    `by` says which day counts: of publication (as the page says it, China's) or of storing (UTC).
    """

    sources: Sequence[str] = ()
    since: str = ""
    until: str = ""
    by: Day = "published"
    all_versions: bool = False
    reprints: bool = True

    def holds(self, day: str) -> bool:
        """Tell whether a day is within the range; an undated row is only where there is none."""
        if not day:
            return not self.since and not self.until
        return self.since <= day and (not self.until or day <= self.until)

    def more_fields(self) -> tuple[str, ...]:
        """Name the columns beside the documented ones."""
        return VERSION_FIELDS if self.all_versions else ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the manifest: a file that is whole, and the digest of the rows in it."""

    path: str
    source: str
    day: str
    rows: int
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one file."""

    path: str
    rows: int
    outcome: Outcome


def sources_of(connection: Connection) -> list[str]:
    """Give the sources that have articles."""
    return list(connection.scalars(select(articles.c.source).distinct().order_by("source")))


def export(connection: Connection, wanted: Wanted, format_: str, out: Path) -> Iterator[Done]:
    """Write the files that lack or are of other rows; gives what became of each.

    A run that was killed goes on where it stopped. Raises ExportError, FormatError.
    """
    with _folder(out) as manifest:
        for path in (path for name in FORMATS for path in out.glob(f"*/*.{name}{PART}")):
            path.unlink()
        exported = {entry.source for entry in manifest.entries.values()}
        for source in wanted.sources or sorted({*sources_of(connection), *exported}):
            seen = set()
            for day, numbers in _days(connection, wanted, source):
                rows = _Rows(connection, wanted, numbers)
                name = f"{_named(source)}/{_named(day) or UNDATED}.{format_}"
                seen.add(name)
                yield _bring_up(rows, manifest, Entry(name, source, day, len(numbers), 0, ""), out)
            yield from _remove(manifest, wanted, source, format_, seen)


def _named(word: str) -> str:
    """Make one step of a path of any word, each word another."""
    name = quote(word, safe="")
    return name.replace(".", "%2E") if not name.strip(".") else name


def _day(wanted: Wanted) -> ColumnElement[str]:
    column = articles.c.published_at if wanted.by == "published" else articles.c.stored_at
    return func.coalesce(func.substr(column, 1, 10), "")


def _days(
    connection: Connection, wanted: Wanted, source: str
) -> Iterator[tuple[str, Sequence[int]]]:
    """Give each day of a source with the numbers of its rows, in the order of storing."""
    day = _day(wanted)
    chosen = select(articles.c.id, day.label("day")).where(articles.c.source == source)
    if not wanted.all_versions:
        chosen = chosen.where(articles.c.is_current)
    if not wanted.reprints:
        chosen = chosen.where(articles.c.reprint_of.is_(None))
    if wanted.since:
        chosen = chosen.where(day >= wanted.since)
    if wanted.until:
        chosen = chosen.where(day <= wanted.until, day != "")
    # Only numbers are sorted: whole rows would be as many as the disk has room for.
    chosen = chosen.order_by("day", articles.c.id).execution_options(yield_per=5_000)
    for name, rows in groupby(connection.execute(chosen), key=lambda row: row.day):
        yield name, array("q", (row.id for row in rows))


class _Rows:
    """The rows of one file, read a few at a time."""

    def __init__(self, connection: Connection, wanted: Wanted, numbers: Sequence[int]) -> None:
        self.connection = connection
        self.numbers = numbers
        self.more = wanted.more_fields()
        self.fields = NOTICE_FIELDS + self.more

    def raw(self) -> Iterator[tuple[Any, ...]]:
        """Give the values as the database has them, lists and records as JSON text."""
        columns = (
            cast(articles.c[name], Text) if name in JSON_FIELDS else articles.c[name]
            for name in self.fields
        )
        query: Select[Any] = select(*columns).order_by(articles.c.id)
        for start in range(0, len(self.numbers), AT_ONCE):
            some = self.numbers[start : start + AT_ONCE]
            yield from map(tuple, self.connection.execute(query.where(articles.c.id.in_(some))))

    def digest(self) -> str:
        """Give a digest of the values."""
        state = _digest(self.fields)
        for values in self.raw():
            state.update(_bytes(values))
        return str(state.hexdigest())

    def write(self, file: IO[bytes], format_: str) -> str:
        """Write the rows and give their digest."""
        state = _digest(self.fields)
        writer = FORMATS[format_](file, self.more)
        try:
            for values in self.raw():
                state.update(_bytes(values))
                row = dict(zip(self.fields, values, strict=True))
                for name in JSON_FIELDS:
                    row[name] = json.loads(row[name]) if row[name] else None
                writer.write(sound(row))
        except BaseException:
            with suppress(Exception):
                writer.close()  # what it still holds goes with the file
            raise
        writer.close()
        return str(state.hexdigest())


def _digest(fields: Sequence[str]) -> xxhash.xxh3_128:
    return xxhash.xxh3_128(repr((LAYOUT, *fields)).encode())


def _bytes(values: tuple[Any, ...]) -> bytes:
    return repr(values).encode("utf-8", "surrogatepass")


def _bring_up(rows: _Rows, manifest: Manifest, entry: Entry, out: Path) -> Done:
    """Write a file where it is not there or its rows are others."""
    path = out / entry.path
    known = manifest.entries.get(entry.path)
    whole = known and known.rows == entry.rows and _size(path) == known.size
    if known and whole and rows.digest() == known.digest:
        return Done(entry.path, entry.rows, "unchanged")
    part = path.with_name(path.name + PART)
    format_ = next(name for name in FORMATS if path.name.endswith(f".{name}"))
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("wb") as file:
            digest = rows.write(file, format_)
            file.flush()
            os.fsync(file.fileno())
        size = part.stat().st_size
        part.replace(path)
        _sync(path.parent)
        told = {"size": size, "digest": digest}
        manifest.add(Entry(**(asdict(entry) | told)))
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
    return Done(entry.path, entry.rows, "written")


def _remove(
    manifest: Manifest, wanted: Wanted, source: str, format_: str, seen: set[str]
) -> Iterator[Done]:
    """Remove the files whose rows have all gone, as far as this export was asked for them."""
    for entry in list(manifest.entries.values()):
        mine = entry.source == source and entry.path.endswith(f".{format_}")
        if mine and wanted.holds(entry.day) and entry.path not in seen:
            (manifest.out / entry.path).unlink(missing_ok=True)
            manifest.remove(entry.path)
            yield Done(entry.path, entry.rows, "removed")


class Manifest:
    """What is whole in a folder: a line a file, the last one counts; made anew at the end."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.path = out / MANIFEST
        self.entries: dict[str, Entry] = {}
        with suppress(FileNotFoundError), self.path.open("rb") as lines:
            for line in lines:
                # The line that a kill or a full disk cut off, maybe within a character.
                with suppress(ValueError, TypeError):
                    entry = Entry(**json.loads(line))
                    self.entries[entry.path] = entry
        self._write_anew()
        self._file = self.path.open("a", encoding="utf-8")

    def add(self, entry: Entry) -> None:
        """Note a file that is whole."""
        self.entries[entry.path] = entry
        self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
        self._file.flush()

    def remove(self, path: str) -> None:
        """Forget a file; until the end of the run that is not on disk, and does no harm."""
        del self.entries[path]

    def close(self) -> None:
        """Leave one line a file."""
        self._file.close()
        self._write_anew()

    def _write_anew(self) -> None:
        part = self.path.with_name(MANIFEST + PART)
        try:
            with part.open("w", encoding="utf-8") as out:
                for _, entry in sorted(self.entries.items()):
                    out.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
                out.flush()
                os.fsync(out.fileno())
            part.replace(self.path)
        except OSError:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def _folder(out: Path) -> Iterator[Manifest]:
    """Open a folder for one export at a time."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out, os.O_RDONLY)
    except OSError as error:
        raise ExportError(f"cannot write {out}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        manifest = Manifest(out)
        try:
            yield manifest
        finally:
            manifest.close()
    except BlockingIOError as error:
        raise ExportError(f"another export is writing to {out}") from error
    except OSError as error:
        raise ExportError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        os.close(lock)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
