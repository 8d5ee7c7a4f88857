"""Runs one `scrapy` command whose process kills itself at a named boundary.

`python -m benchmarks.reliability.killed POINT N WORDS…` is `scrapy WORDS…` that ends by SIGKILL
when it comes to the boundary POINT for the N-th time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from crawler.state.frontier import Frontier
from crawler.state.warc import WarcArchive
from crawler.state.writer import Writer

# Where what is kept changes: each commit, each record of the archive, each batch of leases.
POINTS: dict[str, tuple[type, str, bool]] = {
    "before a commit": (Writer, "_attempt", False),
    "after a commit": (Writer, "_attempt", True),
    "before an archive record": (WarcArchive, "append", False),
    "after an archive record": (WarcArchive, "append", True),
    "before a page is closed": (Frontier, "settle", False),
    "after leases are taken": (Frontier, "_take", True),
}


def arm(point: str, count: int) -> None:
    """Have this process die at a boundary."""
    owner, name, after = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)
    passed = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal passed
        passed += 1
        if passed == count and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if passed == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


if __name__ == "__main__":
    from scrapy.cmdline import execute

    arm(sys.argv[1], int(sys.argv[2]))
    execute(["scrapy", *sys.argv[3:]])
