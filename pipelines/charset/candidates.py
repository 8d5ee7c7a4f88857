"""Which encoding a page is in: the one in which its text is the least unlikely."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Costs: TypeAlias = NDArray[np.float32]
Units: TypeAlias = NDArray[np.uint16]

# What characters cost, in nats. Frequency falls with rank as it does in Chinese running text.
FREQUENT, PER_FOLD, PER_RANK = 3.2, 0.55, 1 / 800
# The letters of an alphabet differ more.
ALPHABET, FIRST_LETTER, PER_LETTER = 110, 2.4, 0.1
ASCII, SYMBOL, UNLISTED, PRIVATE, BROKEN = 3.0, 10.0, 13.0, 17.0, 17.0
# Symbols and other scripts stand in sound pages, too.
NOT_ODD = 8.0
# Well-formed UTF-8 is hardly ever an accident, whatever the language.
WELL_FORMED = 9.0
# A declaration weighs as much as one or two characters: it decides short pages only.
DECLARED = 8.0
# `common_in`: about as many as make up nine tenths of a text.
COMMON = 560

# A page is judged by windows spread over it: the head of a hijacked page is in another language.
WINDOWS, WINDOW_BYTES = 6, 400
# Fewer bytes beyond ASCII than this, and the whole page is looked at.
ENOUGH_BYTES = 600
# A byte of sound Chinese text costs less than this, in nats.
SOUND = 4.0
# Where windows have too few of them, this much of the page is looked at.
SEARCHED = 300_000
MISPLACED = 3.0
# A letter of a whole word stands beside its like, an accented one among plain ones.
_MISPLACED = {
    "letters": re.compile(rb"[A-Za-z](?=[\xa8-\xff])|[\xa8-\xff](?=[A-Za-z])"),
    "accents": re.compile(rb"[\xc0-\xff](?=[\xc0-\xff])"),
    "tones": re.compile(rb"[\xc0-\xff](?=[\xc0-\xff]{2})"),
}
# Every byte that may follow a lead byte is kept with it; the rest separates stretches.
_STRETCH = re.compile(rb"[A-Za-z]?[\x80-\xff](?:[\x40-\x7e]{0,2}[\x80-\xff])*[\x40-\x7e]{0,2}")


@dataclass(frozen=True, eq=False)
class Candidate:
    """An encoding that a page may be in.

    `kind` says how characters beyond ASCII stand: as byte "pairs" (or more), as single "letters"
    of whole words, or as "accents" among plain letters. `common` are the characters of each of
    its languages, the most frequent first.
    """

    label: str
    codec: str
    kind: str
    surprise: float
    common: tuple[str, ...]

    @property
    def multibyte(self) -> bool:
        """Tell encodings in which characters take several bytes, which may get out of step."""
        return self.kind == "pairs"

    @cached_property
    def costs(self) -> Costs:
        """How unlikely each UTF-16 unit is, -ln p, in the language that it is most likely in."""
        table = np.full(65536, WELL_FORMED if self.label == "utf-8" else UNLISTED, np.float32)
        if self.kind == "pairs":
            table[:0x3400] = table[0xFF00:] = np.minimum(table[0], SYMBOL)
        for language in self.common:
            found = units(language)
            table[found] = np.minimum(table[found], _by_rank(len(found)))
        table[0x20:0x7F] = table[[9, 10, 13]] = ASCII
        table[:9] = table[14:0x20] = table[0x7F:0xA0] = PRIVATE
        table[0xE000:0xF900] = PRIVATE
        table[0xFFFD] = BROKEN
        return table

    @cached_property
    def oddness(self) -> Costs:
        """The same for what reading out of step gives: ideographs and private characters."""
        table = np.minimum(self.costs, NOT_ODD)
        table[0x3400:0xFA00] = self.costs[0x3400:0xFA00]
        return table

    @cached_property
    def byte_costs(self) -> Costs:
        """How unlikely each byte is, in each language, of an encoding of one byte a character."""
        read = units(bytes(range(256)).decode(self.codec, "replace"))
        alone = [replace(self, common=(language,)) for language in self.common]
        return np.array([each.costs[read] for each in alone])

    def cost_of(self, character: str) -> float:
        """Say how unlikely one character is, -ln p."""
        return float(self.costs[ord(character)]) if character < "\U00010000" else UNLISTED

    def cost(self, sample: bytes) -> float:
        """Say how unlikely bytes are in this encoding's languages, -ln p."""
        if self.multibyte:
            return float(self.costs[units(sample.decode(self.codec, "replace"))].sum())
        counts = np.bincount(np.frombuffer(sample, np.uint8), minlength=256)
        misplaced = len(_MISPLACED[self.kind].findall(sample))
        return float((self.byte_costs @ counts).min()) + MISPLACED * misplaced


def _by_rank(size: int) -> Costs:
    rank = np.arange(1, size + 1, dtype=np.float32)
    if size > ALPHABET:
        return FREQUENT + PER_FOLD * np.log(rank) + PER_RANK * rank
    return FIRST_LETTER + PER_LETTER * rank


def units(text: str) -> Units:
    """Give a text's UTF-16 units."""
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.dtype("<u2"))


def _rows(name: str) -> list[tuple[str, ...]]:
    table = files("pipelines.charset.data").joinpath(name).read_text(encoding="utf-8")
    return [tuple(line.split("\t")) for line in table.split("\n") if line and line[0] != "#"]


@cache
def candidates() -> tuple[Candidate, ...]:
    """Read the table of encodings; the order is the order of preference at equal evidence."""
    common = {row[0]: row[1] for row in _rows("common.tsv")}
    return tuple(
        Candidate(
            label, codec, kind, float(surprise), tuple(common[each] for each in languages.split())
        )
        for label, codec, kind, surprise, languages in _rows("encodings.tsv")
    )


@cache
def candidate(label: str) -> Candidate | None:
    """Look an encoding up by its WHATWG label."""
    return next((each for each in candidates() if each.label == label), None)


def known(label: str) -> Candidate:
    """Look up an encoding that is in the table."""
    found = candidate(label)
    assert found is not None
    return found


@cache
def common_in(label: str) -> frozenset[str]:
    """List the characters that are common in texts in an encoding."""
    found = candidate(label)
    languages = found.common if found else ()
    return frozenset("".join(language[:COMMON] for language in languages))


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoding that reads the page best, by how many nats, and what a byte costs in it."""

    best: Candidate
    margin: float
    per_byte: float


def choose(body: bytes, declared: Collection[str], among: Collection[str] = ()) -> Choice:
    """Weigh every encoding, or some, on a sample of the bytes beyond ASCII."""
    sample = b"\n".join(_stretches(body))
    field = [each for each in candidates() if not among or each.label in among]
    choice = _choose({each: each.cost(sample) for each in field}, declared, len(sample))
    doubtful = choice.per_byte > SOUND if choice.best.multibyte else len(sample) < ENOUGH_BYTES
    if not doubtful:
        return choice
    # Behind a broken byte, a wrong encoding may be in step by chance and the right one not.
    from pipelines.charset.resync import cheapest

    head = sample[:ENOUGH_BYTES]
    return _choose(
        {each: cheapest(head, each) if each.multibyte else each.cost(head) for each in field},
        declared,
        len(head),
    )


def _choose(costs: dict[Candidate, float], declared: Collection[str], size: int) -> Choice:
    priced = {
        each: cost + each.surprise - DECLARED * (each.label in declared)
        for each, cost in costs.items()
    }
    best, *others = sorted(priced, key=priced.__getitem__)
    margin = priced[others[0]] - priced[best] if others else DECLARED
    return Choice(best, margin, costs[best] / max(1, size))


def _stretches(body: bytes) -> list[bytes]:
    """Pick stretches of bytes beyond ASCII from all over the page."""
    if len(body) > 2 * WINDOWS * WINDOW_BYTES:
        stretches: list[bytes] = []
        for window in range(WINDOWS):
            start = (len(body) - WINDOW_BYTES) * window // (WINDOWS - 1)
            # The first one may begin in the middle of a character.
            stretches += _STRETCH.findall(body, start, start + WINDOW_BYTES)[start > 0 :]
        if sum(map(len, stretches)) >= ENOUGH_BYTES:
            return stretches
    stretches = _STRETCH.findall(body, 0, SEARCHED) or _STRETCH.findall(body)
    every = max(1, sum(map(len, stretches)) // (WINDOWS * WINDOW_BYTES))
    return [stretch[: WINDOWS * WINDOW_BYTES] for stretch in stretches[::every]]
