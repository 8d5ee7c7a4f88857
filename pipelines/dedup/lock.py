"""The file by which an index's processes take turns, and tell each other of new segments."""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
from pathlib import Path

_MARK = 8  # bytes that change with the segments


class Turn:
    """A lock on a file, and a mark in it that any process can change and all see at once.

    A killed process leaves it unlocked. Not on network drives.
    """

    __slots__ = ("_file", "_map", "_seen")

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if os.fstat(self._file).st_size < _MARK:
            os.ftruncate(self._file, _MARK)
        self._map = mmap.mmap(self._file, _MARK)
        self._seen = b""

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def changed(self) -> bool:
        """Tell whether `change` was called, by any process, since this one asked."""
        mark = self._map[:]
        if mark == self._seen:
            return False
        self._seen = mark
        return True

    def change(self) -> None:
        """Let every process know that the segments are others."""
        self._map[:] = secrets.token_bytes(_MARK)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        os.close(self._file)


class Claim:
    """A lock that says which process does a piece of work."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def take(self) -> bool:
        """Claim the work; False where another process has."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def release(self) -> None:
        """Leave the work to others."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
