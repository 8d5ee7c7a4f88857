"""Which legacy encoding a page is in: the one that reads it as characters people use."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# A page is judged by windows spread over it: the head of a hijacked page is in another language.
WINDOWS, WINDOW_BYTES = 6, 400
# Fewer bytes beyond ASCII than this, and the whole page is looked at.
ENOUGH_BYTES = 600
# A declaration weighs as much as this many common characters: it decides short pages only.
DECLARED_WEIGHT = 2.0
# Unsaid, a byte pair on the Chinese web is GBK.
HOME, HOME_WEIGHT = "gb18030", 0.5

# Every byte that may follow a lead byte is kept with it; the rest separates stretches.
_STRETCH = re.compile(rb"[\x80-\xff](?:[\x40-\x7e]{0,2}[\x80-\xff])*[\x40-\x7e]?")
_ISOLATED = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(r"[^\x00-\x7f]+")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
# Nobody uses it undeclared any more, and its alphabet lies where GBK has its common characters.
_ONLY_DECLARED = frozenset({"koi8-r"})
# Alphabets of which every letter is beyond ASCII.
_WHOLE_WORDS = frozenset({"windows-1251", "windows-1253", "koi8-r"})


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


def common_in(label: str) -> frozenset[str]:
    """List the characters that are common in texts in an encoding."""
    found = candidate(label)
    return found.common if found else frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """The encoding that reads the page best; scores are shares of common characters, 0-1."""

    best: Candidate
    score: float
    runner_up: float


def choose(body: bytes, declared: Collection[str]) -> Choice:
    """Score every encoding on a sample of the non-ASCII bytes and take the best."""
    stretches = _stretches(body)
    in_step = b"\n".join(stretches)
    # A short page with a broken byte is out of step from there on; a long one outvotes it.
    few = len(in_step) < ENOUGH_BYTES
    out_of_step = b"\n".join(stretch[1:] for stretch in stretches) if few else b""
    isolated = len(_ISOLATED.findall(in_step)) / max(1, len(_HIGH_BYTES.findall(in_step)))
    scored = []
    for each in candidates():
        if each.label in _ONLY_DECLARED and each.label not in declared:
            continue
        points, characters = _points(in_step, each, isolated)
        if out_of_step and not each.single_byte and each.common:
            points += max(0.0, _points(out_of_step, each, isolated)[0])
        prior = DECLARED_WEIGHT if each.label in declared else HOME_WEIGHT * (each.label == HOME)
        scored.append(((points + prior) / (characters + DECLARED_WEIGHT), each))
    scored.sort(key=lambda row: row[0], reverse=True)
    (score, best), (runner_up, _) = scored[:2]
    return Choice(best, max(0.0, score), max(0.0, runner_up))


def _stretches(body: bytes) -> list[bytes]:
    """Pick stretches of non-ASCII bytes from all over the page."""
    if len(body) > 2 * WINDOWS * WINDOW_BYTES:
        stretches: list[bytes] = []
        for window in range(WINDOWS):
            start = (len(body) - WINDOW_BYTES) * window // (WINDOWS - 1)
            # The first one may begin in the middle of a character.
            stretches += _STRETCH.findall(body, start, start + WINDOW_BYTES)[start > 0 :]
        if sum(map(len, stretches)) >= ENOUGH_BYTES:
            return stretches
    stretches = _STRETCH.findall(body)
    every = max(1, sum(map(len, stretches)) // (WINDOWS * WINDOW_BYTES))
    return [stretch[: WINDOWS * WINDOW_BYTES] for stretch in stretches[::every]]


def _points(sample: bytes, each: Candidate, isolated: float) -> tuple[float, int]:
    """Count common characters less broken bytes, and all characters beyond ASCII."""
    text = "".join(_HIGH.findall(sample.decode(each.codec, "replace")))
    broken = text.count("\ufffd")
    if each.label == "utf-8":
        # Byte structure is evidence enough, whatever the language.
        return 0.9 * (len(text) - broken) - broken, len(text)
    common = sum(map(each.common.__contains__, text))
    if each.single_byte and each.label not in _WHOLE_WORDS:
        # Accents stand alone among plain letters; two or more in a row are byte pairs.
        return common * isolated - broken, len(text)
    return common - broken, len(text)
