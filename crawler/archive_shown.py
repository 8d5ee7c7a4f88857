"""What people read of the archive: its segments, and what a pruning took."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from crawler.state.warc.retention import Plan
from crawler.state.warc.survey import Segment


def show_segments(segments: Iterable[Segment], out: Console) -> None:
    """Print a row a segment and their sums."""
    table = Table(show_footer=True)
    rows = list(segments)
    responses, revisits = sum(row.records for row in rows), sum(row.revisits for row in rows)
    table.add_column("segment", f"{len(rows)} segments", no_wrap=True)
    table.add_column("from", no_wrap=True)
    table.add_column("to", no_wrap=True)
    table.add_column("records", str(responses), justify="right")
    table.add_column("revisits", str(revisits), justify="right")
    table.add_column("bytes", in_words(sum(row.size for row in rows)), justify="right")
    table.add_column("state", no_wrap=True)
    for row in rows:
        counts = (str(row.records), str(row.revisits), in_words(row.size))
        table.add_row(row.name, row.first, row.last, *counts, row.state)
    out.print(table)


def show_pruned(plan: Plan, left: int, keep_bytes: int, dry_run: bool, out: Console) -> None:
    """Print what went, what could not and why, and the bytes that are left."""
    verb = "would go" if dry_run else "gone"
    for segment in plan.gone:
        out.print(f"{verb}  {segment.name}  {in_words(segment.size)}", highlight=False)
    for segment, reason in plan.blocked:
        out.print(f"stays  {segment.name}  {in_words(segment.size)}: {reason}", highlight=False)
    freed = sum(segment.size for segment in plan.gone)
    over = f", {in_words(left - keep_bytes)} over" if keep_bytes and left > keep_bytes else ""
    out.print(
        f"{len(plan.gone)} segments {verb}, {in_words(freed)}; {in_words(left)} left{over}",
        highlight=False,
    )


def in_words(size: int) -> str:
    """Give a count of bytes in the unit that suits it."""
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
