"""Runs one `scrapy` command and writes down what its process and its children used.

`python -m benchmarks.measured OUT.json WORDS…` is `scrapy WORDS…`.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds, user and system, of the process itself and of its children; wall seconds;
    the peak resident size of the process itself in MiB.
    """

    cpu: float
    children_cpu: float
    wall: float
    peak_mib: float


def usage(wall: float) -> Usage:
    """Give what this process and its ended children have used so far."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Usage(
        cpu=own.ru_utime + own.ru_stime,
        children_cpu=children.ru_utime + children.ru_stime,
        wall=wall,
        peak_mib=_peak_kib(own.ru_maxrss) / 1024,
    )


def _peak_kib(maxrss: int) -> int:
    # ru_maxrss survives exec and so knows the parent's size; VmHWM begins with the program.
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) if found else maxrss


def main() -> int:
    """Run the command; gives its exit code."""
    out, words = Path(sys.argv[1]), sys.argv[2:]
    began = time.monotonic()
    from scrapy.cmdline import execute

    try:
        execute(["scrapy", *words])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    out.write_text(json.dumps(asdict(usage(time.monotonic() - began))))
    return code


if __name__ == "__main__":
    sys.exit(main())
