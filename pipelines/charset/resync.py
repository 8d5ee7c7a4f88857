"""Search the cheapest way to cut bytes into characters of one or two encodings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf

from pipelines.charset.candidates import ASCII, BROKEN, Candidate

LOST = "\ufffd"
# A pair of broken bytes is one lost character.
NEXT_BROKEN = 8.0
# Another encoding than the page's has to be worth two or three characters.
ENTER, LEAVE = 16.0, 8.0
# Blocks mostly begin and end beside markup.
MIDWAY = 6.0
# Where nothing speaks for either, a page is in its own encoding.
ABROAD = 0.05


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes from `start` to `end` read as `text` in one of the encodings, by its number."""

    start: int
    end: int
    encoding: int
    text: str


@cache
def _known(each: Candidate) -> dict[bytes, tuple[str, float] | None]:
    return {}


def _character(chunk: bytes, each: Candidate) -> tuple[str, float] | None:
    """Read a chunk as exactly one character with its cost, None if it is not one."""
    known = _known(each)
    if chunk not in known:
        try:
            text = chunk.decode(each.codec)
        except UnicodeDecodeError:
            text = ""
        known[chunk] = (text, each.cost_of(text)) if len(text) == 1 else None
    return known[chunk]


def _widths(each: Candidate, byte: int) -> tuple[int, ...]:
    if each.label == "utf-8":
        return () if byte < 0xC2 or byte > 0xF4 else (2 if byte < 0xE0 else 3 + (byte >= 0xF0),)
    if not each.multibyte:
        return (1,)
    return {"gb18030": (2, 4), "euc-jp": (2, 3), "shift_jis": (1, 2)}.get(each.label, (2,))


@cache
def _all_widths(each: Candidate) -> tuple[tuple[int, ...], ...]:
    return tuple(_widths(each, byte) for byte in range(256))


def search(chunk: bytes, readings: tuple[Candidate, ...], at_first: int = 0) -> list[Piece]:
    """Give the cheapest reading, character by character; the first encoding is the page's."""
    best, back = _table(chunk, readings, at_first)
    end = len(chunk)
    state = min(range(len(readings)), key=lambda each: best[each][end])
    pieces = []
    while end or state != at_first:
        start, before, text = back[state][end]
        if start < end:
            pieces.append(Piece(start, end, state, text))
        end, state = start, before
    return pieces[::-1]


def cheapest(chunk: bytes, each: Candidate) -> float:
    """Give the cost of the cheapest reading in one encoding."""
    return _table(chunk, (each,), 0)[0][0][-1]


Back = list[list[tuple[int, int, str]]]


def _table(
    chunk: bytes, readings: tuple[Candidate, ...], at_first: int
) -> tuple[list[list[float]], Back]:
    size, states = len(chunk), range(len(readings))
    best = [[inf] * (size + 1) for _ in states]
    back: Back = [[(0, 0, "")] * (size + 1) for _ in states]
    widths = [_all_widths(each) for each in readings]
    memory = [_known(each) for each in readings]
    best[at_first][0] = 0.0
    for at in range(size + 1):
        if len(readings) == 2:
            home, abroad = best[0][at], best[1][at]
            midway = MIDWAY if 0 < at < size and chunk[at - 1] & chunk[at] & 0x80 else 0.0
            if home + ENTER + midway < abroad:
                best[1][at], back[1][at] = home + ENTER + midway, (at, 0, "")
            elif abroad + LEAVE + midway < home:
                best[0][at], back[0][at] = abroad + LEAVE + midway, (at, 1, "")
        if at == size:
            break
        byte = chunk[at]
        for state in states:
            here = best[state][at]
            if here == inf:
                continue
            costs, trail = best[state], back[state]
            if byte < 0x80:
                price = here + ASCII + ABROAD * state
                if price < costs[at + 1]:
                    costs[at + 1], trail[at + 1] = price, (at, state, chr(byte))
                continue
            for width in widths[state][byte]:
                end = at + width
                if end > size:
                    continue
                part = chunk[at:end]
                found = memory[state].get(part) or _character(part, readings[state])
                if found and here + found[1] < costs[end]:
                    costs[end], trail[end] = here + found[1], (at, state, found[0])
            price = here + (NEXT_BROKEN if trail[at][2] == LOST else BROKEN)
            if price < costs[at + 1]:
                costs[at + 1], trail[at + 1] = price, (at, state, LOST)
    return best, back
