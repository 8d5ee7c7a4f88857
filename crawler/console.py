"""Where tables for people are printed."""

from __future__ import annotations

from rich.console import Console

_WIDE = 200


def console() -> Console:
    """Give a console that cuts no names where nobody looks on."""
    found = Console()
    if not found.is_terminal:
        found.width = _WIDE
    return found
