"""The archive: responses as they came, in WARC 1.1 files that grow record by record."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

Headers = Sequence[tuple[str, str]]

SECRET_HEADERS = frozenset(
    {"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"}
    | {"proxy-authenticate", "www-authenticate", "x-api-key", "x-auth-token", "x-csrf-token"}
)
# AttributeError: warcio's answer to a record whose header is cut before its URL.
_UNREADABLE = (ArchiveLoadFailed, EOFError, ValueError, AttributeError)
_USERINFO = re.compile(r"^(\w+://)[^/?#]*@")


class ArchiveError(Exception):
    """An archive cannot be read; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One response of the archive; `pointer` finds it again, `headers` are HTTP's without secrets.

    `body` is as sent after de-chunking: its Content-Encoding still stands. `callback` names the
    spider method that was to read it.
    """

    url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: str
    source: str = ""
    callback: str = ""
    cb_kwargs: str = "{}"
    rendered: bool = False
    pointer: str = ""

    def located(self, pointer: str) -> Recorded:
        """Give the record without its body, at a pointer of another form."""
        return replace(self, body=b"", pointer=pointer)

    def content_type(self) -> str | None:
        """Give the HTTP declaration of type and charset, if any."""
        return next((v for k, v in self.headers if k.lower() == "content-type"), None)


class _SentHeaders(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """Headers byte for byte: warcio would percent-encode what is not ASCII."""

    def compute_headers_buffer(self, header_filter: Callable[..., object] | None = None) -> None:
        self.headers_buff = self.to_bytes(header_filter, "latin-1")


class _Builder(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """Writes the payload's digest only: the block's says the same, for another pass over it."""

    def ensure_digest(self, record: object, block: bool = True, payload: bool = True) -> None:
        super().ensure_digest(record, block=False, payload=payload)


class WarcArchive:
    """Appends responses to `<folder>/<source>/<start>-<pid>-<n>.warc.gz`, rolled by size in bytes.

    Each record is a gzip member of its own and flushed, so that a killed run loses at most the
    record it was writing. Raises OSError when the disk refuses.
    """

    def __init__(self, folder: Path, source: str, *, roll_bytes: int = 256 * 2**20) -> None:
        self.folder = folder
        self.roll_bytes = roll_bytes
        self.written = 0
        safe = re.sub(r"[^\w.-]", "_", source) or "_"
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        self._stem = f"{safe}/{stamp}-{os.getpid()}"
        self._segment = 0
        # One builder for all records: making one asks for the host's name, a quarter of a ms.
        self._buffer = io.BytesIO()
        self._builder = _Builder(self._buffer, gzip=False, warc_version="1.1")
        self._file: io.BufferedWriter | None = None
        self._name = ""

    def append(self, record: Recorded) -> str:
        """Write one response and give its pointer, `<file>#<offset>` relative to the folder."""
        file = self._open_segment()
        offset = file.tell()
        file.write(self._member(_to_warc(self._builder, record)))
        file.flush()
        self.written += 1
        return f"{self._name}#{offset}"

    def close(self) -> None:
        """Close the segment that is open, if any."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open_segment(self) -> io.BufferedWriter:
        if self._file is not None and self._file.tell() < self.roll_bytes:
            return self._file
        self.close()
        path = self._next_path()
        while path.exists():  # another archive of this process, begun in the same second
            path = self._next_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb")
        info = {"software": "qingyuan", "format": "WARC File Format 1.1"}
        self._file.write(self._member(self._builder.create_warcinfo_record(path.name, info)))
        return self._file

    def _next_path(self) -> Path:
        self._name = f"{self._stem}-{self._segment:05d}.warc.gz"
        self._segment += 1
        return self.folder / self._name

    def _member(self, record: object) -> bytes:
        """Give a record as one gzip member."""
        self._buffer.seek(0)
        self._buffer.truncate()
        self._builder.write_record(record)
        return bytes(isal_zlib.compress(self._buffer.getvalue(), 1, wbits=31))


def _to_warc(writer: WARCWriter, record: Recorded) -> object:
    kept = [(k, v) for k, v in record.headers if k.lower() not in SECRET_HEADERS]
    warc_headers = {
        "WARC-Date": record.fetched_at,
        "QY-Source": record.source,
        "QY-Callback": record.callback,
        "QY-Arguments": record.cb_kwargs,
    }
    if record.rendered:
        warc_headers["QY-Rendered"] = "browser"
    return writer.create_warc_record(
        _USERINFO.sub(r"\1", record.url),
        "response",
        payload=io.BytesIO(record.body),
        length=len(record.body),
        http_headers=_SentHeaders(str(record.status), kept, protocol="HTTP/1.1"),
        warc_headers_dict={k: v for k, v in warc_headers.items() if v},
    )


def read_responses(path: Path) -> Iterator[Recorded]:
    """Give the responses of one WARC file in order.

    Raises ArchiveError where the file cannot be opened, is no WARC, or ends within a record; what
    stands before that place has been given by then.
    """
    given = end = 0
    try:
        with path.open("rb") as file:
            records = ArchiveIterator(file)
            for entry in records:
                recorded = _from_warc(entry)
                pointer = f"{path}#{records.get_record_offset()}"
                end = records.offset
                if entry.rec_type == "response":
                    given += 1
                    yield replace(recorded, pointer=pointer)
            if end != path.stat().st_size:  # warcio passes over the stub of a gzip member
                raise ArchiveLoadFailed("cut where a record begins")
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    except _UNREADABLE as error:
        raise ArchiveError(f"{path}: broken behind response {given}: {error}") from error


def read_pointer(folder: Path, pointer: str) -> Recorded:
    """Give the one response a pointer names; raises ArchiveError."""
    name, _, offset = pointer.rpartition("#")
    path = folder / name
    try:
        with path.open("rb") as file:
            file.seek(int(offset))
            for entry in ArchiveIterator(file):
                return replace(_from_warc(entry), pointer=pointer)
    except (OSError, *_UNREADABLE) as error:
        raise ArchiveError(f"{path}, offset {offset or '?'}: {error}") from error
    raise ArchiveError(f"{path}, offset {offset}: no record there")


def _from_warc(entry: object) -> Recorded:
    headers = entry.rec_headers  # type: ignore[attr-defined]  # warcio has no types
    http = entry.http_headers  # type: ignore[attr-defined]
    stream = entry.raw_stream  # type: ignore[attr-defined]
    if not str(headers.protocol).startswith("WARC/"):
        raise ArchiveLoadFailed("not a WARC file")
    if not headers.get_header("Content-Length"):
        raise ArchiveLoadFailed("record cut within its header")
    body = stream.read()
    if lacking := getattr(stream, "limit", 0):
        raise ArchiveLoadFailed(f"record cut, {lacking} bytes are missing")
    return Recorded(
        url=headers.get_header("WARC-Target-URI") or "",
        status=int(http.get_statuscode()) if http and http.get_statuscode().isdigit() else 200,
        headers=tuple(http.headers) if http else (),
        body=body,
        fetched_at=headers.get_header("WARC-Date") or "",
        source=headers.get_header("QY-Source") or "",
        callback=headers.get_header("QY-Callback") or "",
        cb_kwargs=headers.get_header("QY-Arguments") or "{}",
        rendered=bool(headers.get_header("QY-Rendered")),
    )


def json_or_empty(value: dict[str, object]) -> str:
    """Give callback arguments as JSON, or `{}` where they are not JSON."""
    try:
        return json.dumps(value, ensure_ascii=True)
    except (TypeError, ValueError):
        return "{}"
