"""Mends the segments that killed writers left: whole records stay, a torn last one goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from crawler.state.warc.locks import try_hold
from crawler.state.warc.members import (
    MOST_BROKEN,
    BrokenRecordError,
    beginnings,
    entries,
    is_whole,
)

# A segment that is closed is read-only, so that nobody reads it through to see if it is torn.
SEALED = 0o444
_WRITABLE = 0o222


def segments(room: Path) -> list[Path]:
    """Give the segments of a source's folder, the oldest first."""
    return sorted(room.glob("*.warc.gz"))


def recover(room: Path) -> Iterator[str]:
    """Mend the segments of a source's folder; a line for each torn, damaged or unmendable one."""
    for path in segments(room):
        try:
            if line := mend(path):
                yield line
        except OSError as error:
            yield f"{path} cannot be mended: {error.strerror or error}"


def mend(path: Path) -> str:
    """Cut a segment behind its last whole record and close it; gives what was done, in words.

    A segment that is closed already or is being written stays as it is. Where whole records stand
    behind a broken one it is no torn end: nothing is cut. Raises OSError.
    """
    if not path.stat().st_mode & _WRITABLE:
        return ""
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        # An empty one may be a writer's that is about to lock it.
        if not size or not try_hold(file.fileno()):
            return ""
        line = ""
        try:
            for _ in entries(file):
                pass
        except BrokenRecordError as error:
            if _is_torn(path, error, size):
                file.truncate(error.offset)
                os.fsync(file.fileno())
                cut = size - error.offset
                line = f"{path}: cut {cut} bytes of a record that was not whole, at {error.offset}"
            else:
                line = f"{path}: damaged at {error.offset}: {error}"
        path.chmod(SEALED)
    return line


def _is_torn(path: Path, error: BrokenRecordError, size: int) -> bool:
    with path.open("rb") as file:
        file.seek(error.offset)
        # After a power cut a file may be longer than what reached the disk: zeros.
        if not error.torn and _holds_more_than_zeros(file.read(2**20)):
            return False
        for tried, begins in enumerate(beginnings(file, error.offset, size)):
            if tried == MOST_BROKEN or is_whole(file, begins):
                return False
        return True


def _holds_more_than_zeros(data: bytes) -> bool:
    return bool(data.strip(b"\0"))
