"""Writes to files in places."""

from __future__ import annotations

import os


def put(file: int, content: bytes, at: int) -> None:
    """Write all of something in a place; raises OSError on a full disk.

    A call by itself may write a part and say no more than how much: what is left of the disk.
    """
    rest = memoryview(content)
    while rest:
        count = os.pwrite(file, rest, at)
        rest, at = rest[count:], at + count
