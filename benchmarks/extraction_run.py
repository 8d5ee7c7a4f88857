"""Runs one extractor over all gold pages in a process of its own.

So its memory, its caches and a crash of it are its own: `python -m benchmarks.extraction_run
NAME OUT.json` is the child, `run` starts it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.extraction_metric import Found
from benchmarks.extraction_pages import GoldPage, gold_notices, gold_pages
from benchmarks.extraction_peers import EXTRACTORS, Extractor
from benchmarks.measured import usage

LONGEST = 1800
"""Seconds that one extractor may take for all pages."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one extractor found, by the key of the page, and what it used.

    `cpu` is in seconds and counts children, without imports and reading; `errors` are pages that
    it raised on, which count as nothing found; `missing` says why there is no figure at all.
    """

    found: dict[str, Found] = field(default_factory=dict)
    errors: int = 0
    cpu: float = 0.0
    peak_mib: float = 0.0
    missing: str = ""


def run(name: str) -> Run:
    """Run the named extractor over pages and notices; a crash comes back as `missing`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        command = [sys.executable, "-m", "benchmarks.extraction_run", name, str(out)]
        try:
            ended = subprocess.run(
                command, check=False, stderr=subprocess.PIPE, text=True, timeout=LONGEST
            )
        except subprocess.TimeoutExpired:
            return Run(missing=f"not done after {LONGEST} s")
        if not out.exists():
            last = ended.stderr.strip().rsplit("\n", 1)[-1]
            return Run(missing=f"its process ended with {ended.returncode}: {last}")
        return _load(json.loads(out.read_text(encoding="utf-8")))


def _load(made: dict[str, Any]) -> Run:
    found = {
        key: Found(**{**each, "authors": tuple(each["authors"])})
        for key, each in made.pop("found").items()
    }
    return Run(found=found, **made)


def over(extract: Extractor, pages: Sequence[GoldPage]) -> Run:
    """Extract from each page, one after another."""
    found: dict[str, Found] = {}
    errors, cpu = 0, 0.0
    for page in pages:
        page.html  # noqa: B018  (reading it is nobody's cost)
        before = cpu_seconds()
        try:
            found[page.key] = extract(page)
        except Exception:
            errors += 1
        cpu += cpu_seconds() - before
    return Run(found=found, errors=errors, cpu=cpu, peak_mib=usage(0.0).peak_mib)


def cpu_seconds() -> float:
    """Give the CPU seconds of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def main() -> int:
    """Run as the child."""
    name, out = sys.argv[1], Path(sys.argv[2])
    try:
        extract = EXTRACTORS[name]()
    except ImportError as missing:
        done = Run(missing=f"not installed: {missing}")
    else:
        pages = gold_pages()
        over(extract, pages[:3])  # libraries load what they need
        done = over(extract, [*pages, *gold_notices()])
    out.write_text(json.dumps(asdict(done)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
