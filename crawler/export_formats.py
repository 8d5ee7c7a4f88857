"""The formats of an export: rows in the documented order of their fields into one file each."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import IO, Any, Protocol

import zstandard

from crawler.items import ARTICLE_FIELDS, NOTICE_FIELDS
from crawler.spreadsheet import safe_cell

Row = Mapping[str, Any]

VERSION_FIELDS = ("version", "is_current", "stored_at")
"""What an export of all versions adds to the documented fields."""
JSON_FIELDS = ("authors", "tags", "damages", "dropped", "awards", "stated")

ROW_GROUP = 5_000  # rows of a Parquet row group at most,
ROW_GROUP_CHARACTERS = 8_000_000  # and the length of their texts: it lies in memory
_LONE = re.compile("[\ud800-\udfff]")


class FormatError(Exception):
    """A format cannot be written; the message says what to install, or names the article."""


class RowWriter(Protocol):
    """Writes rows into an open file; `close` ends the format and leaves the file open."""

    def write(self, row: Row) -> None:
        """Write one row; `JSON_FIELDS` are values, not text."""

    def close(self) -> None:
        """Write what a whole file ends with."""


def sound(value: Any) -> Any:
    """Give a value without lone surrogates, which no UTF-8 file can hold; most pass as they are."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return _LONE.sub("\ufffd", value)
    elif isinstance(value, list):
        return [sound(each) for each in value]
    elif isinstance(value, dict):
        return {sound(key): sound(each) for key, each in value.items()}
    return value


class JsonLines:
    """One JSON object a line, packed with Zstandard; an article has no keys of a notice."""

    def __init__(self, file: IO[bytes], more: tuple[str, ...]) -> None:
        self._fields = {"notice": NOTICE_FIELDS + more}
        self._plain = ARTICLE_FIELDS + more
        self._out: Any = zstandard.ZstdCompressor(level=6).stream_writer(file, closefd=False)

    def write(self, row: Row) -> None:
        """Write one line."""
        names = self._fields.get(row["kind"], self._plain)
        line = json.dumps({name: row[name] for name in names}, ensure_ascii=False)
        self._out.write(line.encode() + b"\n")

    def close(self) -> None:
        """End the compressed frame."""
        self._out.close()


class Csv:
    """UTF-8 with a byte order mark, as Excel and WPS expect; lists and records are JSON in cells.

    Cells that a spreadsheet would run are guarded by `safe_cell`.
    """

    def __init__(self, file: IO[bytes], more: tuple[str, ...]) -> None:
        self._fields = NOTICE_FIELDS + more
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._csv = csv.writer(self._text)
        self._csv.writerow(self._fields)

    def write(self, row: Row) -> None:
        """Write one record."""
        self._csv.writerow([_cell(name, row[name]) for name in self._fields])

    def close(self) -> None:
        """Hand over what is buffered."""
        self._text.flush()
        self._text.detach()


def _cell(name: str, value: Any) -> Any:
    if name in JSON_FIELDS and value is not None:
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return safe_cell(value.replace("\0", "\ufffd"))  # a NUL ends the file for some readers
    return value


class Parquet:
    """Typed columns, Zstandard within; moments stay strings, because some are bare days."""

    def __init__(self, file: IO[bytes], more: tuple[str, ...]) -> None:
        import pyarrow
        from pyarrow import parquet

        self._pyarrow = pyarrow
        self.schema = _schema(pyarrow, NOTICE_FIELDS + more)
        self._out = parquet.ParquetWriter(file, self.schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._characters = 0

    def write(self, row: Row) -> None:
        """Keep one row until its group is full."""
        self._rows.append({name: _typed(name, row[name]) for name in self.schema.names})
        self._characters += len(row["text"])
        if len(self._rows) >= ROW_GROUP or self._characters >= ROW_GROUP_CHARACTERS:
            self._write_group()

    def _write_group(self) -> None:
        if self._rows:
            self._out.write_table(self._table(self._rows))
        self._rows, self._characters = [], 0

    def _table(self, rows: list[dict[str, Any]]) -> Any:
        try:
            return self._pyarrow.Table.from_pylist(rows, schema=self.schema)
        except (TypeError, ValueError) as error:
            if len(rows) == 1:
                raise FormatError(f"{rows[0]['url']}: no value for Parquet: {error}") from error
            return self._pyarrow.concat_tables(self._table([row]) for row in rows)

    def close(self) -> None:
        """Write the last group and the footer."""
        try:
            self._write_group()
        finally:
            self._out.close()


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "stated":
        return list(value.items())
    if name in ("authors", "tags"):  # of items of another make, which may hold a string
        return [str(each) for each in (value if isinstance(value, list) else [value])]
    return value


def _schema(pa: Any, fields: tuple[str, ...]) -> Any:
    text, number, whole = pa.string(), pa.float64(), pa.int64()
    damage = [("kind", text), ("span", pa.list_(whole)), ("before", text), ("after", text)]
    types = {
        "quality": number,
        "budget_cny": number,
        "schema_version": whole,
        "version": whole,
        "is_current": pa.bool_(),
        "authors": pa.list_(text),
        "tags": pa.list_(text),
        "damages": pa.list_(pa.struct([*damage, ("confidence", number)])),
        "dropped": pa.list_(pa.struct([("rule", text), ("line", whole), ("text", text)])),
        "awards": pa.list_(pa.struct([("supplier", text), ("amount_cny", number), ("raw", text)])),
        "stated": pa.map_(text, text),
    }
    return pa.schema([(name, types.get(name, text)) for name in fields])


FORMATS: dict[str, Callable[[IO[bytes], tuple[str, ...]], RowWriter]] = {
    "jsonl.zst": JsonLines,
    "csv": Csv,
    "parquet": Parquet,
}


def require(format_: str) -> None:
    """Raise FormatError where a format's library is not installed."""
    if format_ == "parquet" and find_spec("pyarrow") is None:
        raise FormatError(
            "Parquet needs pyarrow, which is not installed: pip install 'pyarrow>=18'"
        )
