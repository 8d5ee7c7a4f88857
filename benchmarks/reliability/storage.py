"""Takes away what a crawl stands on, gives it back, and counts what was lost.

A disk that fills (a small file system of its own, so as root only), a database that restarts or
stays away, workers that are killed, connections that drop in mid-body.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from sqlalchemy import func, select

from benchmarks.reliability.kills import Crawl
from benchmarks.reliability.site import CountingSite
from crawler.state.db import articles, open_database
from tests.postgres import Postgres

Story = tuple[str, list[str]]


def _stored(crawl: Crawl) -> int:
    engine = open_database(crawl.url)
    with engine.connect().execution_options(reading=True) as connection:
        count = connection.scalar(select(func.count()).select_from(articles)) or 0
    engine.dispose()
    return count


def _until_stored(crawl: Crawl, count: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if crawl.data.exists() and _stored(crawl) >= count:
            return
        time.sleep(0.05)


def _ended(crawl: Crawl, first: int, wanted: int) -> Story:
    """Crawl on after the repair; say what went otherwise than it must."""
    problems = [] if first == wanted else [f"exit {first} in the trouble, {wanted} expected"]
    last = crawl.start().wait(600)
    crawl.held()
    problems += crawl.verdict() + ([] if last == 0 else [f"exit {last} after the repair"])
    assert crawl.engine is not None
    crawl.engine.dispose()
    return f"exit {first}, then {last}", problems


def disk_full(folder: Path, pages: int) -> Story:
    """Crawl on a file system of 6 MB until it is full, then make it larger."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        return "not run: a file system of its own needs root", []
    try:
        with CountingSite(pages) as site:
            crawl = Crawl(site, folder, None)
            crawl.data = disk / "data"
            crawl.url = f"sqlite:///{crawl.data / 'qingyuan.db'}"
            first = crawl.start().wait(600)
            subprocess.run(["mount", "-o", "remount,size=400m", str(disk)], check=True)
            return _ended(crawl, first, 1)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def database_restarts(folder: Path, pages: int) -> Story:
    """Restart PostgreSQL three times in mid-crawl."""
    with Postgres() as server, CountingSite(pages) as site:
        crawl = Crawl(site, folder, server.database())
        process = crawl.start()
        for part in (1, 2, 3):
            _until_stored(crawl, part * pages // 5)
            server.stop(signal.SIGQUIT if part == 2 else signal.SIGINT)
            server.start()
        return _ended(crawl, process.wait(600), 0)


def database_stays_away(folder: Path, pages: int) -> Story:
    """Stop PostgreSQL for longer than the crawl's patience."""
    with Postgres() as server, CountingSite(pages) as site:
        crawl = Crawl(site, folder, server.database(), {"QINGYUAN_DATABASE_PATIENCE": "3"})
        process = crawl.start()
        _until_stored(crawl, pages // 4)
        server.stop()
        first = process.wait(600)
        server.start()
        return _ended(crawl, first, 1)


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:  # it has just been killed
        return False


def workers_killed(folder: Path, pages: int) -> Story:
    """Kill a worker process ten times: each costs its page a dead letter at most."""
    rng = random.Random(20261128)
    with CountingSite(pages) as site:
        crawl = Crawl(site, folder, None, {"QINGYUAN_WORKERS": "2"})
        process = crawl.start()
        kills = 0
        while kills < 10 and process.poll() is None:
            time.sleep(rng.uniform(0.1, 0.4))
            children = psutil.Process(process.pid).children(recursive=True)
            busy = [child for child in children if _is_worker(child)]
            if busy and crawl.data.exists() and _stored(crawl):
                rng.choice(busy).kill()
                kills += 1
        first = process.wait(600)
        crawl.replay_dead()
        said, problems = _ended(crawl, first, 1)
        return f"{kills} kills, {said}", problems


def connections_drop(folder: Path, pages: int) -> Story:
    """Drop every seventh connection in mid-body, the first time that a page is asked for."""
    with CountingSite(pages, drop=7) as site:
        crawl = Crawl(site, folder, None)
        first = crawl.start().wait(600)
        said, problems = _ended(crawl, first, 0)
        return f"{site.dropped} dropped, {said}", problems


STORIES: dict[str, Callable[[Path, int], Story]] = {
    "disk full": disk_full,
    "database restarts": database_restarts,
    "database stays away": database_stays_away,
    "workers killed": workers_killed,
    "connections drop": connections_drop,
}


def main(arguments: Sequence[str]) -> int:
    """Tell each story; gives 0 where nothing was lost. Options --articles, --only."""
    options = argparse.ArgumentParser(prog="python -m benchmarks storage", description=__doc__)
    options.add_argument("--articles", type=int, default=400)
    options.add_argument("--only", choices=STORIES)
    chosen = options.parse_args(arguments)
    good = True
    for name, story in STORIES.items():
        if chosen.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                said, problems = story(Path(folder), chosen.articles)
            print(f"{name}: {said}: {'; '.join(problems) or 'nothing lost, nothing twice'}")
            good = good and not problems
    return 0 if good else 1
