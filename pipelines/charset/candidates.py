"""Which legacy encoding a page is in: the one that reads it as characters people use."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SAMPLE_BYTES = 6_000
# A declaration weighs as much as this many common characters: it decides short pages only.
DECLARED_WEIGHT = 2.0
# Unsaid, a byte pair on the Chinese web is GBK.
HOME, HOME_WEIGHT = "gb18030", 0.5

# Every byte that may follow a lead byte is kept with it; the rest separates stretches.
_STRETCH = re.compile(rb"[\x80-\xff](?:[\x40-\x7e]{0,2}[\x80-\xff])*[\x40-\x7e]?")
_ISOLATED = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(r"[^\x00-\x7f]+")
_CYRILLIC_OR_GREEK = frozenset({"windows-1251", "windows-1253", "koi8-r"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding that a page may be in, with the characters that are common in its languages."""

    label: str
    codec: str
    common: frozenset[str]

    @property
    def single_byte(self) -> bool:
        """Tell the encodings of one byte a letter from those of byte pairs."""
        return self.label.startswith(("windows", "koi8"))


@cache
def candidates() -> tuple[Candidate, ...]:
    """Read the table of encodings; the order is the order of preference at equal evidence."""
    table = files("pipelines.charset.data").joinpath("common.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.split("\n") if line and line[0] != "#")
    return tuple(Candidate(label, codec, frozenset(common)) for label, codec, common in rows)


def candidate(label: str) -> Candidate | None:
    """Look an encoding up by its WHATWG label."""
    return next((each for each in candidates() if each.label == label), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoding that reads the page best; scores are shares of common characters, 0-1."""

    best: Candidate
    score: float
    runner_up: float
    characters: int


def choose(body: bytes, declared: Collection[str]) -> Choice:
    """Score every encoding on a sample of the non-ASCII bytes and take the best."""
    sample = _sample(body)
    isolated = len(_ISOLATED.findall(sample)) / max(1, len(_HIGH_BYTES.findall(sample)))
    scored = []
    for each in candidates():
        points, characters = _points(sample, each, isolated)
        prior = DECLARED_WEIGHT if each.label in declared else HOME_WEIGHT * (each.label == HOME)
        score = (points + prior) / (characters + DECLARED_WEIGHT)
        scored.append((score, each, characters))
    scored.sort(key=lambda row: row[0], reverse=True)
    score, best, characters = scored[0]
    return Choice(best, max(0.0, score), max(0.0, scored[1][0]), characters)


_HIGH_BYTES = re.compile(rb"[\x80-\xff]")


def _sample(body: bytes) -> bytes:
    stretches = _STRETCH.findall(body)
    size = sum(map(len, stretches))
    # Stretches from all over the page: the head of a hijacked page is in another language.
    every = max(1, size // SAMPLE_BYTES)
    return b"\n".join(stretch[:SAMPLE_BYTES] for stretch in stretches[::every])[: 2 * SAMPLE_BYTES]


def _points(sample: bytes, each: Candidate, isolated: float) -> tuple[float, int]:
    """Count common characters less broken bytes, and all characters beyond ASCII."""
    text = "".join(_HIGH.findall(sample.decode(each.codec, "replace")))
    if not text:
        return 0.0, 0
    broken = text.count("\ufffd")
    if each.label == "utf-8":
        # Byte structure is evidence enough, whatever the language.
        return 0.9 * (len(text) - broken) - broken, len(text)
    common = sum(map(each.common.__contains__, text))
    if each.single_byte and each.label not in _CYRILLIC_OR_GREEK:
        # Accents stand alone among plain letters; two or more in a row are byte pairs.
        return common * isolated - broken, len(text)
    return common - broken, len(text)
