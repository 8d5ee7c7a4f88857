"""What a host keeps of its throughput while others pause, delay, or hold back robots.txt."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.server import ROOT
from tests.crawl.moody_server import MoodyServer

LIMIT = 0.9
WELL = "127.0.0.1"
SETTINGS = {
    "QINGYUAN_ALLOW_ADDRESSES": "127.0.0.0/8",
    "SPIDER_MODULES": "benchmarks.asking",
    "DOWNLOAD_DELAY": "0.1",
    "DOWNLOAD_DELAY_JITTER": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "QINGYUAN_ROBOTS_PATIENCE": "8",
    "QINGYUAN_THROTTLE_TIMES": "3",
    "LOG_LEVEL": "ERROR",
}
# How each kind of difficult host answers, and how many pages of it are asked for.
KINDS = {"throttled": 8, "delayed": 2, "hanging": 4, "failing": 4}
HOSTS_A_KIND = 8


def kind_of(host: str) -> str:
    """Name the kind of a host from its address, 127.0.<kind>.<number>."""
    number = int(host.split(".")[2])
    return list(KINDS)[number - 1] if number else "well"


def answer(host: str, path: str, count: int) -> Any:
    """Answer as a host of this kind does."""
    kind = kind_of(host)
    if path == "/robots.txt":
        if kind == "hanging":
            time.sleep(12)
        return {
            "delayed": "User-agent: *\nCrawl-delay: 15\n",
            "failing": (503, {}, "busy"),
        }.get(kind, (404, {}, ""))
    if kind == "throttled" and count == 0 and path in ("/0", "/4"):
        return 429, {"Retry-After": "8"}, "slow down"
    return "<html><title>页</title><p>一页</p></html>"


def rate(server: MoodyServer, pages: int, others: bool, **settings: str) -> float:
    """Crawl and give the well host's pages a second, from its first page to its last."""
    server.asked.clear()
    urls = [f"http://{WELL}:{server.port}/{i}?{others}" for i in range(pages)]
    if others:
        urls += [
            f"http://127.0.{kind}.{host}:{server.port}/{i}?{random.random()}"
            for kind, count in enumerate(KINDS.values(), 1)
            for host in range(1, HOSTS_A_KIND + 1)
            for i in range(count)
        ]
    random.shuffle(urls)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "urls.txt"
        path.write_text("\n".join(urls))
        chosen = SETTINGS | {"QINGYUAN_DATA": folder} | settings
        words = [word for name, value in chosen.items() for word in ("-s", f"{name}={value}")]
        subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "asking", "-a", f"urls={path}", *words],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=False,  # hosts that fail make it end with 1
            capture_output=True,
            timeout=150,
        )
    at = sorted(a.at for a in server.asked if a.host.startswith(WELL) and a.path != "/robots.txt")
    if len(set(at)) < pages:
        raise RuntimeError(f"{len(at)} of {pages} pages were asked for")
    return (len(at) - 1) / (at[-1] - at[0])


def main(arguments: Sequence[str]) -> int:
    """Run it; gives 1 where the host keeps less than LIMIT of its throughput."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks politeness", description=__doc__)
    parser.add_argument("--pages", type=int, default=150)
    pages = parser.parse_args(arguments).pages
    with MoodyServer(answer) as server:
        alone = rate(server, pages, others=False)
        amid = rate(server, pages, others=True)
        scrapys = rate(
            server, pages, others=True,
            SCHEDULER_PRIORITY_QUEUE="scrapy.pqueues.DownloaderAwarePriorityQueue",
        )  # fmt: skip
    kept = amid / alone
    print(f"a host of 10 pages a second beside {HOSTS_A_KIND * len(KINDS)} difficult ones keeps")
    print(f"  {kept:.0%} ({amid:.1f} of {alone:.1f}), at least {LIMIT:.0%} wanted")
    print(f"  {scrapys / alone:.0%} where requests wait in middlewares instead of the queue")
    return int(kept < LIMIT)
