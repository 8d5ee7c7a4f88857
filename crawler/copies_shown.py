"""Prints the copies of a story as a table, and two of them side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_CLAUSE = re.compile(r"[^，。！？；,!?;\n]+[，。！？；,!?;\n]*")
SAME = 40  # characters shown of a passage that both copies have


def show_stories(source: str, stories: Sequence[Any], console: Console) -> int:
    """Print a source's stories with copies; gives 0, or 1 where there are none."""
    if not stories:
        console.print(f"no copies are known of articles of {escape(source)}")
        return 1
    table = Table("copies", "title", "best copy")
    for story in stories:
        table.add_row(str(story.copies), escape(story.title), escape(story.canonical_url))
    console.print(table)
    return 0


def show_copies(addresses: Sequence[str], copies: Sequence[Any], console: Console) -> int:
    """Print a cluster, and what differs between its best copy and the one asked about.

    With two addresses, between these. Gives 0, or 1 where there is no such article.
    """
    if not copies:
        console.print(f"no article is stored under {escape(addresses[0])}")
        return 1
    table = Table("", "source", "publisher", "published", "characters", "damages", "address")
    for copy in copies:
        table.add_row(
            "" if copy.reprint_of else "best",
            *(escape(str(x or "")) for x in (copy.source, copy.publisher, copy.published_at)),
            str(len(copy.text)),
            str(len(copy.damages or ())),
            escape(copy.canonical_url),
        )
    console.print(table)
    one, other = _two(addresses, copies)
    if one is not None and other is not None:
        console.print(_side_by_side(one, other))
    return 0


def _two(addresses: Sequence[str], copies: Sequence[Any]) -> tuple[Any, Any]:
    named = [c for address in addresses for c in copies if c.canonical_url == address]
    if len(addresses) == 2:
        return (named[0], named[1]) if len(named) == 2 else (None, None)
    others = [c for c in copies if c is not copies[0]]
    asked = next((c for c in named if c is not copies[0]), None)
    return copies[0], asked or next(iter(others), None)


def _side_by_side(one: Any, other: Any) -> Table:
    table = Table(escape(one.canonical_url), escape(other.canonical_url), show_lines=True)
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
