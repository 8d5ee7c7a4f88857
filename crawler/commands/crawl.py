"""`scrapy crawl SOURCE`: Scrapy's own command with checks before and an honest exit code after."""

from __future__ import annotations

import argparse
import difflib

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from crawler.run import Run
from crawler.seeds import SeedError
from crawler.state.db import DatabaseError, open_database
from crawler.state.owner import Owner
from crawler.state.paths import data_folder, database_url


class Command(ScrapyCrawl):
    """Exit codes: 0 good, 1 failed, 2 usage, 3 finished below expectation."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --full."""
        super().add_options(parser)
        parser.add_argument(
            "--full", action="store_true", help="read everything again, known or not"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl one source; raises UsageError for what the user can mend."""
        if len(args) != 1:
            raise UsageError("name one source; `scrapy list` shows them")
        process = self.crawler_process
        assert process is not None
        assert self.settings is not None
        name = args[0]
        if opts.full:
            opts.spargs["full"] = "1"
        if name not in (known := process.spider_loader.list()):
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
            raise UsageError(f"unknown source {name!r}; {hint}", print_help=False)
        try:
            process.spider_loader.load(name)(**opts.spargs)
            open_database(database_url(self.settings)).dispose()
            Owner(data_folder(self.settings)).close()  # names a folder that cannot be written
        except (SeedError, TypeError) as error:
            raise UsageError(str(error), print_help=False) from error
        except DatabaseError as error:
            print(f"scrapy crawl: {error}")
            self.exitcode = 1
            return
        crawler = self._create_crawler(name)
        process.crawl(crawler, **opts.spargs)
        process.start()
        if process.bootstrap_failed:
            self.exitcode = 1
        elif crawler.get_extension(Run) is not None:
            self.exitcode = crawler.stats.get_value("run/exit_code", 1)
