"""Reads responses back; one that brought a known body again comes with that body."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from crawler.state.warc.locks import written_now
from crawler.state.warc.members import (
    MAX_HEADER_BYTES,
    BrokenRecordError,
    Entry,
    entries,
    everything,
)
from crawler.state.warc.record import ArchiveError, Recorded

_HTTP = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False)
# A reference leads to a response, so one step is the rule.
_STEPS = 8


def read_responses(path: Path) -> Iterator[Recorded]:
    """Give the responses of one WARC file in order, revisits with the body that they refer to.

    What another process is still writing ends before the record that is not whole yet. Raises
    ArchiveError where the file cannot be opened; where it is no WARC, or broken in a place, at its
    end: what stands behind such a place has been given by then. So it is told of revisits whose
    body cannot be had, which are left out.
    """
    given = 0
    broken: list[str] = []
    lost: list[str] = []
    try:
        with path.open("rb") as file:
            for entry in everything(file, os.fstat(file.fileno()).st_size):
                try:
                    recorded = _response(entry, path)
                except BrokenRecordError as error:
                    if not (error.torn and written_now(path)):
                        broken.append(f"broken behind response {given}: {error}")
                except ArchiveError as error:
                    lost.append(str(error))
                else:
                    if recorded is not None:
                        given += 1
                        yield recorded
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    more = f", and {len(broken) - 1} more, at last {broken[-1]}" if len(broken) > 1 else ""
    told = [f"{first}{more}" for first in broken[:1]]
    told += [f"{len(lost)} responses refer to lost ones, first {first}" for first in lost[:1]]
    if told:
        raise ArchiveError(f"{path}: {'; '.join(told)}")


def _response(entry: Entry | BrokenRecordError, path: Path) -> Recorded | None:
    """Give the response of a record, None where it is none or of another tool's kind.

    Raises BrokenRecordError, and ArchiveError for a revisit whose body cannot be had.
    """
    if isinstance(entry, BrokenRecordError):
        raise entry
    if entry.kind not in ("response", "revisit"):
        return None
    recorded = replace(to_recorded(entry), pointer=f"{path}#{entry.offset}")
    # A 304 is kept as it came, without a body.
    if entry.kind == "response" or recorded.status == 304:
        return recorded
    if not recorded.refers_to:  # of another tool, which points elsewhere
        return None
    try:
        return _with_body(recorded, path.parent.parent)
    except ArchiveError as error:  # a BrokenRecordError is one, of another file maybe
        raise ArchiveError(f"offset {entry.offset}: {error}") from error


def read_pointer(folder: Path, pointer: str) -> Recorded:
    """Give the one response a pointer names; raises ArchiveError."""
    found = _at(folder, pointer)
    return _with_body(found, folder) if found.refers_to and found.status != 304 else found


def _at(folder: Path, pointer: str) -> Recorded:
    name, _, offset = pointer.rpartition("#")
    path = folder / name
    place = f"{path}, offset {offset or '?'}"
    if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
        raise ArchiveError(f"{place}: not a pointer")
    try:
        with path.open("rb") as file:
            entry = next(entries(file, int(offset)), None)
            if entry is not None:
                return replace(to_recorded(entry), pointer=pointer)
    except (OSError, ValueError, BrokenRecordError) as error:
        raise ArchiveError(f"{place}: {error}") from error
    raise ArchiveError(f"{place}: no record there")


def _with_body(recorded: Recorded, folder: Path) -> Recorded:
    """Fetch the body that a revisit refers to; raises ArchiveError."""
    found = recorded
    for _ in range(_STEPS):
        name = PurePosixPath(found.refers_to.rpartition("#")[0])
        if name.is_absolute() or ".." in name.parts:
            raise ArchiveError(f"refers to {found.refers_to}, outside of the archive")
        found = _at(folder, found.refers_to)
        if not found.refers_to:
            if found.digest != recorded.digest:
                raise ArchiveError(f"refers to {found.pointer}, which holds another body")
            return replace(recorded, body=found.body)
    raise ArchiveError(f"refers to {recorded.refers_to}, which leads to no body")


def to_recorded(entry: Entry) -> Recorded:
    """Make the response of a record, without a pointer; raises BrokenRecordError."""
    headers = entry.headers
    status, fields, body = _http(entry)
    return Recorded(
        url=headers.get("warc-target-uri", "").removeprefix("<").removesuffix(">"),
        status=status,
        headers=fields,
        body=body,
        fetched_at=headers.get("warc-date", ""),
        source=headers.get("qy-source", ""),
        callback=headers.get("qy-callback", ""),
        cb_kwargs=headers.get("qy-arguments", "{}"),
        rendered="qy-rendered" in headers,
        digest=headers.get("warc-payload-digest", ""),
        refers_to=headers.get("qy-refers-to", ""),
    )


def _http(entry: Entry) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Part the block of a record into status, headers and body."""
    url = entry.headers.get("warc-target-uri", "").removeprefix("<")
    if not entry.block or not url.startswith(("http:", "https:")):
        return 200, (), entry.block
    stream = io.BytesIO(entry.block[:MAX_HEADER_BYTES])
    try:
        parsed = _HTTP.parse(stream)
    except (StatusAndHeadersParserException, EOFError) as error:
        raise BrokenRecordError(f"no HTTP header: {error}", entry.offset) from error
    if stream.tell() == MAX_HEADER_BYTES < len(entry.block):
        raise BrokenRecordError("no end of the HTTP header", entry.offset)
    code = parsed.get_statuscode()
    status = int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 200
    return status, tuple(parsed.headers), entry.block[stream.tell() :]
