"""`scrapy runs [SOURCE]`: how the latest runs went, killed ones included."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import Connection, select

from crawler.state.db import DatabaseError, open_database, runs
from crawler.state.owner import Owner
from crawler.state.paths import data_folder, database_url
from crawler.state.runs import mark_interrupted


class Command(ScrapyCommand):
    """Exit codes: 0 runs were shown, 1 there are none, 2 usage."""

    requires_project = True
    default_settings = {"LOG_LEVEL": "ERROR"}  # noqa: RUF012 - as Scrapy declares it

    def syntax(self) -> str:
        """Show the arguments."""
        return "[SOURCE]"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Show how the latest runs went"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --last."""
        super().add_options(parser)
        parser.add_argument("--last", type=int, default=20, help="how many, 20 by default")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print a row a run, the newest last; raises UsageError."""
        if len(args) > 1:
            raise UsageError("name one source, or none")
        if opts.last < 1:
            raise UsageError(f"--last takes 1 or more, not {opts.last}", print_help=False)
        assert self.settings is not None
        try:
            engine = open_database(database_url(self.settings))
            owner = Owner(data_folder(self.settings))
        except DatabaseError as error:
            print(f"scrapy runs: {error}")
            self.exitcode = 1
            return
        with engine.begin() as connection:
            mark_interrupted(connection, owner.is_dead)
            count = _show(connection, args[0] if args else None, opts.last)
        owner.close()
        engine.dispose()
        self.exitcode = 0 if count else 1


def _show(connection: Connection, source: str | None, last: int) -> int:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    wanted = select(runs).order_by(runs.c.id.desc()).limit(last)
    if source is not None:
        wanted = wanted.where(runs.c.source == source)
    rows = connection.execute(wanted).all()
    table = Table()
    for name in ("run", "source", "started", "ended", "status", "exit", "outcomes", "reasons"):
        table.add_column(name)
    for row in reversed(rows):
        outcomes = ", ".join(f"{name} {n}" for name, n in (row.outcomes or {}).items() if n)
        cells = [row.id, row.source, row.started_at, row.ended_at or "", row.status]
        cells += ["" if row.exit_code is None else row.exit_code, outcomes]
        table.add_row(*map(escape, map(str, [*cells, "; ".join(row.reasons or [])])))
    Console(soft_wrap=True).print(table if rows else "no runs yet")
    return len(rows)
