"""What the steps of repair share: a deadline, and putting what they found into the text."""

from __future__ import annotations

import time
from collections.abc import Iterable

from crawler.items import Damage

# A crawl does not wait for one page.
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


def replaced(text: str, damages: Iterable[Damage]) -> str:
    """Put what damages say was there in the place of what is; their spans are in order."""
    pieces, position = [], 0
    for damage in damages:
        pieces += [text[position : damage.span[0]], damage.after]
        position = damage.span[1]
    return "".join(pieces) + text[position:] if pieces else text
