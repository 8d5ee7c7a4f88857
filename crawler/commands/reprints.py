"""`scrapy reprints SOURCE|ADDRESS`: the copies of a story, and what differs between them."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.state.copies import copies_of, stories_of
from crawler.state.db import DatabaseError, open_database
from crawler.state.paths import database_url


class Command(ScrapyCommand):
    """Exit codes: 0 copies were shown, 1 none are known, 2 usage."""

    requires_project = True
    default_settings = {"LOG_LEVEL": "ERROR"}  # noqa: RUF012 - as Scrapy declares it

    def syntax(self) -> str:
        """Show the arguments."""
        return "SOURCE|ADDRESS [ADDRESS]"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Show the copies of a story, and two of them side by side"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show a source's stories with copies, or one story's; raises UsageError."""
        if not 1 <= len(args) <= 2:
            raise UsageError("name a source, or one or two addresses of articles")
        assert self.settings is not None
        from rich.console import Console
        from rich.markup import escape

        from crawler.copies_shown import show_copies, show_stories

        console = Console(soft_wrap=True)
        try:
            engine = open_database(database_url(self.settings))
        except DatabaseError as error:
            console.print(f"scrapy reprints: {escape(str(error))}", style="red")
            self.exitcode = 1
            return
        with engine.connect() as connection:
            if "://" not in args[0]:
                self.exitcode = show_stories(args[0], stories_of(connection, args[0]), console)
            else:
                self.exitcode = show_copies(args, copies_of(connection, args[0]), console)
        engine.dispose()
