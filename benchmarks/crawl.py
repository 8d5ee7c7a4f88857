"""The CPU of a whole crawl against bare Scrapy that takes the title of the same pages."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import distinct, func, select

from benchmarks.measured import Usage
from benchmarks.server import ROOT, served
from benchmarks.site import Site
from crawler.addon import COMPONENTS
from crawler.state.db import articles, open_database

LIMIT = 1.6
BARE, OURS = "bare Scrapy", "Qingyuan"

Side = Callable[[Path, Path, int], Usage]

# What decides about speed is the same on both sides.
SAME = {
    "LOG_LEVEL": "WARNING",
    "ROBOTSTXT_OBEY": "False",
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "CONCURRENT_REQUESTS": "16",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "16",
    "COOKIES_ENABLED": "False",
    "TELNETCONSOLE_ENABLED": "False",
    "REMOTE_CONTROL_ENABLED": "False",
    "LOGSTATS_INTERVAL": "0",
}


class BenchmarkError(Exception):
    """A side did not do its work; there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one side: CPU in ms a page, pages a second, peak size in MiB."""

    crawler_ms: float
    total_ms: float
    pages_per_second: float
    wall: float
    peak_mib: float


def bare(seeds: Path, folder: Path, pages: int) -> Usage:
    """Crawl with bare Scrapy into a JSONL feed; raises BenchmarkError."""
    out = folder / "titles.jsonl"
    spider = str(ROOT / "benchmarks" / "bare.py")
    words = ["runspider", spider, "-a", f"seeds={seeds}", "-O", str(out), *_options(SAME)]
    used = _run(words, folder, folder)
    with out.open(encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    _check(BARE, len({item["url"] for item in items if item["title"]}), pages)
    return used


def ours(seeds: Path, folder: Path, pages: int) -> Usage:
    """Crawl with the generic source into archive and store; raises BenchmarkError."""
    data = folder / "data"
    settings = {"QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32", "QINGYUAN_DATA": str(data)}
    used = _run(["crawl", "site", "-a", f"seeds={seeds}", *_options(SAME | settings)], folder, ROOT)
    engine = open_database(f"sqlite:///{data / 'qingyuan.db'}")
    with engine.connect() as connection:
        stored = connection.scalar(select(func.count(distinct(articles.c.url))))
    engine.dispose()
    _check(OURS, stored or 0, pages)
    return used


def _titles(scheduler: str) -> Callable[[Path, Path, int], Usage]:
    """Crawl as the bare spider does, behind the add-on, with one scheduler or the other."""

    def crawl(seeds: Path, folder: Path, pages: int) -> Usage:
        out = folder / "titles.jsonl"
        settings = SAME | {
            "ADDONS": '{"crawler.addon.CrawlerAddon": 0}',
            "ITEM_PIPELINES": json.dumps(dict.fromkeys(COMPONENTS["ITEM_PIPELINES"])),
            "SCHEDULER": scheduler,
            "QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32",
            "QINGYUAN_DATA": str(folder / "data"),
        }
        spider = str(ROOT / "benchmarks" / "bare.py")
        words = ["runspider", spider, "-a", f"seeds={seeds}", "-O", str(out), *_options(settings)]
        used = _run(words, folder, folder)
        with out.open(encoding="utf-8") as lines:
            items = [json.loads(line) for line in lines]
        _check(scheduler, len({item["url"] for item in items if item["title"]}), pages)
        return used

    crawl.__name__ = scheduler.rpartition(".")[2]
    return crawl


SIDES = {BARE: bare, OURS: ours}
QUEUES = {
    "in memory": _titles("scrapy.core.scheduler.Scheduler"),
    "durable": _titles("crawler.state.frontier.Frontier"),
}
QUEUE_LIMIT = 1.3


def _options(settings: Mapping[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]


def _run(words: Sequence[str], folder: Path, cwd: Path) -> Usage:
    out = folder / "usage.json"
    own = {k: v for k, v in os.environ.items() if not k.startswith(("SCRAPY_", "QINGYUAN_"))}
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.measured", str(out), *words],
        cwd=cwd,
        env=own | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        tail = (ended.stdout + ended.stderr)[-3000:]
        raise BenchmarkError(f"`scrapy {words[0]}` ended with {ended.returncode}:\n{tail}")
    return Usage(**json.loads(out.read_text()))


def _check(side: str, found: int, pages: int) -> None:
    if found != pages:
        raise BenchmarkError(f"{side} kept {found} of {pages} pages")


def measure(pages: int, repeats: int, sides: Mapping[str, Side]) -> dict[str, list[Usage]]:
    """Crawl with all sides in turns; raises BenchmarkError when one loses a page."""
    site = Site(pages)
    used: dict[str, list[Usage]] = {side: [] for side in sides}
    with served(site) as base, tempfile.TemporaryDirectory() as temporary:
        seeds = Path(temporary) / "lists.txt"
        seeds.write_text("\n".join(base + path for path in site.list_paths()))
        for number in range(repeats):
            for side, crawl in sides.items():
                folder = Path(temporary) / f"{number}-{crawl.__name__}"
                folder.mkdir()
                used[side].append(crawl(seeds, folder, pages))
    return used


def figures(runs: Sequence[Usage], pages: int) -> Figures:
    """Give the medians of a side's runs."""
    wall = median(run.wall for run in runs)
    return Figures(
        crawler_ms=median(run.cpu for run in runs) / pages * 1000,
        total_ms=median(run.cpu + run.children_cpu for run in runs) / pages * 1000,
        pages_per_second=pages / wall,
        wall=wall,
        peak_mib=median(run.peak_mib for run in runs),
    )


def report(used: Mapping[str, Sequence[Usage]], pages: int) -> tuple[str, bool]:
    """Give the table, and whether our crawler process stays within LIMIT of bare Scrapy's CPU."""
    side = {name: figures(runs, pages) for name, runs in used.items()}
    lines = [f"{'':14}{'crawler':>12}{'+ workers':>12}{'pages/s':>9}{'wall':>9}{'peak':>10}"]
    lines += [
        f"{name:14}{f.crawler_ms:9.2f} ms{f.total_ms:9.2f} ms"
        f"{f.pages_per_second:9.1f}{f.wall:7.1f} s{f.peak_mib:6.0f} MiB"
        for name, f in side.items()
    ]
    ratio = side[OURS].crawler_ms / side[BARE].crawler_ms
    total = side[OURS].total_ms / side[BARE].total_ms
    verdict = "pass" if ratio <= LIMIT else "FAIL"
    lines.append(f"{'ratio':14}{ratio:11.2f}×{total:11.2f}×")
    lines.append(f"crawler process, CPU a page: {ratio:.2f}× (at most {LIMIT}×): {verdict}")
    return "\n".join(lines), ratio <= LIMIT


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print; gives 0 for a pass, 1 for a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks crawl", description=__doc__)
    parser.add_argument("--pages", type=int, default=2000, help="articles of the invented site")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each side, in turns")
    options = parser.parse_args(arguments)
    print(f"crawl: {options.pages} pages of 30-80 kB, median of {options.repeats} runs a side")
    try:
        table, passed = report(measure(options.pages, options.repeats, SIDES), options.pages)
        queues = measure(options.pages, options.repeats, QUEUES)
    except BenchmarkError as error:
        print(f"crawl: {error}", file=sys.stderr)
        return 1
    print(table)
    memory, durable = (figures(queues[name], options.pages).crawler_ms for name in QUEUES)
    verdict = "pass" if durable <= QUEUE_LIMIT * memory else "FAIL"
    print(
        f"titles only, CPU a page: {durable:.2f} ms with the durable frontier, {memory:.2f} ms with"
        f" Scrapy's queue in memory: {durable / memory:.2f}× (at most {QUEUE_LIMIT}×): {verdict}"
    )
    return 0 if passed and verdict == "pass" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
