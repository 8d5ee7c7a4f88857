"""Writes responses into segments that are whole after every record."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from isal import isal_zlib
from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.state.warc.locks import hold
from crawler.state.warc.members import MAX_HEADER_BYTES, MAX_RECORD_BYTES
from crawler.state.warc.record import (
    SECRET_HEADERS,
    ArchiveError,
    Known,
    Recorded,
    payload_digest,
)
from crawler.state.warc.recovery import SEALED, recover

logger = logging.getLogger(__name__)

_LINE_ENDS = re.compile(r"[\r\n]+")
_USERINFO = re.compile(r"^(\w+://)[^/?#]*@")
_SAME_PAYLOAD = RecordBuilder.REVISIT_PROFILE_1_1
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
# So many URLs of a run are remembered for a caller that does not know its pages itself.
_REMEMBERED = 4096


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

    Each record is a gzip member of its own, written in one call, so that a killed run loses at
    most the record it was writing. A segment is locked while it grows and read-only when it is
    closed; what killed runs of the source left is cut behind its last whole record when the first
    record is written. A body that is known is not written again: with `keep_days`, as long as the
    response that holds it is not older, so that retention can free old segments.

    `written` counts the records of responses, revisits among them. Raises OSError when the disk
    refuses: the segment then ends behind the last whole record, and the next append may succeed.
    """

    def __init__(
        self,
        folder: Path,
        source: str,
        *,
        roll_bytes: int = 256 * 2**20,
        keep_days: float = 0,
    ) -> None:
        self.folder = folder
        self.roll_bytes = roll_bytes
        self.written = 0
        self._room = re.sub(r"[^\w.-]", "_", source) or "_"
        now = datetime.now(UTC)
        self._stem = f"{self._room}/{now:%Y%m%dT%H%M%S}-{os.getpid()}"
        self._oldest = f"{now - timedelta(days=keep_days):%Y-%m-%dT%H:%M:%SZ}" if keep_days else ""
        self._segment = 0
        # One builder for all records: making one asks for the host's name, a quarter of a ms.
        self._buffer = io.BytesIO()
        self._builder = _Builder(self._buffer, gzip=False, warc_version="1.1")
        self._file: io.FileIO | None = None
        self._end = 0
        self._room_lock: int | None = None
        self._name = ""
        self._seen: OrderedDict[str, Known] = OrderedDict()

    def append(self, record: Recorded, known: Known | None = None) -> str:
        """Write one response and give its pointer, `<file>#<offset>` relative to the folder.

        `known` is where this URL's payload lay when it was last fetched; without it, what this
        archive wrote itself is looked up. The same payload again becomes a revisit record, a 304
        always. Raises OSError, and ArchiveError for a record that no reader would take.
        """
        known = known or self._seen.get(record.url)
        digest = payload_digest(record.body)
        again = known if known and self._is_same(record, digest, known) else None
        member = self._member(_to_warc(self._builder, record, digest, again), len(record.body))
        self._open_segment()
        pointer = f"{self._name}#{self._end}"
        self._write(member)
        self.written += 1
        if again or record.status != 304:
            self._remember(again or Known(record.url, digest, pointer, record.fetched_at))
        return pointer

    def known(self, url: str) -> Known | None:
        """Give what to hand to the next `append` of a URL, of those that were written last."""
        return self._seen.get(url)

    def close(self) -> None:
        """Close the segment that is open, if any, for good."""
        self._close_segment()
        if self._room_lock is not None:
            os.close(self._room_lock)
            self._room_lock = None

    def _is_same(self, record: Recorded, digest: str, known: Known) -> bool:
        if known.url != record.url or known.date < self._oldest:
            return False
        if record.status != 304 and (not record.body or known.digest != digest):
            return False
        # A pruner keeps out of a source that is crawled, so what is there stays there.
        name, _, offset = known.pointer.rpartition("#")
        if not name.startswith(f"{self._room}/") or not offset.isdigit():
            return False
        self._enter_room()
        try:
            return (self.folder / name).stat().st_size > int(offset)
        except OSError:
            return False

    def _remember(self, known: Known) -> None:
        self._seen[known.url] = known
        self._seen.move_to_end(known.url)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def _enter_room(self) -> None:
        """Keep pruners out of the source's folder, and mend what killed runs left there."""
        if self._room_lock is not None:
            return
        room = self.folder / self._room
        room.mkdir(parents=True, exist_ok=True)
        if sys.platform != "win32":  # which opens no folders
            self._room_lock = os.open(room, os.O_RDONLY)
            hold(self._room_lock, alone=False)
        for line in recover(room):
            logger.warning("%s", line)

    def _open_segment(self) -> None:
        if self._file is not None and self._end < self.roll_bytes:
            return
        self._close_segment()
        self._enter_room()
        while self._file is None:
            self._name = f"{self._stem}-{self._segment:05d}.warc.gz"
            self._segment += 1
            path = self.folder / self._name
            try:
                file = path.open("xb", buffering=0)
            except FileExistsError:  # another archive of this process, begun in the same second
                continue
            hold(file.fileno(), alone=True)
            self._file, self._end = file, 0
        info = {"software": "qingyuan", "format": "WARC File Format 1.1"}
        self._write(self._member(self._builder.create_warcinfo_record(path.name, info)))

    def _write(self, member: bytes) -> None:
        """Write one member whole, or leave the segment as it was."""
        assert self._file is not None
        rest = memoryview(member)
        try:
            while rest:  # a disk that fills up takes a part before it refuses
                rest = rest[self._file.write(rest) :]
        except BaseException:
            self._take_back()
            raise
        self._end += len(member)

    def _take_back(self) -> None:
        assert self._file is not None
        try:
            self._file.truncate(self._end)
            self._file.seek(self._end)
        except OSError:
            # Not even that: the next archive cuts it, and this one goes on in another segment.
            self._file.close()
            self._file = None
            return
        if not self._end:
            self._file.close()
            self._file = None
            (self.folder / self._name).unlink(missing_ok=True)

    def _close_segment(self) -> None:
        if self._file is None:
            return
        with self._file as file:
            self._file = None
            os.fsync(file.fileno())
            (self.folder / self._name).chmod(SEALED)

    def _member(self, record: object, body: int = 0) -> bytes:
        """Give a record, with a body of so many bytes, as one gzip member."""
        self._buffer.seek(0)
        self._buffer.truncate()
        self._builder.write_record(record)
        data = self._buffer.getvalue()
        if len(data) > MAX_RECORD_BYTES or len(data) - body > MAX_HEADER_BYTES:
            raise ArchiveError(f"a record of {len(data)} bytes is more than its reader takes")
        return bytes(isal_zlib.compress(data, 1, wbits=31))


def _to_warc(writer: WARCWriter, record: Recorded, digest: str, again: Known | None) -> object:
    # A browser joins the values of a repeated header by line ends.
    kept = [
        (name, _LINE_ENDS.sub(" ", value))
        for name, value in record.headers
        if name.lower() not in SECRET_HEADERS
    ]
    url = _USERINFO.sub(r"\1", record.url)
    warc_headers = {
        "WARC-Date": record.fetched_at,
        "QY-Source": record.source,
        "QY-Callback": record.callback,
        "QY-Arguments": record.cb_kwargs,
        "QY-Rendered": "browser" if record.rendered else "",
    }
    revisit = again is not None or record.status == 304
    if revisit:
        warc_headers["WARC-Profile"] = _NOT_MODIFIED if record.status == 304 else _SAME_PAYLOAD
    else:
        warc_headers["WARC-Payload-Digest"] = digest
    if again is not None:
        warc_headers["WARC-Payload-Digest"] = again.digest
        warc_headers["WARC-Refers-To-Target-URI"] = url
        warc_headers["WARC-Refers-To-Date"] = again.date
        warc_headers["QY-Refers-To"] = again.pointer
    return writer.create_warc_record(
        url,
        "revisit" if revisit else "response",
        payload=None if revisit else io.BytesIO(record.body),
        length=None if revisit else len(record.body),
        http_headers=_SentHeaders(str(record.status), kept, protocol="HTTP/1.1"),
        warc_headers_dict={k: v for k, v in warc_headers.items() if v},
    )
