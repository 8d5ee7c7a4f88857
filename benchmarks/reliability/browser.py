"""A rendered crawl whose browser is killed and stopped again and again: no page may be lost."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
from sqlalchemy import select

from benchmarks.server import ROOT
from benchmarks.site import Site
from crawler.state.db import articles, open_database

BACK_SECONDS = 10.0
CRAWL_SECONDS = 600.0
ANSWER_SECONDS = 0.4  # what a page's script waits for its text

SOURCE = '''
import json
import time

from scrapy import signals

from crawler.sites import ListingSpider


class Drawn(ListingSpider):
    """Every page is drawn by a script."""

    name = "drawn"
    title = "画出来的"
    family = "portal"
    render = "browser"


class Times:
    """Writes down when each page was rendered, and by the how many-th browser."""

    @classmethod
    def from_crawler(cls, crawler):
        self = cls()
        self.crawler, self.out = crawler, open("times.jsonl", "a", buffering=1)
        crawler.signals.connect(self.seen, signals.response_downloaded)
        return self

    def seen(self, response, request):
        if request.meta.get("playwright"):
            browser = self.crawler.stats.get_value("browser/started")
            self.out.write(json.dumps([time.time(), browser]) + "\\n")
'''

SETTINGS = """
SPIDER_MODULES = ["drawn"]
ADDONS = {"crawler.addon.CrawlerAddon": 0}
COMMANDS_MODULE = "crawler.commands"
EXTENSIONS = {"drawn.Times": 1}
QINGYUAN_ALLOW_ADDRESSES = ["127.0.0.1/32"]
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = False
CONCURRENT_REQUESTS_PER_DOMAIN = 4
"""

SHELL = (
    "<html><head><title>页面</title></head><body><script>"
    "fetch(location.pathname + '?text').then(r => r.text()).then(html => {"
    "document.documentElement.innerHTML = html; });</script></body></html>"
).encode()


@dataclass(frozen=True, slots=True)
class Blow:
    """One signal sent to one process of the browser; `browser` tells which life it was."""

    name: str
    at: float
    browser: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What a crawl under blows came to: articles lost, processes left over, and for each blow the
    seconds until the next page; `first` are the seconds to the first page of all.
    """

    exit_code: int | None
    lost: int
    left: int
    backs: list[tuple[str, float | None]]
    first: float | None
    wall: float
    log: str


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve the site's pages as shells whose script fetches the page itself; gives the URL."""
    pages = dict(site.pages())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _, text = self.path.partition("?")
            body = pages.get(path)
            if text and body:
                time.sleep(ANSWER_SECONDS)
            answer = (body if text else SHELL) if body else b"not here"
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(answer or b"")))
            self.end_headers()
            with suppress(ConnectionError):  # the browser was killed
                self.wfile.write(answer or b"")

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def rendered(folder: Path) -> list[tuple[float, int]]:
    """Give when each page was rendered and by which browser."""
    path = folder / "times.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(at, browser) for at, browser in map(json.loads, lines)]


def victims(crawl: psutil.Process, kind: str) -> list[psutil.Process]:
    """Give the processes below a crawl that are the driver, Chromium or a page's own."""
    signs = {"driver": "run-driver", "browser": "--crawl=", "renderer": "--type=renderer"}
    found = []
    for process in crawl.children(recursive=True):
        try:
            if any(word.startswith(signs[kind]) for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def strike(
    crawl: subprocess.Popen[bytes], folder: Path, plan: Sequence[str], dice: random.Random
) -> list[Blow]:
    """Send the signals of a plan, each at a random moment after the crawl is rendering again."""
    blows: list[Blow] = []
    process = psutil.Process(crawl.pid)
    for name in plan:
        kind, _, what = name.partition(" ")
        while crawl.poll() is None:
            last = rendered(folder)[-1:]
            if last and (not blows or came_back(blows[-1], last)):
                break
            time.sleep(0.02)
        time.sleep(dice.uniform(0, 2 * ANSWER_SECONDS))
        found: list[psutil.Process] = []
        while crawl.poll() is None and not (found := victims(process, kind)):
            time.sleep(0.02)
        if crawl.poll() is not None:
            break
        number = signal.SIGSTOP if what == "stopped" else signal.SIGKILL
        browser = rendered(folder)[-1][1]
        found[-1 if kind == "renderer" else 0].send_signal(number)
        blows.append(Blow(name, time.time(), browser))
    return blows


def came_back(blow: Blow, pages: Sequence[tuple[float, int]]) -> float | None:
    """Give the seconds from a blow to the next page, of a new browser where the old one died."""
    least = blow.browser + (not blow.name.startswith("renderer"))
    after = (at - blow.at for at, browser in pages if at > blow.at and browser >= least)
    return next(after, None)


def crawl(pages: int, plan: Sequence[str], seed: int) -> Ended:
    """Crawl a site of `pages` articles under blows and tell what came of it."""
    site = Site(pages, seed)
    with tempfile.TemporaryDirectory() as name, served(site) as url:
        folder = Path(name)
        (folder / "scrapy.cfg").write_text("[settings]\ndefault = own_settings\n")
        (folder / "own_settings.py").write_text(SETTINGS)
        (folder / "drawn.py").write_text(SOURCE)
        (folder / "seeds.txt").write_text("".join(f"{url}{p}\n" for p in site.list_paths()))
        environment = {**os.environ, "QINGYUAN_DATA": str(folder / "data")}
        environment |= {"PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "own_settings"}
        command = [sys.executable, "-m", "scrapy", "crawl", "drawn", "-a", "seeds=seeds.txt"]
        began = time.time()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        below: set[psutil.Process] = set()
        watching = threading.Thread(target=_collect, args=(process, below))
        watching.start()
        try:
            blows = strike(process, folder, plan, random.Random(seed))
            code: int | None = process.wait(CRAWL_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
            process.kill()
        wall = time.time() - began
        watching.join()
        _, left = psutil.wait_procs(below, timeout=5)  # the system reaps the last ones
        for each in left:
            each.kill()
        engine = open_database(f"sqlite:///{folder / 'data' / 'qingyuan.db'}")
        with engine.connect() as connection:
            stored = set(connection.scalars(select(articles.c.url)))
        engine.dispose()
        times = rendered(folder)
        return Ended(
            exit_code=code,
            lost=pages - len(stored),
            left=len(left),
            backs=[(blow.name, came_back(blow, times)) for blow in blows],
            first=times[0][0] - began if times else None,
            wall=wall,
            log=(folder / "log").read_text(),
        )


def _collect(crawl: subprocess.Popen[bytes], below: set[psutil.Process]) -> None:
    """Remember every process that a crawl ever had below it."""
    process = psutil.Process(crawl.pid)
    while crawl.poll() is None:
        try:
            below.update(process.children(recursive=True))
        except psutil.Error:
            continue
        time.sleep(0.1)


def judge(plan: Sequence[str], pages: int, ended: Ended) -> int:
    """Print what held; gives 0 when all did, else 1."""
    for kind in dict.fromkeys(plan):
        known = [back for name, back in ended.backs if name == kind and back is not None]
        longest = f"{max(known):.1f} s" if known else "-"
        print(f"{kind:16} {len(known):2} of {plan.count(kind):2}, back after at most {longest}")
    known = [back for _, back in ended.backs if back is not None]
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"the first page took {ended.first or 0:.1f} s; load {load:.1f} a core")
    held = {
        f"{len(ended.backs)} of {len(plan)} signals were sent": len(ended.backs) == len(plan),
        f"pages lost: {ended.lost} of {pages}": ended.lost == 0,
        f"longest time to the next page: {max(known, default=0):.1f} s": (
            len(known) == len(ended.backs) and max(known, default=0) < BACK_SECONDS
        ),
        f"exit code {ended.exit_code} after {ended.wall:.0f} s": ended.exit_code == 0,
        f"processes left over: {ended.left}": not ended.left,
    }
    for words, good in held.items():
        print(f"{'ok ' if good else 'NOT'} {words}")
    if not all(held.values()):
        print(ended.log[-6000:])
    return 0 if all(held.values()) else 1


def main(arguments: Sequence[str]) -> int:
    """Measure; gives 0 when no page was lost and the browser was back in time, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks browser", description=__doc__)
    parser.add_argument("--pages", type=int, default=80)
    parser.add_argument("--kills", type=int, default=10, help="kill -9 of the browser")
    parser.add_argument("--stops", type=int, default=3, help="SIGSTOP of the browser")
    parser.add_argument("--drivers", type=int, default=3, help="kill -9 of the driver")
    parser.add_argument("--renderers", type=int, default=3, help="kill -9 of a page's process")
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args(arguments)
    plan = (
        ["browser killed"] * options.kills
        + ["browser stopped"] * options.stops
        + ["driver killed"] * options.drivers
        + ["renderer killed"] * options.renderers
    )
    random.Random(options.seed).shuffle(plan)
    return judge(plan, options.pages, crawl(options.pages, plan, options.seed))
