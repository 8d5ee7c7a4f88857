"""Takes WARC files apart into records, within bounds whatever their bytes are."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from crawler.state.warc.record import ArchiveError

MAX_RECORD_BYTES = 64 * 2**20
MAX_HEADER_BYTES = 2**20
# Each may have been inflated up to the end of the file, in vain: more cost the square of its size.
MOST_BROKEN = 100
_CHUNK = 2**14
_HEAD = 2**10  # a member's first words lie in fewer bytes
_GZIP = b"\x1f\x8b"
_WARC = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0", "WARC/0.17", "WARC/0.18"])


class BrokenRecordError(ArchiveError):
    """A record cannot be read; `torn` where the file ends within it, as a killed writer leaves it.

    `offset` is where the record begins.
    """

    def __init__(self, reason: str, offset: int, *, torn: bool = False) -> None:
        super().__init__(reason)
        self.offset = offset
        self.torn = torn


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: its WARC headers and its block, which lie from `offset` to `end` of the file."""

    offset: int
    end: int
    headers: dict[str, str]
    block: bytes

    @property
    def kind(self) -> str:
        """The record's type: response, revisit, warcinfo or another."""
        return self.headers.get("warc-type", "")


def entries(file: BinaryIO, offset: int = 0) -> Iterator[Entry]:
    """Give the records of an open file from an offset on; raises BrokenRecordError, OSError."""
    file.seek(offset)
    begins = file.read(2)
    file.seek(offset)
    # One byte of a gzip member is a torn member: a plain record begins with a letter.
    read = _compressed if begins[:1] == _GZIP[:1] else _plain
    return read(file)


def everything(file: BinaryIO, size: int) -> Iterator[Entry | BrokenRecordError]:
    """Give the records of a file of so many bytes, past what is broken in it.

    Each error that keeps one from being read stands in its place, MOST_BROKEN of them at most: the
    rest is then not read. Raises OSError.
    """
    offset: int | None = 0
    broken = 0
    while offset is not None:
        try:
            yield from entries(file, offset)
            return
        except BrokenRecordError as error:
            # Anew, for the traceback of the one that was raised holds all that was inflated.
            told = BrokenRecordError(str(error), error.offset, torn=error.torn)
        broken += 1
        if broken > MOST_BROKEN:
            reason = f"over {MOST_BROKEN} places are broken, the rest is not read"
            yield BrokenRecordError(reason, told.offset)
            return
        yield told
        offset = next(beginnings(file, told.offset, size), None)


def _compressed(file: BinaryIO) -> Iterator[Entry]:
    """Give the records of a file in which each is a gzip member of its own."""
    offset, rest = file.tell(), b""
    while rest or (rest := file.read(_CHUNK)):
        inflater = zlib.decompressobj(31)
        pieces: list[bytes] = []
        size = 0
        while not inflater.eof:
            if not rest and not (rest := file.read(_CHUNK)):
                raise BrokenRecordError("cut within a gzip member", offset, torn=True)
            try:
                pieces.append(inflater.decompress(rest, MAX_RECORD_BYTES + 1 - size))
            except zlib.error as error:
                raise BrokenRecordError(f"broken gzip member: {error}", offset) from error
            rest = inflater.unconsumed_tail
            size += len(pieces[-1])
            if size > MAX_RECORD_BYTES:
                raise BrokenRecordError(f"a record over {MAX_RECORD_BYTES} bytes", offset)
        rest = inflater.unused_data
        end = file.tell() - len(rest)
        data = b"".join(pieces)
        if data.strip():  # some tools end a file with an empty member
            yield _whole(data, offset, end)
        offset = end


def _whole(data: bytes, offset: int, end: int) -> Entry:
    """Read the one record that a gzip member holds."""
    headers, begins, length = _header(data[:MAX_HEADER_BYTES], offset)
    block = data[begins : begins + length]
    if len(block) < length:
        raise BrokenRecordError(f"record cut, {length - len(block)} bytes are missing", offset)
    if data[begins + length :].strip():
        raise BrokenRecordError("more than one record in a gzip member", offset)
    return Entry(offset, end, headers, block)


def _plain(file: BinaryIO) -> Iterator[Entry]:
    """Give the records of a file without compression."""
    while True:
        offset = file.tell()
        line = file.readline(MAX_HEADER_BYTES)
        if not line:
            return
        if not line.strip():  # between two records
            continue
        if not line.startswith(b"WARC/"):
            raise BrokenRecordError("not a WARC file", offset)
        lines = [line]
        size = len(line)
        while line.strip():
            line = file.readline(MAX_HEADER_BYTES)
            size += len(line)
            if not line:
                raise BrokenRecordError("cut within a header", offset, torn=True)
            if size > MAX_HEADER_BYTES:
                raise BrokenRecordError("no end of the header", offset)
            lines.append(line)
        headers, _, length = _header(b"".join(lines), offset)
        block = file.read(length)
        if len(block) < length:
            reason = f"record cut, {length - len(block)} bytes are missing"
            raise BrokenRecordError(reason, offset, torn=True)
        yield Entry(offset, file.tell(), headers, block)


def _header(data: bytes, offset: int) -> tuple[dict[str, str], int, int]:
    """Read a WARC header: its fields by name in small letters, its length, its block's length."""
    stream = io.BytesIO(data)
    try:
        parsed = _WARC.parse(stream)
    except (StatusAndHeadersParserException, EOFError) as error:
        raise BrokenRecordError("not a WARC file", offset) from error
    headers: dict[str, str] = {}
    for name, value in parsed.headers:
        headers.setdefault(name.lower(), value)
    declared = headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit() and len(declared) < 16):
        raise BrokenRecordError("record without its length", offset)
    length = int(declared)
    if length > MAX_RECORD_BYTES:
        raise BrokenRecordError(f"a record over {MAX_RECORD_BYTES} bytes", offset)
    return headers, stream.tell(), length


def beginnings(file: BinaryIO, offset: int, end: int) -> Iterator[int]:
    """Find where, behind a broken record, compressed ones begin, whole or not: their offsets."""
    overlap = len(_GZIP)
    position = offset + 1
    while position < end:
        file.seek(position)
        block = file.read(2**20)
        at = block.find(_GZIP)
        while at >= 0:
            if _begins_record(file, position + at):
                yield position + at
            at = block.find(_GZIP, at + 1)
        position += max(len(block) - overlap, 1)


def _begins_record(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        return zlib.decompressobj(31).decompress(file.read(_HEAD), 5) == b"WARC/"
    except zlib.error:
        return False


def is_whole(file: BinaryIO, offset: int) -> bool:
    """Tell whether the record that begins at an offset can be read."""
    try:
        next(entries(file, offset))
    except (BrokenRecordError, StopIteration):
        return False
    return True
