"""`scrapy archive [check|prune]`: what lies in the archive, if it is sound, and what may go."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import select

from crawler.archive_shown import show_pruned, show_segments
from crawler.console import console
from crawler.state.db import DatabaseError, dead_letters, open_database
from crawler.state.paths import data_folder, database_url
from crawler.state.warc import ArchiveError, read_pointer
from crawler.state.warc.recovery import segments
from crawler.state.warc.retention import plan, remove
from crawler.state.warc.survey import Segment, damages, survey

_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


class Command(ScrapyCommand):
    """Exit codes: 0 done, 1 something is damaged or could not be read or deleted, 2 usage."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Show the arguments."""
        return "[check [SEGMENT…] | prune [--older DAYS] [--keep-bytes SIZE] [--dry-run]]"

    def short_desc(self) -> str:
        """Say what it does in a line."""
        return "List the archive's segments, verify them, or delete the oldest"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the limits of a pruning."""
        super().add_options(parser)
        parser.add_argument("--older", metavar="DAYS", help="prune what is older")
        parser.add_argument(
            "--keep-bytes", metavar="SIZE", help="prune the oldest until so much is left: 500M, 20G"
        )
        parser.add_argument("--dry-run", action="store_true", help="only show what would go")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """List, check or prune; raises UsageError."""
        assert self.settings is not None
        folder = data_folder(self.settings) / "archive"
        action, *names = args or ["list"]
        if action == "check":
            self._check(folder, [_named(folder, name) for name in names] or _all(folder))
        elif action == "list" and not names:
            show_segments(self._surveyed(folder), console())
        elif action == "prune" and not names:
            self._prune(folder, opts)
        else:
            raise UsageError(f"scrapy archive {self.syntax()}")

    def _check(self, folder: Path, paths: Iterable[Path]) -> None:
        checked = 0
        for path in paths:
            try:
                for offset, reason in damages(folder, path):
                    self._fail(f"{path}, offset {offset}: {reason}")
            except OSError as error:
                self._fail(f"{path}: {error.strerror or error}")
            checked += 1
        print(f"{checked} segments checked, {'damaged' if self.exitcode else 'sound'}")

    def _prune(self, folder: Path, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        days = _days(opts.older or self.settings["QINGYUAN_ARCHIVE_DAYS"])
        size = _size(opts.keep_bytes or self.settings["QINGYUAN_ARCHIVE_BYTES"])
        if not days and not size:
            raise UsageError("give --older DAYS or --keep-bytes SIZE: nothing says what may go")
        try:
            needed = self._waiting(folder)
        except DatabaseError as error:  # who may need what cannot be told
            self._fail(str(error))
            return
        before = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" if days else ""
        found = self._surveyed(folder)
        if self.exitcode:
            return
        chosen = plan(found, needed, before=before, keep_bytes=size)
        done = remove(folder, chosen, found, dry_run=opts.dry_run)
        left = sum(segment.size for segment in found) - sum(segment.size for segment in done.gone)
        show_pruned(done, left, size, opts.dry_run, console())

    def _surveyed(self, folder: Path) -> list[Segment]:
        found = []
        for path in _all(folder):
            try:
                found.append(survey(folder, path))
            except OSError as error:
                self._fail(f"{path}: {error.strerror or error}")
        return found

    def _waiting(self, folder: Path) -> dict[str, str]:
        """Name the segments that dead letters not yet replayed need; raises DatabaseError."""
        assert self.settings is not None
        engine = open_database(database_url(self.settings))
        with engine.connect().execution_options(reading=True) as connection:
            letters = connection.execute(
                select(dead_letters.c.id, dead_letters.c.archive).where(
                    dead_letters.c.replayed_at.is_(None), dead_letters.c.archive != ""
                )
            ).all()
        engine.dispose()
        return {
            pointer.rpartition("#")[0]: f"dead letter {letter.id} is not yet replayed"
            for letter in letters
            for pointer in (letter.archive, *_parts(folder, letter.archive))
        }

    def _fail(self, problem: str) -> None:
        print(f"scrapy archive: {problem}", file=sys.stderr)
        self.exitcode = 1


def _named(folder: Path, name: str) -> Path:
    """Give the segment of a path, or of a name as the list shows it."""
    path = Path(name)
    return path if path.exists() or not (folder / name).exists() else folder / name


def _all(folder: Path) -> list[Path]:
    """Give every segment of the archive, source by source."""
    rooms = sorted(path for path in folder.glob("*") if path.is_dir())
    return [path for room in rooms for path in segments(room)]


def _parts(folder: Path, pointer: str) -> list[str]:
    """Give the pointers to the earlier pages of an article that a response ends."""
    try:
        parts = json.loads(read_pointer(folder, pointer).cb_kwargs).get("parts") or []
    except (ArchiveError, ValueError, AttributeError):
        return []
    return [part for part in parts if isinstance(part, str)]


def _days(value: object) -> float:
    try:
        days = float(str(value or 0))
    except ValueError as error:
        raise UsageError(f"not a number of days: {value!r}", print_help=False) from error
    if not 0 <= days < 100_000:
        raise UsageError(f"not a number of days: {value!r}", print_help=False)
    return days


def _size(value: object) -> int:
    """Read a size in bytes, with K, M, G or T for powers of 1024."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", str(value or 0), re.I)
    if not found:
        raise UsageError(f"not a size: {value!r}, write 500M or 20G", print_help=False)
    return int(float(found[1]) * 1024 ** _UNITS[found[2].upper()])
