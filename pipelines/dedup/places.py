"""Where a text is lost or doubtful, by what repair has marked in its page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from crawler.items import Damage
from pipelines.dedup.folding import fold

MOST_PLACES = 400  # a page that has lost more has lost its article
DOUBTFUL = 0.95  # a reading of less confidence gives way to a sound copy's

# What a mark stands for: (least, most) characters for each of its own.
LOST: dict[str, tuple[float, float]] = {
    # 青\ufffd县: a byte, a character, or each byte of one; 锟斤拷 are two such signs
    "lost_replaced": (2 / 9, 1 / 2),
    "lost_memory": (0, 2),  # 烫烫烫烫烫烫
    "lost_marked": (1 / 3, 1),  # 2023?11?5???????: what is no ? is still legible
}
# What was read as likely: its `after` stands in the text.
READ = frozenset({"misaligned_run", "utf8_as_gbk", "utf8_as_gbk_twice", "big5_as_gbk"})
_MARKS = re.compile("\ufffd+|[锟斤拷]+|烫+|屯+|\\?+")


class Place(NamedTuple):
    """A stretch of the text, and what the sound copy must have there, folded, as a pattern."""

    start: int
    end: int
    pattern: str
    least: int
    most: int
    reading: str = ""


class Folded(NamedTuple):
    """A text folded."""

    text: str
    at: list[int]
    """Where each folded character stands in the source."""
    source: str


def is_open(damages: Iterable[Damage]) -> bool:
    """Tell whether anything in a text is lost or doubtful, so that a copy may fill it."""
    return any(_is_lost(d) or _is_doubtful(d) for d in damages)


def places_of(text: str, damages: Sequence[Damage]) -> list[Place]:
    """Find what the damages of a page mark in its article, which is a part of it.

    Spans are of no use: they are in the page as each step of repair found it. What stands there
    more often than it was marked is not touched: one of them is none.
    """
    lost = Counter((d.kind, d.after) for d in damages if _is_lost(d))
    doubtful = Counter(fold(d.after) for d in damages if _is_doubtful(d))
    found = [p for (kind, mark), count in lost.items() for p in _marked(text, kind, mark, count)]
    if doubtful:
        folded = folded_of(text)
        for reading, count in doubtful.items():
            found += _read(folded, reading, count)
    found.sort()
    apart = [p for p, before in zip(found, [None, *found], strict=False) if _is_behind(p, before)]
    return apart[:MOST_PLACES]


def _is_behind(place: Place, before: Place | None) -> bool:
    return before is None or place.start >= before.end


def _marked(text: str, kind: str, mark: str, count: int) -> Iterator[Place]:
    end = f"(?!{re.escape(mark[-1])})"
    start = f"(?<!{re.escape(mark[0])})"
    spans = [m.span() for m in re.finditer(f"{start}{re.escape(mark)}{end}", text)]
    if len(spans) > count:
        return
    runs = [len(run) for run in _MARKS.findall(mark)]
    legible = len(mark) - sum(runs)
    least = int(LOST[kind][0] * sum(runs)) + legible
    most = sum(_most(kind, run) for run in runs) + legible
    for begin, stop in spans:
        yield Place(begin, stop, _between_legible(kind, mark), least, most)


def _most(kind: str, run: int) -> int:
    """Give how many characters so many marks can stand for; one or two may be one each."""
    return run if run <= 2 else max(1, int(LOST[kind][1] * run))


def _between_legible(kind: str, mark: str) -> str:
    """Make the pattern of a lost stretch; folded, and what is legible in it stands."""
    pieces, position = [], 0
    for match in _MARKS.finditer(mark):
        pieces.append(re.escape(fold(mark[position : match.start()])))
        pieces.append(f".{{0,{_most(kind, len(match[0]))}}}")
        position = match.end()
    return "".join(pieces) + re.escape(fold(mark[position:]))


def _read(folded: Folded, reading: str, count: int) -> Iterator[Place]:
    spans = [m.span() for m in re.finditer(re.escape(reading), folded.text)]
    if len(spans) > count:
        return
    slack = 1 + len(reading) // 10
    pattern = f".{{{max(0, len(reading) - slack)},{len(reading) + slack}}}"
    for start, end in spans:
        first, last = folded.at[start], folded.at[end - 1] + 1
        yield Place(first, last, pattern, 1, 2 * (last - first), reading)


def folded_of(text: str) -> Folded:
    """Fold a text and keep where each character was."""
    characters, at = [], []
    for position, character in enumerate(text):
        for one in fold_one(character):
            characters.append(one)
            at.append(position)
    return Folded("".join(characters), at, text)


@lru_cache(maxsize=16384)
def fold_one(character: str) -> str:
    """Fold a character by itself."""
    return fold(character)


def _is_lost(damage: Damage) -> bool:
    return damage.kind in LOST and damage.before == damage.after != ""


def _is_doubtful(damage: Damage) -> bool:
    return damage.kind in READ and damage.confidence < DOUBTFUL and len(fold(damage.after)) > 1
