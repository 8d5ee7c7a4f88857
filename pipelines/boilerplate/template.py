"""What is known of a site's pages beforehand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """Lines that repeat on a site's pages; an immutable, versioned value."""

    version: str = ""
    lines: frozenset[str] = frozenset()
