"""Prints the copies of a story as a table, and two of them side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.dedup import Copy
from pipelines.dedup.best import HEALED, earliest
from pipelines.dedup.heal import as_fetched, damages_of
from pipelines.dedup.verify import verify

_CLAUSE = re.compile(r"[^，。！？；,!?;\n]+[，。！？；,!?;\n]*")
SAME = 40  # characters shown of a passage that both copies have


def show_stories(source: str, stories: Sequence[Any], console: Console) -> int:
    """Print a source's stories with copies; gives 0, or 1 where there are none."""
    if not stories:
        console.print(f"no copies are known of articles of {escape(source)}")
        return 1
    for story in stories:
        console.print(f"[bold]{escape(story.title)}[/bold]  {story.copies} copies")
        console.print(f"  {escape(story.url)}")
    return 0


def show_copies(
    addresses: Sequence[str],
    copies: Sequence[Any],
    console: Console,
    *,
    side_by_side: bool = True,
) -> int:
    """Print a cluster, and what differs between its best copy and the one asked about.

    With two addresses, between these. Gives 0, or 1 where there is no such article.
    """
    if not copies:
        console.print(f"no article is stored under {escape(addresses[0])}")
        return 1
    first = earliest([Copy(c.canonical_url, 0, 0, c.published_at) for c in copies])
    console.print(f"[bold]{escape(copies[0].title)}[/bold]")
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name in ("", "", "source", "publisher"):
        table.add_column(
            name, overflow="fold", min_width=len(name)
        )  # Chinese has no spaces to wrap at
    table.add_column("published", no_wrap=True)
    for name in ("length", "damages"):
        table.add_column(name, justify="right", overflow="fold", min_width=len(name))
    table.add_column("relation", no_wrap=True, min_width=12)
    for number, copy in enumerate(copies, 1):
        table.add_row(
            str(number),
            _marks(copy, first),
            escape(copy.source),
            escape(copy.publisher or ""),
            escape((copy.published_at or "").removesuffix("+08:00").replace("T", " ")),
            str(len(copy.text)),
            _damages(copy),
            _relation(copies[0], copy),
        )
    console.print(table, soft_wrap=False)
    # In a column of the table they would be cut; so they can be taken up again.
    for number, copy in enumerate(copies, 1):
        console.print(f"{number} {escape(copy.url)}")
    console.print(_named(first, copies))
    one, other = _two(addresses, copies)
    if side_by_side and one is not None and other is not None:
        console.print(_side_by_side(one, other), soft_wrap=False)
    return 0


def _marks(copy: Any, first: Sequence[str]) -> str:
    marks = [] if copy.reprint_of else ["best"]
    if copy.canonical_url in first:
        marks.append("first" if len(first) == 1 else "first?")
    return " ".join(marks)


def _damages(copy: Any) -> str:
    damages = damages_of(copy.damages or ())
    healed = sum(damage.kind == HEALED for damage in damages)
    found = len(damages) - healed
    if not found:
        return ""
    return f"{found}, {healed} healed" if healed else str(found)


def _relation(best: Any, copy: Any) -> str:
    """Say how a copy is one of the best, as both were fetched."""
    if copy is best:
        return ""
    theirs, ours = (as_fetched(c.text, damages_of(c.damages or ())) for c in (best, copy))
    found = verify(theirs, ours)
    return f"{found.relation} {found.score:.2f}" if found else "indirect"


def _named(first: Sequence[str], copies: Sequence[Any]) -> str:
    """Name the publisher of the earliest copy."""
    if not first:
        return "no copy has a date: nobody can say who was first"
    named = {copy.canonical_url: copy for copy in copies}
    firsts = [
        f"{escape(named[key].publisher or named[key].source)} {escape(named[key].published_at)}"
        for key in first
    ]
    return f"first: {firsts[0]}" if len(firsts) == 1 else f"first, one of: {'; '.join(firsts)}"


def _two(addresses: Sequence[str], copies: Sequence[Any]) -> tuple[Any, Any]:
    named = [c for address in addresses for c in copies if c.canonical_url == address]
    if len(addresses) == 2:
        return (named[0], named[1]) if len(named) == 2 else (None, None)
    others = [c for c in copies if c is not copies[0]]
    asked = next((c for c in named if c is not copies[0]), None)
    return copies[0], asked or next(iter(others), None)


def _side_by_side(one: Any, other: Any) -> Table:
    table = Table(show_lines=True)
    for copy in (one, other):
        table.add_column(escape(copy.url), overflow="fold", ratio=1)
    for left, right, same in _passages(one.text, other.text):
        if same:
            table.add_row(*[f"[dim]{escape(_short(left))}[/dim]"] * 2)
        else:
            table.add_row(f"[red]{escape(left)}[/red]", f"[green]{escape(right)}[/green]")
    return table


def _passages(one: str, other: str) -> Iterator[tuple[str, str, bool]]:
    left, right = _CLAUSE.findall(one), _CLAUSE.findall(other)
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield "".join(left[a:b]).strip(), "".join(right[c:d]).strip(), kind == "equal"


def _short(text: str) -> str:
    return text if len(text) <= SAME else f"{text[: SAME // 2]}…{text[-SAME // 2 :]}"
