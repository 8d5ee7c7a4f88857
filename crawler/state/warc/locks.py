"""Tells whether a living process writes: its lock ends with it, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def hold(descriptor: int, *, alone: bool) -> None:
    """Lock an open file or folder until it is closed, alone or with others; waits its turn."""
    if sys.platform != "win32":
        fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)


def try_hold(descriptor: int, *, alone: bool = True) -> bool:
    """Lock an open file or folder if nobody else holds it.

    Windows has no such locks: nothing can be had alone there, and nothing seems to be written.
    """
    if sys.platform == "win32":
        return not alone
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def written_now(path: Path) -> bool:
    """Tell whether another open file of any process holds the lock of this one."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return not try_hold(descriptor, alone=False)
    finally:
        os.close(descriptor)


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Keep writers out of a source's folder; False where one is at work there."""
    if sys.platform == "win32":  # which opens no folders, and deletes no file that is open
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield try_hold(descriptor)
    finally:
        os.close(descriptor)
