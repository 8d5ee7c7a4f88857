"""What people read of a run: the line while it goes on, the table when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

COLUMNS = (
    "fetched",
    "stored",
    "repaired",
    "reprints",
    "unchanged",
    "quarantined",
    "gone",
    "failed",
)

Counts = Mapping[str, int]


def progress_line(source: str, counts: Counts) -> str:
    """Give the counts of a run in one plain line."""
    return f"{source}: " + "  ".join(f"{name} {counts.get(name, 0)}" for name in COLUMNS)


def print_table(rows: Iterable[tuple[str, Counts, str]], console: Console) -> None:
    """Print a row a source: its name, its counts, and how its run ended."""
    table = Table(title="清源 Qingyuan")
    table.add_column("source")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    table.add_column("end")
    for source, counts, end in rows:
        table.add_row(source, *(str(counts.get(name, 0)) for name in COLUMNS), end)
    console.print(table)
