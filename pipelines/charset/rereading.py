"""Reads characters as the bytes they were made of, and these anew: a beam search over what is lost.

What a page shows names the bytes behind it, but for those that its decoder, or a cleaner after it,
dropped or replaced. All that they can have been is tried; the decoding of the bytes and the
language model choose.
"""

from __future__ import annotations

import codecs
import math
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipelines.charset import gbk
from pipelines.charset.model.language import PageModel, fold, fold_one
from pipelines.charset.traditional import common

LOST, FOLDED = -3.0, -2.0
OPEN_BYTE, SKIPPED = 2.5, -25.0
# States that may guess at what is lost: each guess costs some hundred look-ups.
GUESSING, LEAD = 2, 10.0
_CERTAIN = re.compile("[^?\ufffd€\ufffe]+")


class TooSlowError(Exception):
    """A repair took longer than its text is worth."""


UNKNOWN = "\ufffd"
# A question mark before ASCII: PHP lost one byte here, and what stood behind it.
SWALLOWING = "\ufffe"

Options = Callable[[str], tuple[tuple[bytes, float], ...]]
Step = Callable[[bytes, int], "tuple[bytes, str] | None"]


@lru_cache(maxsize=65536)
def utf8(partial: bytes, byte: int) -> tuple[bytes, str] | None:
    """Take in a byte of UTF-8: what is still open, and the character that it completes."""
    whole = partial + bytes((byte,))
    if not partial:
        if byte < 0x80:
            return b"", chr(byte)
        return (whole, "") if 0xC2 <= byte <= 0xF4 else None
    if not 0x80 <= byte <= 0xBF:
        return None
    wanted = 2 if partial[0] < 0xE0 else 3 if partial[0] < 0xF0 else 4
    if len(whole) < wanted:
        return whole, ""
    try:
        return b"", whole.decode()
    except UnicodeDecodeError:
        return None


def double_byte(codec: str) -> Step:
    """Make the step for GBK or Big5, which take one byte or two."""

    @lru_cache(maxsize=65536)
    def step(partial: bytes, byte: int) -> tuple[bytes, str] | None:
        whole = partial + bytes((byte,))
        if not partial and byte >= 0x81:
            return whole, ""
        try:
            return b"", whole.decode(codec)
        except UnicodeDecodeError:
            return None

    return step


@lru_cache(maxsize=65536)
def shown_by_gbk(character: str) -> tuple[tuple[bytes, float], ...]:
    """Give the bytes that a GBK or GB18030 decoder shows so."""
    if character == "€":
        return (b"\x80", 0.0), (b"\xa2\xe3", 0.0)
    return ((character.encode("gb18030", "ignore"), 0.0),)


@lru_cache(maxsize=65536)
def shown_by_big5(character: str) -> tuple[tuple[bytes, float], ...]:
    """Give the bytes that a Big5 decoder shows so."""
    encoded = {character.encode(codec, "ignore") for codec in ("big5hkscs", "cp950")}
    return tuple((form, 0.0) for form in encoded if form)


@lru_cache(maxsize=4096)
def shown_by_latin(character: str) -> tuple[tuple[bytes, float], ...]:
    """Give the bytes that a Latin-1 or Windows-1252 decoder shows so, and ftfy after it."""
    if character == " ":
        return (b" ", 0.0), (b"\xa0", FOLDED)
    if character in "\"'":
        if character == '"':
            return (b'"', 0.0), (b"\x93", FOLDED), (b"\x94", FOLDED)
        # Between Chinese characters there is hardly an apostrophe: CA BC is likelier.
        return (b"\xca\xbc", 0.0), (b"'", FOLDED), (b"\x91", FOLDED), (b"\x92", FOLDED)
    if character < "\x80":
        return ((character.encode(), 0.0),)
    forms = {character.encode(codec, "ignore"): 0.0 for codec in ("latin-1", "cp1252")}
    # Of two bytes that make UTF-8, ftfy makes one character: C3 A9 becomes E9.
    encoded = character.encode("utf-8", "ignore")
    forms.setdefault(encoded, FOLDED)
    if len(encoded) == 2:  # and it may have done so twice: C4 C2 B5 becomes C4 B5
        forms.setdefault(encoded[:1] + encoded[1:].decode("latin-1").encode(), 2 * FOLDED)
    for rest, mark in parted(character):
        forms.setdefault(rest.encode("latin-1") + mark.encode(), FOLDED)
    return tuple((form, cost) for form, cost in forms.items() if form)


def parted(cluster: str) -> Iterator[tuple[str, str]]:
    """Take a mark off a letter that is a byte without it: CC A8, the bytes of 台, is a mark."""
    letter, *marks = tuple(unicodedata.normalize("NFD", cluster))
    for mark in marks:
        rest = unicodedata.normalize("NFC", letter + "".join(m for m in marks if m != mark))
        if len(rest) == 1 and "\u00c0" <= rest <= "\u00ff":
            yield rest, mark


@dataclass(frozen=True, slots=True)
class Reading:
    """How characters came about: what they are shown by, what their bytes are, how often over."""

    shown: Options
    step: Step
    layers: int = 1
    beam: int = 5
    lost: tuple[int, ...] = ()
    """Single bytes that cleaners take out."""


class _State(NamedTuple):
    score: float
    partials: tuple[bytes, ...]
    context: str
    text: str


def reread(
    text: str, reading: Reading, model: PageModel, deadline: float = math.inf
) -> tuple[str, float]:
    """Give the likeliest text behind what is shown, with its log probability in nats.

    Raises TooSlowError behind the deadline, a time of `time.monotonic`.
    """
    states = [_State(0.0, (b"",) * reading.layers, "", "")]
    at = 0
    while at < len(text):
        if time.monotonic() > deadline:
            raise TooSlowError
        if len(states) == 1 and reading.step is utf8:
            certain = _CERTAIN.match(text, at)
            sure = certain and _certain(states[0], certain[0], reading, model)
            if certain and sure:
                states, at = [sure], certain.end()
                continue
        character, following = text[at], text[at + 1 : at + 2] or "\n"
        shown = SWALLOWING if character == "?" and following < "\x80" else character
        behind = list(_shown(states, shown, 0, reading, model))
        if reading.lost:
            behind += list(_inserted(sorted(behind, key=_by_promise)[:GUESSING], reading, model))
        # Nothing explains this one: it stays, and reading begins anew behind it.
        states = _best(behind, reading.beam) or [_skipped(states[0], character)]
        at += 1
    # A text cut in mid-character loses the part that is left.
    done = [s for s in states if not any(s.partials)] or states
    return done[0].text, done[0].score


def _best(states: list[_State], beam: int) -> list[_State]:
    if len(states) < 2:
        return states
    ordered = sorted(states, key=_by_promise)
    least = _by_promise(ordered[0]) + LEAD
    best: dict[tuple[object, ...], _State] = {}
    for state in ordered:
        if len(best) == beam or _by_promise(state) > least:
            break
        best.setdefault((state.partials, state.context), state)
    return list(best.values())


def _certain(state: _State, shown: str, reading: Reading, model: PageModel) -> _State | None:
    """Read a stretch without any doubtful character at once; None where its bytes do not fit."""
    text, partials = shown, []
    for partial in state.partials:
        if not _CERTAIN.fullmatch(text):
            return None
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            text = decoder.decode(partial + text.encode("gb18030"))
        except UnicodeError:
            return None
        partials.append(decoder.getstate()[0])
    folded = state.context + fold(text)
    start = len(state.context)
    score = sum(
        model.log_p(folded[max(0, i - 2) : i], folded[i]) for i in range(start, len(folded))
    )
    return _State(state.score + score, tuple(partials), folded[-2:], state.text + text)


def _skipped(state: _State, character: str) -> _State:
    empty = (b"",) * len(state.partials)
    return _State(state.score + SKIPPED, empty, fold(character), state.text + character)


def _by_promise(state: _State) -> float:
    """Compare states that have come to different ends: an open byte has its cost before it."""
    return OPEN_BYTE * sum(map(len, state.partials)) - state.score


def _shown(
    states: Iterable[_State], character: str, layer: int, reading: Reading, model: PageModel
) -> Iterator[_State]:
    unknown = character in (SWALLOWING, UNKNOWN, "?")
    plain = "?" if character == SWALLOWING else character
    for rank, state in enumerate(states):
        for form, cost in reading.shown(plain) if character != UNKNOWN else ():
            yield from _bytes(_cost(state, cost), form, layer, reading, model)
        if unknown and rank < GUESSING and reading.shown is shown_by_gbk:
            yield from _lost(state, character, layer, reading, model)


def _written(state: _State, character: str, model: PageModel) -> _State:
    folded = fold_one(character)
    score = state.score + model.log_p(state.context, folded)
    return _State(score, state.partials, (state.context + folded)[-2:], state.text + character)


@lru_cache(maxsize=4096)
def _outcomes(partial: bytes) -> tuple[tuple[bool, bytes, str], ...]:
    """Give what a lost byte or pair of UTF-8 can have ended in: whether it was one byte, what is
    open behind it, and the character it completed, if that is one of daily use.
    """
    pairs = _unmapped_pairs((0, 1, 2, 1)[len(partial)])
    singles = [bytes((b,)) for b in (range(0x80, 0xC0) if partial else range(0xE3, 0xEA))]
    found = []
    for form in (*pairs, *singles):
        rest, written = partial, ""
        for byte in form:
            taken = utf8(rest, byte)
            if taken is None:
                break
            rest, written = taken[0], written + taken[1]
        else:
            if not written or written in common():
                found.append((len(form) == 1, rest, written))
    return tuple(found)


def _cost(state: _State, nats: float) -> _State:
    return state._replace(score=state.score + nats)


def _bytes(
    state: _State, form: bytes, layer: int, reading: Reading, model: PageModel
) -> Iterator[_State]:
    behind = [state]
    for byte in form:
        behind = [new for old in behind for new in _byte(old, byte, layer, reading, model)]
    yield from behind


def _byte(
    state: _State, byte: int, layer: int, reading: Reading, model: PageModel
) -> Iterator[_State]:
    taken = reading.step(state.partials[layer], byte)
    if taken is None:
        return
    partial, character = taken
    partials = (*state.partials[:layer], partial, *state.partials[layer + 1 :])
    if not character:
        yield _State(state.score, partials, state.context, state.text)
    elif layer + 1 < reading.layers:
        inner = _State(state.score, partials, state.context, state.text)
        yield from _shown([inner], character, layer + 1, reading, model)
    else:
        yield _written(state._replace(partials=partials), character, model)


def _inserted(states: Iterable[_State], reading: Reading, model: PageModel) -> Iterator[_State]:
    for state in states:
        for byte in reading.lost:
            yield from _bytes(_cost(state, LOST), bytes((byte,)), 0, reading, model)


@lru_cache(maxsize=4)
def _unmapped_pairs(open_bytes: int) -> tuple[bytes, ...]:
    """Give the pairs not every GBK decoder maps, as UTF-8 of Chinese holds them at a place."""
    follows, leads = range(0x80, 0xC0), (*range(0xE3, 0xEA), 0xEF)
    first, second = ((leads, follows), (follows, follows), (follows, leads))[open_bytes]
    pairs = ((lead, trail) for lead in first for trail in second)
    return tuple(
        bytes(pair) for pair in pairs if pair[0] == 0x80 or not gbk.character(pair[0], pair[1])
    )


def _lost(
    state: _State, shown: str, layer: int, reading: Reading, model: PageModel
) -> Iterator[_State]:
    """Try what a GBK decoder shows as one sign: a pair it does not map, or a single byte."""
    # PHP drops pairs, and a single byte only with the ASCII behind it; others drop single bytes.
    pair_cost, byte_cost = (
        (LOST, 3 * LOST) if shown == "?" and layer + 1 == reading.layers else (2 * LOST, LOST)
    )
    partial = state.partials[layer]
    if layer + 1 == reading.layers and reading.step is utf8:
        for single, rest, character in _outcomes(partial):
            behind = _cost(state, byte_cost if single else pair_cost)
            behind = behind._replace(partials=(*state.partials[:layer], rest))
            yield _written(behind, character, model) if character else behind
        return
    for pair in _unmapped_pairs((0, 1, 2, 1)[len(partial)]):
        yield from _bytes(_cost(state, pair_cost), pair, layer, reading, model)
    for byte in range(0x80, 0xC0) if partial else range(0xE3, 0xEA):
        for new in _bytes(_cost(state, byte_cost), bytes((byte,)), layer, reading, model):
            yield new
            if layer + 1 < reading.layers and shown == "?" and not new.partials[layer]:
                # The sign of an inner loss is ASCII, and was swallowed with the byte before it.
                yield from _shown([new], "?", layer + 1, reading, model)
