"""`scrapy record SOURCE URL…`: pages and what they must give, as offline tests."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response

from crawler.fetch.once import fetch
from crawler.fetch.render import browser_meta
from crawler.redact import redact


class Command(ScrapyCommand):
    """Exit codes: 0 all recorded, 1 some not, 2 usage."""

    requires_project = True
    default_settings = {"LOG_LEVEL": "ERROR"}  # noqa: RUF012 - as Scrapy declares it

    def syntax(self) -> str:
        """Show the arguments."""
        return "SOURCE URL… [--list] [--into FOLDER]"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Record pages of a source as fixtures for its offline tests"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add kind and folder."""
        super().add_options(parser)
        parser.add_argument(
            "--list", action="store_true", help="the URLs are what the source starts from"
        )
        parser.add_argument("--into", default="tests/fixtures", help="folder of the fixtures")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Record; raises UsageError."""
        from crawler.fixtures import Fixture, fixture_name, save

        process = self.crawler_process
        assert process is not None
        if len(args) < 2:
            raise UsageError("name a source and at least one URL")
        source, *urls = args
        if source not in (known := process.spider_loader.list()):
            near = difflib.get_close_matches(source, known, n=3) or known
            raise UsageError(f"unknown source {source!r}; did you mean {', '.join(near)}?")
        spider: Any = process.spider_loader.load(source)
        callback = "parse" if opts.list else "parse_article"
        meta = browser_meta() if spider.render == "browser" else {}
        for url, found in fetch(process, urls, spider.custom_settings, meta).items():
            if not isinstance(found, Response):
                print(redact(f"scrapy record: {url}: {found}"), file=sys.stderr)
                self.exitcode = 1
                continue
            folder = Path(opts.into) / source / fixture_name(found.url)
            save(folder, Fixture.of(spider, found, callback))
            print(f"{folder}")
