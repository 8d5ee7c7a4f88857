"""Learns a site's template from what its pages showed; the order in which they came is nothing."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pipelines.boilerplate.observation import Observation, Seen
from pipelines.boilerplate.shape import MOST, Address, Path, common_address, keys_of
from pipelines.boilerplate.template import Layout, Template, Use

# A layout is one when so many pages had it.
PAGES = 4
# Facts stand where they stood on this share of the pages.
OFTEN = 0.25
# So much of an article's sentences lies in its container: a lead may stand outside.
HELD = 0.95
CORE = 0.6
# Of a block of furniture so much is linked or stands on other pages, too.
FURNITURE = 0.9
# So many of a list's lines are links.
LIST = 0.4

Alien = Callable[[Seen], bool]
"""Tells a line that is not of its page's article alone."""


def learn(observations: Iterable[Observation]) -> Template:
    """Give the template of one site's pages."""
    pages = sorted(observations, key=lambda page: page.url)
    beside = _beside(pages)
    titles = frozenset(page.title for page in pages)

    def alien(line: Seen) -> bool:
        return line.linked or len(beside[line.print]) > 1 or line.print in titles

    def alien_or_aside(line: Seen) -> bool:
        return line.aside or alien(line)

    # Where names lead nowhere, a site calls its articles by names of other things.
    layouts = tuple(_layouts(pages, alien_or_aside)) or tuple(_layouts(pages, alien))
    often = _furniture_lines(pages, layouts)
    if not (often or layouts):
        return Template()
    shown = repr((sorted(often), sorted(titles), layouts)).encode()
    version = hashlib.blake2b(shown, digest_size=4).hexdigest()
    return Template(version, often, titles, layouts)


def _furniture_lines(pages: Sequence[Observation], layouts: Sequence[Layout]) -> frozenset[int]:
    """Find the lines that stand in several articles.

    An article's own lead stands in teasers, too: where layouts are known, lines within their
    articles count alone. What two pages alone share several times is a story with its sequel.
    """
    inside = _beside(pages, layouts)
    pairs = Counter(titles for titles in inside.values() if len(titles) == 2)
    return frozenset(
        line for line, titles in inside.items() if len(titles) > 2 or pairs[titles] == 1
    )


def _beside(
    pages: Sequence[Observation], layouts: Sequence[Layout] = ()
) -> dict[int, frozenset[int]]:
    """Give for each line the titles that it stands beside: copies of one article are one."""
    beside: dict[int, set[int]] = defaultdict(set)
    inside: dict[Path, bool] = {}
    for page in pages:
        for line in page.lines:
            if line.path not in inside:
                inside[line.path] = not layouts or any(x.holds(line.path) for x in layouts)
            if inside[line.path]:
                beside[line.print].add(page.title)
    return {line: frozenset(titles) for line, titles in beside.items()}


def _layouts(pages: Sequence[Observation], alien: Alien) -> Iterable[Layout]:
    shown = {page.url: way for page in pages if page.whole and (way := _container(page, alien))}
    for keys in _containers([keys_of(way) for way in shown.values()]):
        depth = len(keys)
        ways = {url: way for url, way in shown.items() if keys_of(way)[:depth] == keys}
        content = common_address(list(ways.values()), depth)
        if content is None:
            continue
        members = [page for page in pages if page.url in ways]
        stops = sorted(
            page.stops - sum(x.stops for x in page.lines if keys_of(x.path)[:depth] == keys)
            for page in members
        )
        yield Layout(
            content=content,
            title=_shared([page.heading for page in members], MOST * len(members)),
            facts=tuple(_facts(members)),
            blocks=_blocks(pages, keys, alien),
            stops=2 * stops[int(0.9 * (len(stops) - 1))] + 3,
        )


def _container(page: Observation, alien: Alien) -> Path:
    """Find the smallest block that holds nearly all sentences that are a page's own.

    Sentences behind a block with most of them are comments and teasers: the block is taken without
    them, as long as none stands before it.
    """
    own = [line for line in page.lines if line.sentence and not alien(line)]
    own = [line for line in own if line.kept] or own
    total = sum(line.size for line in own)
    held: dict[Path, list[int]] = defaultdict(list)
    for place, line in enumerate(own):
        for end in range(1, len(line.path) + 1):
            held[line.path[:end]].append(place)
    found: Path = ()
    for way, places in held.items():
        size = sum(own[place].size for place in places)
        core = size >= CORE * total and places[0] == 0 and len(places) > 1
        if (core or size >= HELD * total) and len(way) > len(found):
            found = way
    return found


def _containers(paths: Sequence[tuple[str, ...]], depth: int = 0) -> Iterable[tuple[str, ...]]:
    """Descend while most pages go the same way; where several groups part, follow each.

    A short article's container is its only paragraph: such pages belong to the block above it.
    """
    if len(paths) < PAGES:
        return
    ways: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for path in paths:
        if len(path) > depth:
            ways[path[depth]].append(path)
    largest = max(map(len, ways.values()), default=0)
    here = len(paths) - sum(map(len, ways.values()))
    groups = [way for way in ways.values() if len(way) >= PAGES]
    if largest >= MOST * len(paths) or (here <= (1 - MOST) * len(paths) and groups):
        for _, way in sorted(ways.items()):
            yield from _containers(way, depth + 1)
    elif depth > 1:
        yield paths[0][:depth]


def _shared(paths: Sequence[Path], enough: float) -> Address | None:
    """Give the address that so many of these paths share."""
    names = Counter(keys_of(path) for path in paths if path)
    for keys, count in names.most_common(1):
        if count >= enough:
            return common_address([p for p in paths if keys_of(p) == keys], len(keys))
    return None


def _facts(members: Sequence[Observation]) -> Iterable[Address]:
    counts = Counter(keys_of(path) for page in members for path in set(page.facts))
    for keys, count in sorted(counts.items()):
        if count >= max(2, OFTEN * len(members)):
            paths = [p for page in members for p in page.facts if keys_of(p) == keys]
            if address := common_address(paths, len(keys)):
                yield address


def _blocks(
    pages: Sequence[Observation], content: tuple[str, ...], alien: Alien
) -> dict[tuple[str, ...], Use]:
    """Tell what the blocks under a layout's article are for.

    Of furniture hardly anything is one article's alone, or it says but who wrote the article and
    when; a list is of links, with teasers between them.
    """
    depth = len(content)
    seen: dict[tuple[str, ...], list[_Inside]] = defaultdict(list)
    for page in pages:
        begun = False
        for line in page.lines:
            keys = keys_of(line.path)
            if keys[:depth] == content:
                begun |= line.sentence and not alien(line)
                fact = page.whole and not begun and line.path in page.facts
                inside = _Inside(line, page.title, alien(line), fact)
                for end in range(depth + 1, len(keys) + 1):
                    seen[keys[depth:end]].append(inside)
    blocks: dict[tuple[str, ...], Use] = {}
    most = max((_own(lines) for lines in seen.values()), default=0)
    for block, lines in sorted(seen.items()):
        if len({line.title for line in lines}) < PAGES:
            continue
        own = _own(lines)
        listed = sum(x.line.linked for x in lines) >= LIST * len(lines) and 2 * own < most
        facts = 2 * sum(x.fact for x in lines) > len(lines)
        furniture = facts or own <= (1 - FURNITURE) * sum(x.line.size for x in lines)
        if listed or any(blocks.get(block[:end]) == "list" for end in range(1, len(block))):
            blocks[block] = "list"
        else:
            blocks[block] = "furniture" if furniture else "text"
    return blocks


class _Inside(NamedTuple):
    """A line inside the article's block; a `fact` stands before its first sentence."""

    line: Seen
    title: int
    alien: bool
    fact: bool


def _own(lines: Iterable[_Inside]) -> int:
    return sum(x.line.size for x in lines if not x.alien)
