"""Where a page's body may be: several methods, each blind to what misleads the others.

All give numbers of the page's lines, ascending; none where the method finds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipelines.boilerplate.page import DIVIDER, Block, Line, PageLines

# Scoring: a paragraph counts for its parent in full, for the blocks above in part.
SHARES = (1.0, 0.5, 0.25)
SIBLING = 0.2
LONG = 80
# The densest stretch: a line of furniture costs what a short sentence earns.
SHORT_COST = 12
LINK_COST = 24


def descent(page: PageLines) -> list[int]:
    """Give the lines of the smallest block that holds most of the page's prose."""
    main = page.main_block()
    return page.own_numbers(main) if main.prose else []


def scored(page: PageLines) -> list[int]:
    """Give the lines of the block whose paragraphs score best, and of siblings like it.

    Method: readability's. Each paragraph votes for the blocks around it, by its length and its
    commas; links weigh against a block.
    """
    scores, parents = _scores(page)
    if not scores:
        return []
    best, score = max(scores.values(), key=lambda pair: pair[1])
    parent = parents.get(id(best))
    if parent is None:
        return page.own_numbers(best)
    numbers: list[int] = []
    for block in parent.children:
        if block.apart:
            continue
        own = scores.get(id(block), (block, 0.0))[1]
        single = block.end - block.start == 1 and page.prose[block.start] >= LONG
        if block is best or single or own > SIBLING * score:
            numbers += page.own_numbers(block)
    return numbers


def _scores(
    page: PageLines,
) -> tuple[dict[int, tuple[Block, float]], dict[int, Block]]:
    totals: defaultdict[int, float] = defaultdict(float)
    blocks: dict[int, Block] = {}
    parents: dict[int, Block] = {}
    waiting = [page.root]
    while waiting:
        block = waiting.pop()
        if block.apart:
            continue
        blocks[id(block)] = block
        paragraph = not block.children and block.end - block.start == 1
        receiver: Block | None = parents.get(id(block)) if paragraph else block
        points = sum(_points(page.lines[i], page.prose[i]) for i in direct_numbers(block))
        for share in SHARES if points else ():
            if receiver is None:
                break
            totals[id(receiver)] += share * points
            receiver = parents.get(id(receiver))
        for child in block.children:
            parents[id(child)] = block
        waiting += block.children
    return {
        key: (blocks[key], total * (1 - _link_density(page, blocks[key])))
        for key, total in totals.items()
    }, parents


def direct_numbers(block: Block) -> list[int]:
    """Give the lines of a block that stand in none of the blocks inside it."""
    numbers: list[int] = []
    place = block.start
    for child in block.children:
        numbers += range(place, child.start)
        place = child.end
    return [*numbers, *range(place, block.end)]


def _points(line: Line, prose: int) -> float:
    return 1 + len(DIVIDER.findall(line.text)) + min(prose / 100, 3) if prose else 0.0


def _link_density(page: PageLines, block: Block) -> float:
    linked, total = page.linked[block.end] - page.linked[block.start], page.sizes[block.end]
    return linked / max(1, total - page.sizes[block.start])


def stretch(page: PageLines) -> list[int]:
    """Give the run of lines that is densest in prose, whatever blocks it crosses."""
    return _densest(page, range(len(page.lines)))


def titled(page: PageLines, title: str) -> list[int]:
    """Give the densest run between the page's title and the next linked headline."""
    return _densest(page, page.behind_numbers(title))


def _densest(page: PageLines, numbers: Sequence[int]) -> list[int]:
    best, span, total, start = 0, (0, 0), 0, 0
    for place, number in enumerate(numbers):
        if number in page.hidden:
            worth = -SHORT_COST
        elif page.lines[number].is_link:
            worth = -LINK_COST
        else:
            worth = page.prose[number] or -SHORT_COST
        if total <= 0:
            total, start = 0, place
        total += worth
        if total > best:
            best, span = total, (start, place + 1)
    return [i for i in numbers[slice(*span)] if i not in page.hidden]
