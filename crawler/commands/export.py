"""`scrapy export -O FOLDER`: the store as files, one a source and day."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import Connection

from crawler.export import ExportError, Wanted, export, sources_of
from crawler.export_formats import FORMATS, FormatError, require
from crawler.state.db import DatabaseError
from crawler.state.paths import database_url
from crawler.state.reading import open_snapshot


class Command(ScrapyCommand):
    """Exit codes: 0 good (also where nothing matches), 1 failed, 2 usage."""

    requires_project = True
    default_settings = {"LOG_LEVEL": "ERROR"}  # noqa: RUF012 - as Scrapy declares it

    def syntax(self) -> str:
        """Show the arguments."""
        return "-O FOLDER [--format jsonl.zst|csv|parquet] [--source NAME] [--since DAY]"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Export stored articles, one file a source and day; goes on where it was stopped"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add folder, format and choice of rows."""
        super().add_options(parser)
        parser.add_argument("-O", "--output", metavar="FOLDER", help="the folder to write into")
        parser.add_argument("--format", choices=list(FORMATS), default="jsonl.zst")
        parser.add_argument(
            "--source", action="append", metavar="NAME", help="only this one; may be repeated"
        )
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="the first day")
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="the last day")
        parser.add_argument(
            "--by",
            choices=("published", "stored"),
            default="published",
            help="which day counts: of publication (China's), or of storing (UTC)",
        )
        parser.add_argument(
            "--all-versions", action="store_true", help="former versions of an article, too"
        )
        parser.add_argument(
            "--no-reprints", action="store_true", help="the best copy of each story only"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Export; raises UsageError for what the user can mend."""
        assert self.settings is not None
        if args or not opts.output:
            raise UsageError("give the folder as -O FOLDER")
        since, until = _day("--since", opts.since), _day("--until", opts.until)
        if since and until and since > until:
            raise UsageError(f"--since {since} is after --until {until}", print_help=False)
        counts: Counter[str] = Counter()
        try:
            require(opts.format)
            with open_snapshot(database_url(self.settings)) as connection:
                wanted = Wanted(
                    self._sources(connection, opts.source),
                    since,
                    until,
                    opts.by,
                    opts.all_versions,
                    not opts.no_reprints,
                )
                for done in export(connection, wanted, opts.format, Path(opts.output)):
                    counts[done.outcome] += 1
                    counts["rows"] += done.rows if done.outcome != "removed" else 0
                    if done.outcome != "unchanged":
                        line = f"{done.outcome} {opts.output}/{done.path}: {done.rows} rows"
                        print(line, flush=True)
        except (DatabaseError, ExportError, FormatError) as error:
            print(f"scrapy export: {error}", file=sys.stderr)
            self.exitcode = 1
            return
        print(
            f"{counts['rows']} rows in {counts['written'] + counts['unchanged']} files: "
            f"{counts['written']} written, {counts['unchanged']} unchanged, "
            f"{counts['removed']} removed -> {opts.output}"
        )

    def _sources(self, connection: Connection, names: list[str] | None) -> list[str]:
        if not names:
            return []
        process = self.crawler_process
        assert process is not None
        known = sorted({*sources_of(connection), *process.spider_loader.list()})
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=3)
                hint = (
                    f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
                )
                raise UsageError(f"unknown source {name!r}; {hint}", print_help=False)
        return list(dict.fromkeys(names))


def _day(option: str, value: str | None) -> str:
    if not value:
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        message = f"{option} takes a day as 2026-11-30, not {value!r}: {error}"
        raise UsageError(message, print_help=False) from error
