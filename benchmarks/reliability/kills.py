"""Kills a crawl again and again, and counts what is lost, stored twice or fetched again."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, func, select, text

from benchmarks.reliability.killed import POINTS
from benchmarks.reliability.site import CountingSite
from benchmarks.server import ROOT
from crawler.state.db import articles, frontier, open_database
from tests.postgres import Postgres

CONCURRENT = 8
SETTINGS = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "CONCURRENT_REQUESTS": str(CONCURRENT),
    "CONCURRENT_REQUESTS_PER_DOMAIN": str(CONCURRENT),
    "QINGYUAN_ALLOW_ADDRESSES": "127.0.0.0/8",
    "QINGYUAN_WORKERS": "0",
    "LOG_LEVEL": "ERROR",
}


@dataclass
class Result:
    """What the kills did: leases held at all of them together, and pages fetched again."""

    kills: int = 0
    idle: int = 0
    """Kills that came too late: the crawl had ended."""
    held: int = 0
    refetched: int = 0
    problems: list[str] = field(default_factory=list)


class Crawl:
    """Crawls of one site into one data folder, some of them killed."""

    def __init__(
        self,
        site: CountingSite,
        folder: Path,
        database_url: str | None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.site, self.folder, self.settings = site, folder, SETTINGS | dict(settings or {})
        self.data = folder / "data"
        self.url = database_url or f"sqlite:///{self.data / 'qingyuan.db'}"
        self.seeds = folder / "seeds.txt"
        self.seeds.write_text("\n".join(site.start_urls()))
        self.engine: Engine | None = None

    def words(self) -> list[str]:
        """Give the words of the command."""
        return ["crawl", "site", "-a", f"seeds={self.seeds}", *self._options()]

    def _options(self) -> list[str]:
        values = self.settings | {"QINGYUAN_DATABASE_URL": self.url}
        return [word for name, value in values.items() for word in ("-s", f"{name}={value}")]

    def start(self, *before: str) -> subprocess.Popen[bytes]:
        """Start a crawl, in a process group of its own."""
        module = ["-m", "benchmarks.reliability.killed", *before] if before else ["-m", "scrapy"]
        return self._run([*module, *self.words()])

    def replay_dead(self) -> int:
        """Replay the dead letters; gives the exit code."""
        return self._run(["-m", "scrapy", "replay", "--dead", *self._options()]).wait(600)

    def _run(self, words: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env={**os.environ, "QINGYUAN_DATA": str(self.data)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def held(self, pid: int | None = None) -> int:
        """Count the leases, all or those of one process."""
        self.engine = self.engine or open_database(self.url)
        with self.engine.connect().execution_options(reading=True) as connection:
            wanted = select(func.count()).where(frontier.c.status == "leased")
            if pid is not None:
                wanted = wanted.where(frontier.c.owner.contains(f"-{pid}-"))
            return connection.scalar(wanted) or 0

    def verdict(self) -> list[str]:
        """Say what is missing or stored twice."""
        assert self.engine is not None
        with self.engine.connect().execution_options(reading=True) as connection:
            rows = Counter(connection.scalars(select(articles.c.url)).all())
            counted = connection.execute(
                text("SELECT status, count(*) FROM frontier GROUP BY status")
            )
            states = {str(status): int(n) for status, n in counted}
        wanted = self.site.article_urls()
        missing, twice = wanted - set(rows), [url for url, n in rows.items() if n > 1]
        found = [f"{len(missing)} articles lost: {sorted(missing)[:3]}"] if missing else []
        found += [f"{len(twice)} articles stored twice: {twice[:3]}"] if twice else []
        left = {s: n for s, n in states.items() if s in ("due", "leased", "failed")}
        return found + ([f"left in the frontier: {left}"] if left else [])


def _fetched(site: CountingSite) -> Counter[str]:
    with site.lock:
        return Counter({u: n for u, n in site.asked.items() if not u.endswith("/robots.txt")})


def kill_at_random(crawl: Crawl, kills: int, workers: int, rng: random.Random) -> Result:
    """Kill one of the workers at a random moment at which leases are held, then start another."""
    result = Result()
    running = [crawl.start() for _ in range(workers)]
    while result.kills < kills:
        time.sleep(rng.uniform(0.02, 0.6))
        victim = rng.choice(running)
        if victim.poll() is not None:
            result.idle += 1
            running.remove(victim)
            running.append(crawl.start())
            if result.idle > kills:
                result.problems.append("the crawl ended before it could be killed")
                break
            continue
        held = crawl.held(victim.pid) if crawl.data.exists() else 0
        if not held:
            continue
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        result.kills += 1
        result.held += held
        running.remove(victim)
        running.append(crawl.start())
    for process in running:
        process.wait(600)
    _finish(result, crawl)
    return result


def kill_at_boundaries(crawl: Crawl, counts: Sequence[int]) -> Result:
    """Kill the crawl at every boundary, for the n-th time that it comes there."""
    result = Result()
    for point in POINTS:
        for count in counts:
            code = crawl.start(point, str(count)).wait(600)
            if code == -signal.SIGKILL:
                result.kills += 1
                result.held += crawl.held()
            else:
                result.idle += 1
    _finish(result, crawl)
    return result


def _finish(result: Result, crawl: Crawl) -> None:
    for _ in range(3):
        code = crawl.start().wait(900)
        if code == 0:
            break
    else:
        result.problems.append(f"the last crawl ended with {code}")
    fetched = _fetched(crawl.site)
    pages = {url: n for url, n in fetched.items() if "/2026/" in url}
    result.refetched = sum(n - 1 for n in pages.values())
    if result.refetched > result.held:
        result.problems.append("more was fetched again than had been leased")
    result.problems += crawl.verdict()


def main(arguments: Sequence[str]) -> int:
    """Run the kills; gives 0 where nothing was lost. Options --sqlite, --postgres, --counts."""
    options = argparse.ArgumentParser(prog="python -m benchmarks kills", description=__doc__)
    options.add_argument("--sqlite", type=int, default=100, help="kills of a crawl with SQLite")
    options.add_argument("--postgres", type=int, default=30, help="kills among three workers")
    options.add_argument("--counts", default="1,2,5,13,34", help="at each boundary, which times")
    options.add_argument("--articles", type=int, default=3000)
    options.add_argument("--seed", type=int, default=20261128)
    chosen = options.parse_args(arguments)
    rng = random.Random(chosen.seed)
    counts = [int(n) for n in chosen.counts.split(",") if n]
    passed = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(Postgres()) if chosen.postgres else None
        runs: list[tuple[str, int, str | None, int]] = [
            ("boundaries, SQLite", 1, None, 0),
            ("random, SQLite", 1, None, chosen.sqlite),
        ]
        if postgres is not None:
            runs.append(("random, PostgreSQL, 3 workers", 3, postgres.database(), chosen.postgres))
        for number, (name, workers, url, kills) in enumerate(runs):
            if (not counts and not kills) or (number == 1 and not kills):
                continue
            own = folder / str(number)
            own.mkdir()
            with CountingSite(chosen.articles // workers, workers) as site:
                crawl = Crawl(site, own, url)
                if kills:
                    result = kill_at_random(crawl, kills, workers, rng)
                else:
                    result = kill_at_boundaries(crawl, counts)
                if crawl.engine is not None:
                    crawl.engine.dispose()
            print(
                f"{name}: {result.kills} kills, {result.held} leases held at them "
                f"(at most {2 * CONCURRENT} each), {result.refetched} pages fetched again; "
                + ("; ".join(result.problems) or "nothing lost, nothing twice"),
                flush=True,
            )
            passed = passed and not result.problems
    return 0 if passed else 1
