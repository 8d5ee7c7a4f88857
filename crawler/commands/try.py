"""`scrapy try URL|FILE`: every stage of one page, shown."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response

from crawler.fetch.once import fetch
from crawler.redact import redact
from crawler.state.paths import data_folder

if TYPE_CHECKING:
    from crawler.refinery import Document


class Command(ScrapyCommand):
    """Exit codes: 0 an article, 1 none or not readable, 2 usage."""

    requires_project = True
    default_settings = {"LOG_LEVEL": "ERROR"}  # noqa: RUF012 - as Scrapy declares it

    def syntax(self) -> str:
        """Show the arguments."""
        return "URL|FILE"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "Show what every stage makes of one page"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Try one page; raises UsageError."""
        if len(args) != 1:
            raise UsageError("name one URL or file")
        assert self.settings is not None
        from rich.console import Console
        from rich.markup import escape

        from crawler.trial import show

        console = Console(soft_wrap=True)
        problems: list[str] = []
        document = (
            self._fetched(args[0], problems) if _is_url(args[0]) else _read(args[0], problems)
        )
        for problem in problems:
            console.print(f"scrapy try: {escape(redact(problem))}", style="red")
        if document is None or document.problem:
            self.exitcode = 1
            return
        self.exitcode = show(document, data_folder(self.settings), console)

    def _fetched(self, url: str, problems: list[str]) -> Document | None:
        assert self.crawler_process is not None
        found = fetch(self.crawler_process, [url])[url]
        if not isinstance(found, Response):
            problems.append(f"{url}: {found}")
            return None
        if found.status != 200:
            problems.append(f"{found.url}: HTTP status {found.status}")
        from crawler.refinery import Document

        declared = found.headers.get("Content-Type")
        return Document(
            found.url,
            body=found.body,
            content_type=declared.decode("latin-1") if declared else None,
        )


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _read(name: str, problems: list[str]) -> Document | None:
    from crawler.refinery import documents

    found = next(documents(Path(name), problems.append), None)
    if found is not None and found.problem:
        problems.append(found.problem)
    return found
