"""`make demo`: five replica sites on this machine, crawled end to end in every layout."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from sqlalchemy import Engine, select

from crawler.fetch.guard import GuardedResolver
from crawler.report import Counts, print_table
from crawler.state.db import articles, open_database, quarantine, runs

SOURCES = ("qcdy", "jszhaobiao", "guanchajia", "fuwufensi", "kuaixun")
ROOT = Path(__file__).resolve().parent.parent
PORT_VARIABLE = "QINGYUAN_DEMO_PORT"
AT_ONCE = 2


class DemoResolver(GuardedResolver):
    """Resolves every name to the demo's server; the guard still judges that address."""

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, *_: Any, **__: Any) -> Any:  # noqa: N802, N803 - Twisted's names
        """Answer with the loopback address and the port of the demo's server."""
        from twisted.internet.address import IPv4Address

        address = IPv4Address("TCP", "127.0.0.1", int(os.environ[PORT_VARIABLE]))
        return self.answer(resolutionReceiver, hostName, [address])


# All that the demo sets otherwise than a user's run: the resolver, the allowed address, the delay.
SETTINGS = {
    "TWISTED_DNS_RESOLVER": "crawler.demo.DemoResolver",
    "QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32",
    "DOWNLOAD_DELAY": "0",
}


@dataclass(frozen=True, slots=True)
class Finished:
    """How the crawl of one source ended."""

    source: str
    exit_code: int
    log: Path


def crawl(source: str, data: Path, port: int) -> Finished:
    """Crawl one source as a user would, in a process of its own."""
    log = data / f"{source}.log"
    environment = {**os.environ, "QINGYUAN_DATA": str(data), PORT_VARIABLE: str(port)}
    environment.pop("QINGYUAN_DATABASE_URL", None)
    settings = [word for name, value in SETTINGS.items() for word in ("-s", f"{name}={value}")]
    with log.open("wb") as output:
        code = subprocess.run(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-m", "scrapy", "crawl", source, *settings],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    return Finished(source, code, log)


def crawl_layout(layout: str | int, data: Path, console: Console) -> list[str]:
    """Crawl the five sources in one layout and give what is wrong with the result, in words."""
    from tests.web import WebServer

    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    with WebServer(dict.fromkeys(SOURCES, layout)) as server, ThreadPoolExecutor(AT_ONCE) as pool:
        ended = []
        for finished in pool.map(lambda source: crawl(source, data, server.port), SOURCES):
            ended.append(finished)
            console.print(f"  {layout}: {finished.source} crawled, exit {finished.exit_code}")
    engine = open_database(f"sqlite:///{data / 'qingyuan.db'}")
    print_table(_rows(engine, ended), console)
    problems = [f"{f.source}: exit code {f.exit_code}, see {f.log}" for f in ended if f.exit_code]
    problems += [problem for source in SOURCES for problem in _lost(engine, source, layout)]
    engine.dispose()
    return problems


def _rows(engine: Engine, ended: Sequence[Finished]) -> list[tuple[str, Counts, str]]:
    with engine.begin() as connection:
        found = {row.source: row for row in connection.execute(select(runs)).all()}
    rows: list[tuple[str, Counts, str]] = []
    for finished in ended:
        run = found.get(finished.source)
        counts = dict(run.outcomes or {}) if run else {}
        counts["reprints"] = counts.pop("reprint", 0)
        rows.append((finished.source, counts, run.status if run else "no run record"))
    return rows


def _lost(engine: Engine, source: str, layout: str | int) -> list[str]:
    """Compare the store with what the replica holds."""
    from tests.web import truth

    with engine.begin() as connection:
        here = articles.c.source == source
        stored = connection.execute(select(articles.c.url, articles.c.text).where(here)).all()
        rejected = set(connection.scalars(select(quarantine.c.url)).all())
    urls = [row.url for row in stored]
    texts = {row.url: row.text for row in stored}
    problems = [f"{source}: stored twice: {url}" for url in set(urls) if urls.count(url) > 1]
    for page in truth(source, layout):
        if page.state == "article" and page.url not in texts and page.url not in rejected:
            problems.append(f"{source}: lost: {page.url}")
        elif page.state == "article" and page.genuine and texts.get(page.url) != page.text:
            problems.append(f"{source}: genuine text changed: {page.url}")
        elif page.state == "forbidden" and page.url in texts:
            problems.append(f"{source}: robots.txt forbids {page.url}")
    return problems


def show_before_after(data: Path, layout: str | int, console: Console) -> None:
    """Show the first lines of one spun page as sent and as stored."""
    from tests.web import build, truth

    page = next(p for p in truth("qcdy", layout) if p.spun and p.state == "article")
    path = page.url.partition("www.qcdy.com")[2]
    sent = build("qcdy", layout)[path].body.decode("gb18030", "replace")
    start = max(0, sent.find("(") - 40)
    engine = open_database(f"sqlite:///{data / 'qingyuan.db'}")
    with engine.begin() as connection:
        after = connection.scalar(select(articles.c.text).where(articles.c.url == page.url))
    engine.dispose()
    console.rule(f"before: {page.url}")
    console.print(escape(sent[start : start + 300]))
    console.rule("after")
    console.print(escape((after or "")[:200]))


def main() -> int:
    """Run the demo; gives 0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m crawler.demo", description=__doc__)
    parser.add_argument("--layouts", nargs="*", help="table, modern, or a number to draw one from")
    parser.add_argument("--data", type=Path, default=Path("data/demo"), help="where it stores")
    options = parser.parse_args()
    console = Console()
    if not (ROOT / "tests" / "web").is_dir():
        console.print("the demo needs a checkout: its replica sites lie in tests/web")
        return 2
    drawn = int(time.time()) % 100_000
    layouts = [
        int(x) if x.isdigit() else x for x in options.layouts or ("table", "modern", str(drawn))
    ]
    started, problems = time.monotonic(), []
    for layout in layouts:
        console.rule(f"layout {layout}")
        problems += crawl_layout(layout, options.data / str(layout), console)
    last = options.data / str(layouts[-1])
    show_before_after(last, layouts[-1], console)
    console.rule()
    console.print(f"articles   {last / 'qingyuan.db'} (table articles)")
    console.print(f"archive    {last / 'archive'}")
    console.print(f"logs       {last}/*.log")
    console.print(
        f"try a page .venv/bin/scrapy try {next(last.glob('archive/qcdy/*.warc.gz'), '')}"
    )
    for problem in problems:
        console.print(problem, style="red")
    taken = time.monotonic() - started
    console.print(f"{'nothing lost' if not problems else 'NOT GOOD'}, {taken:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
