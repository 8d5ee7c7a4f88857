"""Stages that behave badly: module-level, so that a spawned worker can import them."""

from __future__ import annotations

import os
import resource
import time

from crawler.items import Page
from pipelines.chain import refine


class OddError(Exception):
    """Pickles, and cannot be made again from what it pickled."""

    def __init__(self, page: str, place: int) -> None:
        super().__init__(f"{page} at {place}")


def double(number: int, *, plus: int = 0) -> int:
    return 2 * number + plus


def process_id() -> int:
    return os.getpid()


def refuse(word: str) -> None:
    raise KeyError(word)


def time_out() -> None:
    raise TimeoutError("the site's clock")


def refuse_oddly() -> None:
    raise OddError("a.html", 7)


def give_what_cannot_travel() -> object:
    return lambda: None


def give_much(size: int) -> tuple[int, bytes]:
    """Give the process's id, and so many bytes."""
    return os.getpid(), bytes(size)


def die(code: int) -> None:
    os._exit(code)


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def refined_within(html: str) -> tuple[str, int]:
    """Refine a page; gives what became of it and the peak of this process, in MiB."""
    result = refine(Page(url="http://hewan.example/1.html", content=html))
    return getattr(result, "reason", "article"), _peak_mebibytes()


def _peak_mebibytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def take(mebibytes: int) -> int:
    """Take so much memory, and use it."""
    return len(bytearray(mebibytes * 2**20))
