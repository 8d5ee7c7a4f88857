"""A crawl of a hostile server beside a well-behaved one, against a crawl of the latter alone."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.reliability.hostile_server import HOST, HostileServer
from benchmarks.reliability.tricks import TRICKS
from benchmarks.server import ROOT, served
from benchmarks.site import Site

GOOD_HOST = "127.0.0.3"
SPIDER = ROOT / "benchmarks" / "reliability" / "hostile_spider.py"
MOST_SECONDS, MOST_GROWTH, LEAST_SHARE = 10.0, 200.0, 0.9
SAMPLE = 0.2  # seconds between two looks at the memory
SETTINGS = {
    "LOG_LEVEL": "WARNING",
    "AUTOTHROTTLE_ENABLED": "False",
    "ROBOTSTXT_OBEY": "False",
    "CONCURRENT_REQUESTS": "32",
    "CLOSESPIDER_ERRORCOUNT": "0",
    "QINGYUAN_ALLOW_ADDRESSES": f"{HOST}/32,{GOOD_HOST}/32",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """What one crawl did: seconds, longest stall of the crawler in seconds, pages a second of the
    good host, peak resident sizes in MiB, Scrapy's integer stats, log.
    """

    wall: float
    stall: float
    good_rate: float
    crawler_mib: float
    worker_mib: float
    stats: dict[str, int]
    log: str


def visit(
    urls: Sequence[str],
    good: str,
    folder: Path,
    settings: Mapping[str, str],
    timeout: float = 900,
) -> Visit:
    """Crawl these in a process of its own; raises subprocess.TimeoutExpired, OSError."""
    folder.mkdir(parents=True)
    plan = {"urls": list(urls), "good": good, "report": str(folder / "report.json")}
    options = {**SETTINGS, **settings, "QINGYUAN_DATA": str(folder / "data")}
    words = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
    began = time.monotonic()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "runspider", str(SPIDER), *words],
            cwd=ROOT,
            env=os.environ | {"HOSTILE": json.dumps(plan)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        peaks = [0.0, 0.0]
        try:
            while process.poll() is None:
                _sample(process.pid, peaks)
                if time.monotonic() - began > timeout:
                    raise subprocess.TimeoutExpired(process.args, timeout)
                time.sleep(SAMPLE)
        finally:
            process.kill()
            process.wait()
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    at = report["good"]
    return Visit(
        wall=time.monotonic() - began,
        stall=report["stall"],
        good_rate=(len(at) - 1) / (at[-1] - at[0]) if len(at) > 1 else 0.0,
        crawler_mib=peaks[0],
        worker_mib=peaks[1],
        stats=report["stats"],
        log=(folder / "log").read_text(errors="replace"),
    )


def _sample(pid: int, peaks: list[float]) -> None:
    peaks[0] = max(peaks[0], _resident(pid))
    try:  # of every thread: each worker is the child of a thread of its own
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return
    children = " ".join(lists).split()
    peaks[1] = max([peaks[1], *(_resident(int(child)) for child in children)])


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def hostile_urls(server: HostileServer) -> list[str]:
    """Give every attack, and every trick as a start URL of its own."""
    # As a page: what the crawl itself asks robots.txt for would close the whole host, and rightly.
    paths = [*server.paths, "/robots.txt"]
    return [server.url + path for path in paths] + [
        trick.format(port=server.port) for trick in TRICKS
    ]


def main(arguments: Sequence[str]) -> int:
    """Run both crawls; gives 0 when every limit held."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks hostility", description=__doc__)
    parser.add_argument("--pages", type=int, default=400, help="pages of the good host")
    parser.add_argument("--mib", type=int, default=1024, help="size of the bombs")
    parser.add_argument("--parts", type=int, default=1_000_000, help="links and such of a page")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds between two requests")
    parser.add_argument("--keep", type=Path, help="a folder for the logs")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as temporary,
        served(Site(options.pages, 7), GOOD_HOST) as good,
        HostileServer(options.mib, options.parts) as server,
    ):
        folder = options.keep or Path(temporary)
        seeds = [good + path for path in Site(options.pages, 7).list_paths()]
        pace = {"DOWNLOAD_DELAY": str(options.delay)}
        alone = visit(seeds, good, folder / "alone", pace)
        beside = visit([*seeds, *hostile_urls(server)], good, folder / "beside", pace)
    return show(alone, beside, server)


def show(alone: Visit, beside: Visit, server: HostileServer) -> int:
    """Print what was measured against what must hold; gives 0 when all held."""
    slowest = max(server.held, key=server.held.__getitem__)
    longest, reached = server.held[slowest], len(server.reached)
    share = beside.good_rate / alone.good_rate if alone.good_rate else 0.0
    growth = beside.crawler_mib - alone.crawler_mib
    worker = beside.worker_mib - alone.worker_mib
    held = {
        f"{reached} requests reached a closed door": not reached,
        f"longest answer {longest:.1f} s ({slowest})": longest <= MOST_SECONDS,
        f"crawler {beside.crawler_mib:.0f} MiB, {growth:+.0f}": growth <= MOST_GROWTH,
        f"largest worker {beside.worker_mib:.0f} MiB, {worker:+.0f}": worker <= MOST_GROWTH,
        f"good host {beside.good_rate:.1f} pages/s beside, {alone.good_rate:.1f} alone: "
        f"{share:.0%}": share >= LEAST_SHARE,
    }
    for line, good in held.items():
        print(f"{'ok ' if good else 'NOT'} {line}")
    print(f"    crawls took {alone.wall:.0f} s and {beside.wall:.0f} s")
    print(f"    {len(server.asked)} requests reached the hostile host")
    print(f"    longest stall of the crawler {beside.stall:.1f} s, alone {alone.stall:.1f} s")
    for name, count in sorted(beside.stats.items()):
        if name.startswith(("fetch/", "offsite", "dead_letters", "outcomes/")):
            print(f"    {name} {count}")
    return 0 if all(held.values()) else 1
