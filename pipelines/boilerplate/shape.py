"""Where an element stands in a page, in terms that hold for the other pages of its site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DIGITS = re.compile(r"\d+")
# Enough of a site's pages to say that what they share is no chance.
MOST = 0.8
VARIES = 1 << 30


class Step(NamedTuple):
    """One element on the way down: what it is, and its place among siblings that are the same."""

    key: str
    before: int
    behind: int


Path = tuple[Step, ...]


def key_of_element(element: HtmlElement) -> str:
    """Name an element by its tag and its first class, else its id.

    Digits in them are often a page's own: post-20391, art_7.
    """
    return _key(element.tag, element.get("class") or "", element.get("id") or "")


@lru_cache(maxsize=8192)
def _key(tag: str, classes: str, id_: str) -> str:
    for mark, names in ((".", classes.split()), ("#", id_.split())):
        if names:
            return f"{tag}{mark}{_DIGITS.sub('0', names[0])}"
    return tag


class Paths:
    """The ways to the elements of one page, each walked once.

    The way to `root` is given where it is known; without it the way begins at the page's root.
    Below a known root places among siblings are not counted: names are all that is asked there.
    """

    def __init__(self, root: HtmlElement | None = None, keys: Sequence[str] = ()) -> None:
        self._known: dict[HtmlElement, Path] = {}
        self._below = root is not None
        if root is not None:
            self._known[root] = tuple(Step(key, 0, 0) for key in keys)

    def of(self, element: HtmlElement) -> Path:
        """Give the way from the page's root, which has none, down to an element."""
        way: list[HtmlElement] = []
        at: HtmlElement | None = element
        while at is not None and at not in self._known:
            way.append(at)
            at = at.getparent()
        for step in reversed(way):
            parent = step.getparent()
            if parent is None:
                self._known[step] = ()
            elif self._below:
                self._known[step] = (*self._known[parent], Step(key_of_element(step), 0, 0))
            elif step not in self._known:
                self._walk(parent)
        return self._known[element]

    def _walk(self, parent: HtmlElement) -> None:
        above = self._known[parent]
        children = [child for child in parent if isinstance(child.tag, str)]
        keys = [key_of_element(child) for child in children]
        behind = Counter(keys)
        before: Counter[str] = Counter()
        for child, key in zip(children, keys, strict=True):
            behind[key] -= 1
            self._known[child] = (*above, Step(key, before[key], behind[key]))
            before[key] += 1


def keys_of(path: Path) -> tuple[str, ...]:
    """Give the names on a path."""
    return tuple(step.key for step in path)


class Children:
    """The children of a page's elements by name, looked at once for all addresses."""

    def __init__(self) -> None:
        self._known: dict[HtmlElement, dict[str, list[HtmlElement]]] = {}

    def named(self, element: HtmlElement, key: str) -> list[HtmlElement]:
        """Give an element's children of a name in order."""
        known = self._known.get(element)
        if known is None:
            known = self._known[element] = {}
            for child in element:
                if isinstance(child.tag, str):
                    known.setdefault(key_of_element(child), []).append(child)
        return known.get(key, [])


@dataclass(frozen=True, slots=True)
class Address:
    """The way to one element in every page of a layout.

    Each step has a name, and a place among siblings of that name: None where there is but one,
    from the end where negative, and VARIES where the one with the most full stops is meant.
    """

    steps: tuple[tuple[str, int | None], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The names on the way."""
        return tuple(key for key, _ in self.steps)

    def locate(self, root: HtmlElement, children: Children) -> HtmlElement | None:
        """Give the element in a page; None where the page is of another shape."""
        element = root
        for key, place in self.steps:
            same = children.named(element, key)
            if place is None:
                if len(same) != 1:
                    return None
                element = same[0]
            elif place == VARIES and same:
                element = max(same, key=_fullness)
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
        steps.append((here[0].key, _place(here)))
    return Address(tuple(steps))


def _fullness(element: HtmlElement) -> tuple[int, int]:
    text = "".join(element.itertext())
    return text.count("。"), len(text)


def _place(steps: Sequence[Step]) -> int | None:
    enough = MOST * len(steps)
    if sum(step.before == step.behind == 0 for step in steps) == len(steps):
        return None
    first = _most(step.before for step in steps)
    last = _most(step.behind for step in steps)
    if first[1] >= max(enough, last[1]):
        return first[0]
    return -1 - last[0] if last[1] >= enough else VARIES


def _most(numbers: Iterable[int]) -> tuple[int, int]:
    """Give the commonest number, the least of several, and how often it stands."""
    return min(Counter(numbers).items(), key=lambda pair: (-pair[1], pair[0]))
