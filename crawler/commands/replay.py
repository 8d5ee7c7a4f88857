"""`scrapy replay ARCHIVE… | --dead`: run the stages again over kept bytes."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import Engine, select

from crawler.replay import SETTINGS, at_pointers, by_source
from crawler.state.db import DatabaseError, dead_letters, open_database
from crawler.state.paths import data_folder, database_url
from crawler.state.warc import Recorded


class Command(ScrapyCommand):
    """Exit codes as of `crawl`; 1 also when an archive could not be read to its end."""

    requires_project = True

    def syntax(self) -> str:
        """Show the arguments."""
        return "[options] ARCHIVE.warc.gz… | --dead"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Run the stages again over archived responses and write to the store"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --dead."""
        super().add_options(parser)
        parser.add_argument("--dead", action="store_true", help="replay all dead letters")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Replay; raises UsageError without input."""
        if bool(args) == opts.dead:
            raise UsageError("give archives, or --dead")
        assert self.settings is not None
        folder = data_folder(self.settings) / "archive"
        problems: list[str] = []
        try:
            engine = open_database(database_url(self.settings))
        except DatabaseError as error:
            self._fail([str(error)])
            return
        if opts.dead:
            documents = _dead(engine, folder, problems)
        else:
            documents = by_source([Path(name) for name in args], folder, problems)
        engine.dispose()
        self._crawl(documents, problems)
        count = sum(map(len, documents.values()))
        print(f"replayed {count} responses of {len(documents)} sources")
        self._fail(problems)

    def _crawl(self, documents: dict[str, list[Recorded]], problems: list[str]) -> None:
        process = self.crawler_process
        assert process is not None
        assert self.settings is not None
        crawlers = []
        self.settings.setdict(SETTINGS, priority="cmdline")
        for source, records in documents.items():
            if source not in process.spider_loader.list():
                problems.append(f"{len(records)} responses of unknown source {source!r}")
                continue
            crawler = process.create_crawler(source)
            crawlers.append(crawler)
            process.crawl(crawler, replay=records, url=records[0].url)
        if not crawlers:
            return
        process.start()
        # 3 says that a day brought too few articles, which a replay is not asked for.
        codes = [crawler.stats.get_value("run/exit_code", 1) for crawler in crawlers]
        self.exitcode = int(1 in codes)

    def _fail(self, problems: list[str]) -> None:
        for problem in problems:
            print(f"scrapy replay: {problem}", file=sys.stderr)
        if problems:
            self.exitcode = 1


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
