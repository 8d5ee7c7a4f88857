"""Learns a site's template from what its pages showed; the order in which they came is nothing."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pipelines.boilerplate.observation import Observation, Seen
from pipelines.boilerplate.shape import MOST, Address, Path, common_address, keys_of
from pipelines.boilerplate.template import Layout, Template

# A layout is one when so many pages had it; a line repeats when so many different pages have it.
PAGES, REPEATS = 4, 3
# Facts stand where they stood on this share of the pages.
OFTEN = 0.25
# Of a block of furniture so much is linked or stands on other pages, too.
FURNITURE = 0.8


def learn(observations: Iterable[Observation]) -> Template:
    """Give the template of one site's pages."""
    pages = sorted(observations, key=lambda page: page.url)
    repeated = _repeated(pages)
    titles = frozenset(page.title for page in pages)
    layouts = tuple(_layouts(pages, repeated, titles))
    often = frozenset(p for p, count in repeated.items() if count >= REPEATS)
    if not (often or layouts):
        return Template()
    shown = repr((sorted(often), sorted(titles), layouts)).encode()
    version = hashlib.blake2b(shown, digest_size=4).hexdigest()
    return Template(version, often, titles, layouts)


def _repeated(pages: Sequence[Observation]) -> Counter[int]:
    """Count for each line the articles it stands beside; copies of one article are one."""
    beside: dict[int, set[int]] = defaultdict(set)
    for page in pages:
        for line in page.lines:
            beside[line.print].add(page.title)
    return Counter({line: len(titles) for line, titles in beside.items()})


def _layouts(
    pages: Sequence[Observation], repeated: Counter[int], titles: frozenset[int]
) -> Iterable[Layout]:
    shown = [page for page in pages if page.content]
    for keys in _containers([keys_of(page.content) for page in shown]):
        depth = len(keys)
        members = [page for page in shown if keys_of(page.content)[:depth] == keys]
        content = common_address([page.content for page in members], depth)
        if content is None:
            continue
        stops = sorted(page.stops for page in members)
        yield Layout(
            content=content,
            title=_shared([page.heading for page in members], MOST * len(members)),
            facts=tuple(_facts(members)),
            furniture=_furniture(pages, keys, repeated, titles),
            stops=2 * stops[int(0.9 * (len(stops) - 1))] + 3,
        )


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


def _furniture(
    pages: Sequence[Observation],
    content: tuple[str, ...],
    repeated: Counter[int],
    titles: frozenset[int],
) -> frozenset[tuple[str, ...]]:
    """Find the blocks under a layout's article that hold hardly anything of one article alone."""
    depth = len(content)
    total: Counter[tuple[str, ...]] = Counter()
    alien: Counter[tuple[str, ...]] = Counter()
    beside: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for page in pages:
        for line in page.lines:
            if line.slot[:depth] != content:
                continue
            for end in range(depth + 1, len(line.slot) + 1):
                block = line.slot[:end]
                total[block] += line.size
                beside[block].add(page.title)
                if _is_alien(line, repeated, titles):
                    alien[block] += line.size
    found = {
        block
        for block, size in total.items()
        if len(beside[block]) >= PAGES and alien[block] >= FURNITURE * size
    }
    # The topmost say it all.
    return frozenset(
        block[depth:]
        for block in found
        if not any(block[:end] in found for end in range(depth + 1, len(block)))
    )


def _is_alien(line: Seen, repeated: Counter[int], titles: frozenset[int]) -> bool:
    return line.linked or repeated[line.print] > 1 or line.print in titles
