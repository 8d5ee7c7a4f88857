"""What stands apart from the article: blocks whose name says so, and readers' talk by its looks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.boilerplate.page import Block, PageLines

# Parts of class and id names by which site builders tell a block from the article's body.
NAMES = re.compile(
    r"comment|pinglun|footer|copyright|side_?bar|relate|recommend|tuijian|xiangguan|crumb|"
    r"share|hot_?(list|news)|rank|nav(bar|igation)?\b|menu|login|qr_?code|toolbar|disclaimer|"
    r"advert|\bads?[-_]",
    re.I,
)
# Of these, what others wrote: a block so named may well be longer than the article.
OTHERS = re.compile(r"comment|pinglun|relate|recommend|tuijian|xiangguan|hot_?(list|news)", re.I)
WRAPPER = 0.7
# The block of a page, menus and all: whatever its name, it is no list of comments.
PAGE = 0.99
TAGS = frozenset({"footer", "nav", "aside"})
# What every entry of a list of comments says, and no paragraph does: 3小时前, 举报, 回复(2).
TALK = re.compile(
    r"^(回复|举报|赞|顶|踩|支持|反对|引用|盖楼|复制|展开|收起|\d+楼|沙发|板凳)\W*\d*\W*$|"
    r"^.{0,24}(\d+\s*(秒|分钟|小时|天|个月|年)前|刚刚|昨天\s*\d\d:\d\d|(19|20)\d\d-\d\d?-\d\d?\s+\d\d?:\d\d(:\d\d)?)"
    r".{0,24}$"
)
TALKS = 3
LONGEST = 60


@lru_cache(maxsize=4096)
def is_apart(name: str) -> bool:
    """Tell a block that stands apart by its class and id."""
    return bool(NAMES.search(name))


def set_apart(page: PageLines) -> None:
    """Mark what readers wrote, and count the prose of all blocks."""
    _mark_readers(page)
    _release(page)
    _weigh(page)


def set_readers_apart(page: PageLines) -> None:
    """Mark what readers wrote, and let the names of blocks say nothing."""
    for block in _from_the_top(page.root):
        block.apart = False
    _mark_readers(page)


def _mark_readers(page: PageLines) -> None:
    _mark_talk(page)
    _mark_boxes(page)


def _mark_talk(page: PageLines) -> None:
    talk = [len(line.text) <= LONGEST and bool(TALK.search(line.text)) for line in page.lines]
    said: dict[int, int] = {}  # by block, without what is known to stand apart in it
    for block in reversed(_from_the_top(page.root)):
        place, count = block.start, 0
        for child in block.children:
            count += sum(talk[place : child.start]) + said[id(child)]
            place = child.end
        count += sum(talk[place : block.end])
        if count >= TALKS and _is_talk(block, said, page):
            block.apart = block.others = True
        said[id(block)] = 0 if block.apart else count


def _mark_boxes(page: PageLines) -> None:
    """Mark blocks with a box to write in: comments stand beside it, unless it is the whole page."""
    for block in _from_the_top(page.root):
        size = page.sizes[block.end] - page.sizes[block.start]
        if block.asks and 2 * size < page.sizes[-1]:
            block.apart = block.others = True


def _is_talk(block: Block, said: Mapping[int, int], page: PageLines) -> bool:
    """Tell a list of comments: three or more parts say so, and none is most of it."""
    entries = [child for child in block.children if child.end > child.start]
    talking = sum(said[id(child)] > 0 for child in entries)
    largest = max((page.sizes[x.end] - page.sizes[x.start] for x in entries), default=0)
    whole = page.sizes[block.end] - page.sizes[block.start]
    return talking >= TALKS and 2 * talking > len(entries) and 2 * largest < whole


def _from_the_top(root: Block) -> list[Block]:
    order: list[Block] = []
    waiting = [root]
    while waiting:
        order.append(waiting.pop())
        waiting += order[-1].children
    return order


def _release(page: PageLines) -> None:
    """Let blocks be that hold most of the page: class="menu-page", named after what they hold."""
    prose = list(accumulate(page.prose, initial=0))
    waiting = [page.root]
    while waiting:
        block = waiting.pop()
        own = prose[block.end] - prose[block.start]
        size = page.sizes[block.end] - page.sizes[block.start]
        named = block.others or OTHERS.search(block.name)
        if size >= PAGE * page.sizes[-1] or (own >= WRAPPER * prose[-1] and not named):
            block.apart = False
        if not block.apart:
            waiting += block.children
    page.root.apart = False


def _weigh(page: PageLines) -> None:
    """Count the prose of each block; there is none in what stands apart."""
    for block in reversed(_from_the_top(page.root)):
        place, total = block.start, 0
        for child in block.children:
            total += sum(page.prose[place : child.start]) + child.prose
            place = child.end
        block.prose = 0 if block.apart else total + sum(page.prose[place : block.end])
