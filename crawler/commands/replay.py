"""`scrapy replay ARCHIVE… | --dead`: run the stages again over kept bytes."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import Engine, select

from crawler.compare import Changes
from crawler.compare_shown import show_changes
from crawler.console import console
from crawler.replay import SETTINGS, at_pointers, by_source, scratch
from crawler.replayed import Comparison
from crawler.state.db import DatabaseError, dead_letters, open_database
from crawler.state.owner import Owner
from crawler.state.paths import data_folder, database_url
from crawler.state.warc import Recorded
from crawler.state.warc.recovery import mend


class Command(ScrapyCommand):
    """Exit codes as of `crawl`; 1 also when an archive could not be read to its end."""

    requires_project = True

    def syntax(self) -> str:
        """Show the arguments."""
        return "[--dry-run] [--examples N] ARCHIVE.warc.gz… | --dead"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Run the stages again over archived responses and write to the store"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what is replayed and how much is shown."""
        super().add_options(parser)
        parser.add_argument("--dead", action="store_true", help="replay all dead letters")
        parser.add_argument(
            "--dry-run", action="store_true", help="compare with the store and write nothing"
        )
        parser.add_argument(
            "--examples", type=int, default=3, metavar="N", help="show up to N changes a field"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Replay, and print what changed; raises UsageError without input."""
        if bool(args) == opts.dead:
            raise UsageError("give archives, or --dead")
        if opts.examples < 0:
            raise UsageError("--examples takes 0 or more", print_help=False)
        assert self.settings is not None
        data = data_folder(self.settings)
        folder = data / "archive"
        problems: list[str] = []
        try:
            engine = open_database(database_url(self.settings))
            if not opts.dry_run:
                Owner(data).close()  # names a folder that cannot be written
        except DatabaseError as error:
            self._fail([str(error)])
            return
        if opts.dead:
            documents = _dead(engine, folder, problems)
        else:
            paths = [Path(name) for name in args]
            if not opts.dry_run:
                _mend(paths, folder)
            documents = by_source(paths, folder, problems)
        comparison = Comparison(engine, Changes(opts.examples))
        with ExitStack() as stack:
            settings = stack.enter_context(scratch(data)) if opts.dry_run else {}
            self.settings.setdict(SETTINGS | settings, priority="cmdline")
            self._crawl(documents, comparison, problems)
        engine.dispose()
        show_changes(comparison.changes, console())
        count = sum(map(len, documents.values()))
        done = "compared, nothing written:" if opts.dry_run else "replayed"
        print(f"{done} {count} responses of {len(documents)} sources")
        self._fail(problems)

    def _crawl(
        self,
        documents: dict[str, list[Recorded]],
        comparison: Comparison,
        problems: list[str],
    ) -> None:
        process = self.crawler_process
        assert process is not None
        crawlers = []
        for source, records in documents.items():
            if source not in process.spider_loader.list():
                problems.append(f"{len(records)} responses of unknown source {source!r}")
                continue
            crawler = process.create_crawler(source)
            crawlers.append(crawler)
            process.crawl(crawler, replay=records, url=records[0].url, comparison=comparison)
        if not crawlers:
            return
        process.start()
        # 3 says that a day brought too few articles, which a replay is not asked for.
        self.exitcode = int(
            process.bootstrap_failed
            or any(crawler.stats.get_value("run/exit_code", 1) == 1 for crawler in crawlers)
        )

    def _fail(self, problems: list[str]) -> None:
        for problem in problems:
            print(f"scrapy replay: {problem}", file=sys.stderr)
        if problems:
            self.exitcode = 1


def _mend(paths: Iterable[Path], folder: Path) -> None:
    """Mend what killed runs left of our own segments; another's file is not ours to cut."""
    for path in paths:
        if path.resolve().is_relative_to(folder.resolve()):
            with suppress(OSError):  # told when it is read
                if line := mend(path):
                    print(line)


def _dead(engine: Engine, folder: Path, problems: list[str]) -> dict[str, list[Recorded]]:
    documents: dict[str, list[Recorded]] = defaultdict(list)
    with engine.begin() as connection:
        rows = connection.execute(
            select(dead_letters).where(dead_letters.c.replayed_at.is_(None))
        ).all()
    pointers: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.archive:
            pointers[row.source].append(row.archive)
        else:
            problems.append(f"dead letter {row.id} of {row.url} has no archived response")
    for source, wanted in pointers.items():
        documents[source] = list(at_pointers(folder, wanted, problems))
    return {source: records for source, records in documents.items() if records}
