"""Where an element stands in a page, in terms that hold for the other pages of its site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Layout tables are turned into divs before a page is read, and only some of them.
_AS_DIV = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})
# Enough of a site's pages to say that what they share is no chance.
MOST = 0.8


class Step(NamedTuple):
    """One element on the way down: what it is, and its place among siblings that are the same."""

    key: str
    before: int
    behind: int


Path = tuple[Step, ...]


def key_of_element(element: HtmlElement) -> str:
    """Name an element by its tag and the first class, else the id, that holds no digit.

    Names with digits are a page's own: post-20391, art_7.
    """
    tag = element.tag
    return _key(tag, element.get("class") or "", element.get("id") or "")


@lru_cache(maxsize=8192)
def _key(tag: str, classes: str, id_: str) -> str:
    tag = "div" if tag in _AS_DIV else tag
    name = next((word for word in classes.split() if not re.search(r"\d", word)), "")
    if name:
        return f"{tag}.{name}"
    return f"{tag}#{id_}" if id_ and not re.search(r"[\d\s]", id_) else tag


def path_of(element: HtmlElement, known: dict[HtmlElement, Path]) -> Path:
    """Give the way from the root down to an element; `known` keeps those already walked."""
    found = known.get(element)
    if found is not None:
        return found
    parent = element.getparent()
    if parent is None:
        return ()
    key = key_of_element(element)
    step = Step(
        key,
        sum(_same(x, key) for x in element.itersiblings(preceding=True)),
        sum(_same(x, key) for x in element.itersiblings()),
    )
    found = known[element] = (*path_of(parent, known), step)
    return found


def _same(element: HtmlElement, key: str) -> bool:
    return isinstance(element.tag, str) and key_of_element(element) == key


def keys_of(path: Path) -> tuple[str, ...]:
    """Give the names on a path."""
    return tuple(step.key for step in path)


@dataclass(frozen=True, slots=True)
class Address:
    """The way to one element in every page of a layout.

    Each step has a name, and a place among siblings of that name: None where there is but one,
    from the end where negative.
    """

    steps: tuple[tuple[str, int | None], ...]

    def locate(self, root: HtmlElement) -> HtmlElement | None:
        """Give the element in a page; None where the page is of another shape."""
        element = root
        for key, place in self.steps:
            same = [child for child in element if _same(child, key)]
            if place is None:
                if len(same) != 1:
                    return None
                element = same[0]
            elif -len(same) <= place < len(same):
                element = same[place]
            else:
                return None
        return element


def common_address(paths: Sequence[Path], depth: int) -> Address | None:
    """Give the address that most of these paths share down to `depth`; None where they do not."""
    steps: list[tuple[str, int | None]] = []
    for level in range(depth):
        here = [path[level] for path in paths if len(path) > level]
        if not here:
            return None
        place = _place(here)
        if place is _VARIES:
            return None
        steps.append((here[0].key, place))
    return Address(tuple(steps))


_VARIES = 1 << 30


def _place(steps: Sequence[Step]) -> int | None:
    enough = MOST * len(steps)
    if sum(step.before == step.behind == 0 for step in steps) == len(steps):
        return None
    first = _most(step.before for step in steps)
    last = _most(step.behind for step in steps)
    if first[1] >= max(enough, last[1]):
        return first[0]
    return -1 - last[0] if last[1] >= enough else _VARIES


def _most(numbers: Iterable[int]) -> tuple[int, int]:
    """Give the commonest number, the least of several, and how often it stands."""
    counts: dict[int, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    return min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
