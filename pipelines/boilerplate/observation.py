"""What one page shows of its site's layout: the learner sees many of these, and no page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pipelines.boilerplate.shape import Path


class Seen(NamedTuple):
    """One line of a page: where its block stands, its print, what it consists of.

    `kept` says that the page, read by itself, took the line for the article's, `aside` that the
    name of a block around it says that it is none.
    """

    path: Path
    print: int
    size: int
    linked: bool
    stops: int = 0
    sentence: bool = False
    kept: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One page of a site, `whole` or only the part that its template names.

    `heading` and `facts` are the ways to its title and to the lines that its facts stand in,
    `stops` is the count of its full stops.
    """

    url: str
    title: int
    whole: bool
    lines: tuple[Seen, ...]
    heading: Path = ()
    facts: tuple[Path, ...] = ()
    stops: int = 0
