"""Keeps one page from holding up a crawl."""

from __future__ import annotations

import time

SECONDS = 2.0


class TooSlowError(Exception):
    """A repair took longer than its text is worth."""


class Deadline:
    """A time by which a step of repair must be done."""

    def __init__(self) -> None:
        self._end = time.monotonic() + SECONDS

    def check(self) -> None:
        """Raise TooSlowError when the time has passed."""
        if time.monotonic() > self._end:
            raise TooSlowError
