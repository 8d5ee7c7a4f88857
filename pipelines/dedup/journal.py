"""The newest documents of an index: a chain of append-only logs that all its processes map.

A document is acknowledged when its record stands in the mapped pages: they outlive any process.
Power cuts they may not outlive; then the store has what is missing here.
"""

from __future__ import annotations

import errno
import mmap
import os
import struct
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import xxhash

from pipelines.dedup.outlines import OUTLINE

CAPACITY = 4 * 2**20  # bytes of a log; with two of them each process looks in its memory first
_MAGIC = b"QYLOG004"
_HEADER = struct.Struct("<8sQ")  # magic, the number of the first document
_FRAME = struct.Struct("<QQ")  # bytes of the record, checksum
_SEAL = 2**64 - 1  # in the place of a size: the next log has what follows
# digest, folded length, bytes of key, of published, the outline, how many features
_RECORD = struct.Struct(f"<qIIH{OUTLINE}sB")
_NONE = 0xFFFF  # published: not known
_POPULATE_WRITE = 23  # of madvise(2), since Linux 5.14
_AHEAD = 2**15  # bytes
# UTF-16 is quick and short for Chinese.
_WIDE, _ANY = "utf-16-le", "surrogatepass"


class LogError(Exception):
    """The file is no log, or not all of one; the message names it."""


class Row(NamedTuple):  # made in a third of a dataclass's time
    """A document; `digest` is the first half of its fingerprint's, signed."""

    number: int
    key: str
    digest: int
    length: int


def packed(
    row: Row, published: str | None, features: Sequence[int], outline: bytes, text: str
) -> bytes:
    """Give the record of a document."""
    _, key, digest, length = row
    name = key.encode("utf-8", _ANY)
    said = b"" if published is None else published.encode("utf-8", _ANY)[: _NONE - 1]
    said_size = _NONE if published is None else len(said)
    head = _RECORD.pack(digest, length, len(name), said_size, outline, len(features))
    return b"".join((head, array("Q", features), name, said, text.encode(_WIDE, _ANY)))


class Log:
    """One log; `first` is its first document's number, `count` how many this process has read."""

    def __init__(self, path: Path, first: int) -> None:
        self.path, self.first = path, first
        self.count = 0
        self.sealed = False
        self._starts = array("Q")
        self._postings: dict[int, int] = {}
        self._more: dict[int, list[int]] = {}
        file = os.open(path, os.O_RDWR)
        try:
            size = os.fstat(file).st_size
            if os.pread(file, _HEADER.size, 0) != _HEADER.pack(_MAGIC, first):
                raise LogError(f"{path}: not a log of this version")
            self._map = mmap.mmap(file, size)
        finally:
            os.close(file)
        self._end = _HEADER.size
        self._ready = 0
        self._limit = size - _FRAME.size  # the seal has its place

    @staticmethod
    def create(path: Path, first: int, least: int = 0) -> None:
        """Make an empty log for a record of at least so many bytes; raises OSError on a full disk.

        The space is taken now: pages that are mapped and cannot be written end a process.
        """
        size = max(CAPACITY, _HEADER.size + 2 * _FRAME.size + least)
        made = path.with_name(path.name + ".part")
        file = os.open(made, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.posix_fallocate(file, 0, size)
            os.pwrite(file, _HEADER.pack(_MAGIC, first), 0)
            made.replace(path)
        except OSError:
            made.unlink(missing_ok=True)
            raise
        finally:
            os.close(file)

    @property
    def last(self) -> int:
        """The number of the newest document."""
        return self.first + self.count - 1

    def read_new(self) -> bool:
        """Take in what others have appended; True where there was something.

        What is half written, by a process at work or one that was killed, is not there yet.
        """
        size, _ = _FRAME.unpack_from(self._map, self._end)
        if not size or self.sealed:
            return False
        before = self.count
        while (record := self._record_at(self._end)) is not None:
            self._take(record)
        return self.count > before

    def _record_at(self, start: int) -> bytes | None:
        size, checksum = _FRAME.unpack_from(self._map, start)
        if size == _SEAL:
            self.sealed = checksum == _checksum(b"", self.count)
            return None
        begin = start + _FRAME.size
        if not size or size > self._limit - begin:
            return None
        record = self._map[begin : begin + size]
        return record if _checksum(record, self.count) == checksum else None

    def _take(self, record: bytes) -> None:
        count = record[_RECORD.size - 1]
        features = array("Q", record[_RECORD.size : _RECORD.size + 8 * count])
        self.note(features, len(record))

    def append(self, record: bytes) -> bool:
        """Add a record behind all others, under the index's lock; False where it has no place."""
        start, size = self._end, len(record)
        if start + _FRAME.size + size > self._limit:
            return False
        if _FRAME.unpack_from(self._map, start)[0]:  # half written by a process that was killed
            self._make_ready(start, len(self._map) - start)
            self._map[start:] = bytes(len(self._map) - start)
        self._make_ready(start, _FRAME.size + size)
        frame = _FRAME.pack(size, _checksum(record, self.count))
        self._map[start : start + _FRAME.size + size] = frame + record
        return True

    def _make_ready(self, start: int, size: int) -> None:
        """Fault in some pages at once: singly every third add would wait for one.

        Raises OSError where a page has no place: a copy of a log may lack the space taken for it,
        or share it with another, and writing there would end the process.
        """
        if start + size <= self._ready:
            return
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        ready = min(len(self._map), start + size + _AHEAD)
        try:
            self._map.madvise(_POPULATE_WRITE, first, ready - first)
        except OSError as error:  # or an older kernel
            if error.errno == errno.EFAULT:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path)) from error
        self._ready = ready

    def seal(self) -> None:
        """Say that the next log has what follows; only under the index's lock."""
        self._make_ready(self._end, _FRAME.size)
        frame = _FRAME.pack(_SEAL, _checksum(b"", self.count))
        self._map[self._end : self._end + _FRAME.size] = frame

    def note(self, features: Iterable[int], size: int) -> None:
        """Remember the features of the record that was appended, and where it begins."""
        number = self.first + self.count
        postings = self._postings
        if postings.keys().isdisjoint(features):
            postings.update(dict.fromkeys(features, number))
        else:
            for feature in features:
                if feature in postings:
                    self._more.setdefault(feature, []).append(number)
                else:
                    postings[feature] = number
        self._starts.append(self._end)
        self.count += 1
        self._end += _FRAME.size + size

    def lookup(self, features: Sequence[int]) -> list[tuple[int, Sequence[int]]]:
        """Give those of the features that are here, each with the numbers of its documents."""
        postings = self._postings
        if postings.keys().isdisjoint(features):
            return []
        return [
            (feature, [postings[feature], *self._more.get(feature, ())])
            for feature in features
            if feature in postings
        ]

    def features(self, number: int) -> array[int]:
        """Give the features of a document."""
        start = self._starts[number - self.first] + _FRAME.size + _RECORD.size
        return array("Q", self._map[start : start + 8 * self._map[start - 1]])

    def outline(self, number: int) -> bytes:
        """Give the outline of a document."""
        end = self._starts[number - self.first] + _FRAME.size + _RECORD.size - 1
        return self._map[end - OUTLINE : end]

    def document(self, number: int) -> tuple[Row, str | None]:
        """Give a document, and what is known of its publication."""
        start = self._starts[number - self.first] + _FRAME.size
        digest, length, key_size, said_size, _, features = _RECORD.unpack_from(self._map, start)
        said = start + _RECORD.size + 8 * features + key_size
        row = Row(number, self._map[said - key_size : said].decode("utf-8", _ANY), digest, length)
        if said_size == _NONE:
            return row, None
        return row, self._map[said : said + said_size].decode("utf-8", _ANY)

    def text(self, number: int) -> str:
        """Give the text of a document."""
        start = self._starts[number - self.first]
        size, _ = _FRAME.unpack_from(self._map, start)
        start += _FRAME.size
        _, _, key_size, said_size, _, features = _RECORD.unpack_from(self._map, start)
        before = _RECORD.size + 8 * features + key_size + (said_size if said_size != _NONE else 0)
        return self._map[start + before : start + size].decode(_WIDE, _ANY)


def _checksum(record: bytes, place: int) -> int:
    return xxhash.xxh3_64_intdigest(record, place)
