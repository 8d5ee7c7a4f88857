"""A long crawl with the whole chain on: its memory must not grow, its descriptors stay flat.

Sizes are what no other process shares and no file backs (RssAnon): pages of mapped files are the
kernel's to take back.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.crawl import SAME, _options
from benchmarks.reliability.small_site import SmallSite, served
from benchmarks.server import ROOT

GROWTH = 0.05
WARM = 5_000  # pages before the comparison begins
SPARE = 4  # descriptors: segments of the reprint index, which come and go


@dataclass(frozen=True, slots=True)
class Sample:
    """Pages stored so far; MiB of the crawler and of its workers; descriptors of all of them."""

    pages: int
    crawler: float
    workers: float
    files: float
    descriptors: int


class SoakError(Exception):
    """The crawl did not do its work."""


def sample(process: int, pages: int) -> Sample | None:
    """Look at a process and its children; None when it has ended."""
    try:
        crawler, mapped = _sizes(process)
        workers = [
            child for child in _children(process) if "resource_tracker" not in _command(child)
        ]
        sizes = [_sizes(child) for child in workers]
        descriptors = sum(len(os.listdir(f"/proc/{each}/fd")) for each in (process, *workers))  # noqa: PTH208
    except (OSError, ValueError):
        return None
    files = mapped + sum(size[1] for size in sizes)
    return Sample(pages, crawler, sum(size[0] for size in sizes), files, descriptors)


def _sizes(process: int) -> tuple[float, float]:
    """Give the resident MiB of a process: its own, and of files."""
    found = dict(re.findall(r"(\w+):\s+(\d+) kB", Path(f"/proc/{process}/status").read_text()))
    if "RssAnon" not in found:
        raise ValueError("the process has ended")
    return int(found["RssAnon"]) / 1024, int(found["RssFile"]) / 1024


def _children(process: int) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{process}/task").iterdir():
        found += map(int, (thread / "children").read_text().split())
    return found


def _command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_text(errors="replace")


def stored(database: Path) -> int:
    """Count the rows of a store that a crawl is writing; 0 before there is one."""
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    except sqlite3.Error:
        return 0
    try:
        return int(connection.execute("SELECT COALESCE(MAX(id), 0) FROM articles").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        connection.close()


def soak(pages: int, interval: float, settings: dict[str, str]) -> Iterator[Sample]:
    """Crawl the site and give a sample every `interval` seconds; raises SoakError."""
    site = SmallSite(pages)
    with served(site) as base, tempfile.TemporaryDirectory(prefix="soak-") as folder:
        data, log = Path(folder) / "data", Path(folder) / "log"
        seeds = Path(folder) / "lists.txt"
        seeds.write_text("\n".join(base + path for path in site.list_paths()))
        own = {"QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32", "QINGYUAN_DATA": str(data)}
        options = _options(SAME | {"LOG_FILE": str(log)} | own | settings)
        words = ["crawl", "site", "-a", f"seeds={seeds}", *options]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SCRAPY_", "QINGYUAN_"))}
        with subprocess.Popen([sys.executable, "-m", "scrapy", *words], cwd=ROOT, env=clean) as run:
            try:
                while run.poll() is None:
                    time.sleep(interval)
                    taken = sample(run.pid, stored(data / "qingyuan.db"))
                    if taken is not None and taken.pages:
                        yield taken
            finally:
                run.kill()
        count = stored(data / "qingyuan.db")
        if run.returncode != 0 or count != pages:
            tail = log.read_text(errors="replace")[-3000:] if log.exists() else ""
            raise SoakError(f"exit {run.returncode}, {count} of {pages} pages stored\n{tail}")


def verdicts(samples: Sequence[Sample], warm: int) -> tuple[list[str], bool]:
    """Compare the most memory until `warm` pages with the most later; of what is later, the usual
    descriptors of both halves.
    """
    before = [each for each in samples if each.pages <= warm]
    later = [each for each in samples if each.pages > warm]
    if not before or not later:
        return ["too few samples: more pages, or a shorter --every"], False
    lines, passed = [], True
    for name in ("crawler", "workers"):
        first = max(getattr(each, name) for each in before)
        last = max(getattr(each, name) for each in later)
        growth = last / first - 1 if first else 0.0
        good = growth <= GROWTH
        passed &= good
        lines.append(
            f"{name}: {first:.1f} MiB until page {warm}, {last:.1f} MiB later, "
            f"{growth:+.1%} (at most {GROWTH:+.0%}): {'pass' if good else 'FAIL'}"
        )
    # Not the most: a sample that falls on a compaction sees the files that it opens and closes.
    half = (len(later) + 1) // 2
    parts = (later[:half], later[-half:])
    first, last = (int(median(each.descriptors for each in part)) for part in parts)
    good = last <= first + SPARE
    lines.append(
        f"descriptors: median {first}, in the later half {last} (at most {SPARE} more), "
        f"at one moment {max(each.descriptors for each in later)}: {'pass' if good else 'FAIL'}"
    )
    return lines, passed and good


def main(arguments: Sequence[str] = ()) -> int:
    """Crawl and print; gives 0 for a pass, 1 for a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak", description=__doc__)
    parser.add_argument("--pages", type=int, default=50_000)
    parser.add_argument("--warm", type=int, help=f"pages before, else {WARM} or half of all")
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two samples")
    parser.add_argument("-s", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args(arguments)
    warm = options.warm or min(WARM, options.pages // 2)
    settings = dict(each.split("=", 1) for each in options.settings)
    print(f"soak: {options.pages} pages of 3-6 kB, compared from page {warm} on")
    print(f"{'pages':>8}{'crawler':>12}{'workers':>12}{'files':>12}{'descriptors':>13}")
    samples: list[Sample] = []
    shown, step = 0, max(1, options.pages // 40)
    try:
        for taken in soak(options.pages, options.every, settings):
            samples.append(taken)
            if taken.pages >= shown:
                shown = taken.pages + step
                print(
                    f"{taken.pages:8}{taken.crawler:8.1f} MiB{taken.workers:8.1f} MiB"
                    f"{taken.files:8.1f} MiB{taken.descriptors:13}",
                    flush=True,
                )
    except SoakError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    lines, passed = verdicts(samples, warm)
    print("\n".join(lines))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
