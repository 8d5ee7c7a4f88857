"""Prints what a replay changed: a row a field, who was let in, and examples."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawler.compare import (
    ACCEPTED,
    FIELDS,
    QUARANTINED,
    RESULTS,
    Changes,
    shortened,
)

_CROSSINGS = ((ACCEPTED, QUARANTINED), (QUARANTINED, ACCEPTED))


def show_changes(changes: Changes, console: Console) -> None:
    """Print the counts, then up to so many examples a field as were kept."""
    compared = changes.fates[ACCEPTED, ACCEPTED]
    table = Table(title=f"{compared} articles against the stored ones")
    table.add_column("field", no_wrap=True)
    for name in RESULTS:
        table.add_column(name, justify="right")
    for name in FIELDS:
        if counts := changes.fields.get(name):
            table.add_row(name, *(str(counts[result]) for result in RESULTS))
    console.print(table)
    fates = Table()
    for name in ("before", "now", "documents"):
        fates.add_column(name, justify="right" if name == "documents" else "left")
    for before, now in sorted({*_CROSSINGS, *changes.fates}):
        fates.add_row(before, now, str(changes.fates[before, now]))
    console.print(fates)
    if changes.superseded:
        console.print(f"{changes.superseded} documents left out: the store has a later response")
    for name in FIELDS:
        for example in changes.examples.get(name, ()):
            before, after = shortened(example.before, example.after)
            console.print(f"[bold]{name}[/bold]  {escape(example.url)}", highlight=False)
            console.print(f"  [red]- {escape(before)}[/red]", highlight=False)
            console.print(f"  [green]+ {escape(after)}[/green]", highlight=False)
