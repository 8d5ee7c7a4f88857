"""`scrapy reprints`: the copies of a story, what differs between them, a person's word on it."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.state.copies import copies_of, key_of, stories_of
from crawler.state.db import DatabaseError, open_database
from crawler.state.paths import data_folder, database_url

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Engine

DECISIONS = {"split": True, "merge": False}  # whether the two are apart


class Command(ScrapyCommand):
    """Exit codes: 0 done, 1 no copies are known, 2 usage, or an address to decide on is unknown."""

    requires_project = True
    default_settings = {"LOG_LEVEL": "ERROR"}  # noqa: RUF012 - as Scrapy declares it

    def syntax(self) -> str:
        """Show the arguments."""
        return "SOURCE|ADDRESS [ADDRESS] | split ADDRESS ADDRESS | merge ADDRESS ADDRESS"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Show the copies of a story, and two of them side by side; split or merge them"

    def long_desc(self) -> str:
        """Say what it does."""
        return (
            "With a source: its stories that have copies. With an address: the story's copies, the "
            "best one in front, and what differs between it and the one asked about, or between "
            "two. `split` says that two articles are no copies of one story, `merge` that they "
            "are; both stay so until the other is said of the same two."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the name of who decides."""
        super().add_options(parser)
        parser.add_argument("--who", metavar="NAME", help="who decides on split or merge")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show or decide; raises UsageError."""
        deciding = len(args) == 3 and args[0] in DECISIONS
        if not deciding and (not 1 <= len(args) <= 2 or args[0] in DECISIONS):
            raise UsageError("name a source, or one or two addresses of articles")
        assert self.settings is not None
        from rich.console import Console
        from rich.markup import escape

        console = Console(soft_wrap=True)
        try:
            engine = open_database(database_url(self.settings))
        except DatabaseError as error:
            console.print(f"scrapy reprints: {escape(str(error))}", style="red")
            self.exitcode = 1
            return
        if deciding:
            self.exitcode = self._decide(args, opts.who, engine, console)
        else:
            self.exitcode = _show(args, engine, console)
        engine.dispose()

    def _decide(self, args: list[str], who: str | None, engine: Engine, console: Console) -> int:
        from rich.markup import escape

        from crawler.copies_shown import show_copies
        from crawler.state.decisions import stored_clusters
        from crawler.state.election import decide
        from pipelines.dedup import IndexFileError, ReprintIndex

        assert self.settings is not None
        path = data_folder(self.settings) / "reprints.db"
        word, *addresses = args
        with ExitStack() as stack:
            connection = stack.enter_context(engine.begin())
            keys = [key_of(connection, address) for address in addresses]
            one, other = keys
            if one is None or other is None:
                for address in (a for a, key in zip(addresses, keys, strict=True) if key is None):
                    console.print(
                        f"scrapy reprints: no article is stored under {escape(address)}",
                        style="red",
                    )
                return 2
            if one == other:
                console.print(f"scrapy reprints: {escape(one)} is one article", style="red")
                return 2
            cluster = stored_clusters(connection)
            if path.exists():
                try:
                    cluster = stack.enter_context(ReprintIndex(path)).cluster
                except IndexFileError as error:
                    console.print(f"{escape(str(error))}; the next crawl makes it anew")
            decide(connection, one, other, apart=DECISIONS[word], cluster=cluster, who=who)
            for key in [one, other] if DECISIONS[word] else [one]:
                show_copies([key], copies_of(connection, key), console, side_by_side=False)
        return 0


def _show(args: list[str], engine: Engine, console: Console) -> int:
    from crawler.copies_shown import show_copies, show_stories

    with engine.connect() as connection:
        if "://" not in args[0]:
            return show_stories(args[0], stories_of(connection, args[0]), console)
        keys = [key_of(connection, address) or address for address in args]
        return show_copies(keys, copies_of(connection, keys[0]), console)
