"""What a segment holds, and whether its records are what they were."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.state.warc.locks import written_now
from crawler.state.warc.members import BrokenRecordError, Entry, everything
from crawler.state.warc.reading import read_pointer, to_recorded
from crawler.state.warc.record import ArchiveError

RESPONSES = ("response", "revisit")


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of the archive; `name` is relative to the archive's folder, times are ISO 8601 UTC.

    `records` counts responses and revisits, `refers_to` names the segments that its revisits need.
    `state` is sound, torn, damaged or written now.
    """

    name: str
    size: int
    records: int = 0
    revisits: int = 0
    first: str = ""
    last: str = ""
    refers_to: frozenset[str] = frozenset()
    state: str = "sound"

    @property
    def source(self) -> str:
        """The folder that it lies in: its source's name."""
        return self.name.partition("/")[0]


def survey(folder: Path, path: Path) -> Segment:
    """Read a segment through, past what is damaged in it; raises OSError."""
    records = revisits = 0
    dates: list[str] = []
    needed: set[str] = set()
    state = "sound"
    size = path.stat().st_size
    with path.open("rb") as file:
        for entry in everything(file, size):
            if isinstance(entry, BrokenRecordError):
                state = "torn" if entry.torn and state == "sound" else "damaged"
                continue
            state = "damaged" if state == "torn" else state  # whole records behind it: no torn end
            if entry.kind in RESPONSES:
                records += 1
                date = entry.headers.get("warc-date", "")
                dates = [min(*dates, date), max(*dates, date)] if dates else [date, date]
            if refers := entry.headers.get("qy-refers-to"):
                revisits += 1
                needed.add(refers.rpartition("#")[0])
    if written_now(path):
        state = "written now"
    name = str(path.relative_to(folder))
    first, last = dates or ("", "")
    references = frozenset(needed) - {name}
    return Segment(name, size, records, revisits, first, last, references, state)


def damages(folder: Path, path: Path) -> Iterator[tuple[int, str]]:
    """Verify every record of a segment: its form, its digests, and what it refers to.

    Gives offset and reason of each one that does not hold. Raises OSError.
    """
    with path.open("rb") as file:
        for entry in everything(file, path.stat().st_size):
            if isinstance(entry, BrokenRecordError):
                if not (entry.torn and written_now(path)):
                    yield entry.offset, str(entry)
            elif reason := _wrong(folder, entry):
                yield entry.offset, reason


def _wrong(folder: Path, entry: Entry) -> str:
    if (declared := entry.headers.get("warc-block-digest")) and not _holds(declared, entry.block):
        return f"block digest failed: {declared}"
    if entry.kind not in RESPONSES:
        return ""
    try:
        record = to_recorded(entry)
        if entry.kind == "revisit" and record.refers_to:
            read_pointer(folder, record.refers_to)
    except ArchiveError as error:
        return str(error)
    if entry.kind == "response" and record.digest and not _holds(record.digest, record.body):
        return f"payload digest failed: {record.digest}"
    return ""


def _holds(declared: str, data: bytes) -> bool:
    """Compare with a digest as `<algorithm>:<base 32 or 16>`; what nobody can compute holds."""
    algorithm, _, value = declared.partition(":")
    try:
        digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    except (ValueError, TypeError):
        return True
    return value.upper() in (base64.b32encode(digest).decode(), digest.hex().upper())
