"""Read a page window by window; one that reads badly is searched, also for a second encoding."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

import numpy as np

from pipelines.charset.candidates import Candidate, Costs, Units, units
from pipelines.charset.resync import LOST, search

WINDOW, LOOK_AHEAD = 512, 64
BROKEN_WINDOWS = 8
_WELL_FORMED = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]{2})+")
# A search is only paid for so much of a page; the rest of a hopeless one is read as it comes.
SEARCH_BYTES = 100_000
# So many odd characters in a row are a list of rare names, or bytes read out of step.
RUN, ODD = 6, 11.0
# Fewer are suspect where byte pairs get back in step behind them.
SUSPECT, FEW, FEW_ODD = 9.5, 4, 9.5


@dataclass
class Block:
    """Texts in one encoding, and where they begin in the bytes."""

    encoding: Candidate
    start: int
    texts: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """A page read so far: its blocks, how many broken bytes, whether its last character is cut."""

    blocks: list[Block] = field(default_factory=list)
    lost: int = 0
    cut: bool = False

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(text for block in self.blocks for text in block.texts)

    def add(self, encoding: Candidate, start: int, text: str) -> None:
        """Append a text; broken bytes in a row become one mark."""
        if not self.blocks or self.blocks[-1].encoding is not encoding:
            self.blocks.append(Block(encoding, start))
        texts = self.blocks[-1].texts
        self.lost += text.count(LOST)
        if text != LOST or not texts or texts[-1] != LOST:
            texts.append(text)

    def forget_cut_character(self) -> None:
        """Leave out what a page that ends within a character has of it."""
        if self.blocks and self.blocks[-1].texts[-1:] == [LOST]:
            self.blocks[-1].texts.pop()
            self.lost, self.cut = max(0, self.lost - 1), True


def oddness(text: str, encoding: Candidate) -> tuple[float, bool]:
    """Say how odd a text is: nats a character beyond ASCII, and whether a run of them is odd."""
    found = units(text)
    total = encoding.oddness.take(found.compress(found > 0x7F)).cumsum()
    if len(total) <= RUN:
        average = float(total[-1]) / len(total) if len(total) else 0.0
        return average, average > ODD
    worst = float(np.maximum.reduce(total[RUN:] - total[:-RUN])) / RUN
    is_odd = worst > ODD or (worst > SUSPECT and _realigned(found, total))
    return float(total[-1]) / len(total), is_odd


def _realigned(found: Units, total: Costs) -> bool:
    """Find a few odd characters that end in a letter, which is how byte pairs get back in step."""
    at = np.flatnonzero(found > 0x7F)
    last, odd = at[FEW:-1], (total[FEW:-1] - total[: -FEW - 1]) / FEW > FEW_ODD
    in_a_row = (last - at[1:-FEW] == FEW - 1) & (at[FEW + 1 :] - last == 2)
    return bool((odd & in_a_row & (found[last + 1] >= ord("@"))).any())


def broken(body: bytes) -> bytes:
    """Give what is not well-formed UTF-8 where such bytes are first met."""
    found: list[bytes] = []
    view, at = memoryview(body), 0
    while len(found) < BROKEN_WINDOWS:
        try:
            codecs.utf_8_decode(view[at:], "strict", False)
            break
        except UnicodeDecodeError as error:
            start = at + error.start
            at = start + WINDOW
            found.append(_WELL_FORMED.sub(b"\n", body[start:at]))
            while at < len(body) and 0x80 <= body[at] < 0xC0:
                at += 1
    return b"\n".join(found)


def read(body: bytes, encoding: Candidate, other: Candidate | None) -> Reading:
    """Read a page in its encoding, with blocks in another one if there is another."""
    readings = (encoding, other) if other else (encoding,)
    reading, at, state, budget = Reading(), 0, 0, SEARCH_BYTES
    while at < len(body):
        window = body[at : at + WINDOW]
        last = at + WINDOW >= len(body)
        if sound := _sound(window, readings[state]):
            text, used = sound
            reading.add(readings[state], at, text)
            at += used
            if last and at < len(body):
                reading.cut = True
                break
        elif budget <= 0:
            state = _easier(window, readings)
            reading.add(readings[state], at, window.decode(readings[state].codec, "replace"))
            at += len(window)
        else:
            budget -= len(window)
            used = 0
            for piece in search(body[at : at + WINDOW + LOOK_AHEAD], readings, state):
                if not last and piece.start >= WINDOW:
                    break
                reading.add(readings[piece.encoding], at + piece.start, piece.text)
                used, state = piece.end, piece.encoding
            at += used
            if last:
                reading.forget_cut_character()
    return reading


def _easier(window: bytes, readings: tuple[Candidate, ...]) -> int:
    costs = [each.cost(window) for each in readings]
    return costs.index(min(costs))


def _sound(window: bytes, encoding: Candidate) -> tuple[str, int] | None:
    """Read a window if it reads well, but for a character cut at its end: text, bytes used."""
    try:
        if encoding.label == "utf-8":
            text, used = codecs.utf_8_decode(window, "strict", False)
            return text, used
        decoder = codecs.getincrementaldecoder(encoding.codec)()
        text = decoder.decode(window)
    except UnicodeDecodeError:
        return None
    used = len(window) - len(decoder.getstate()[0])
    return None if oddness(text, encoding)[1] else (text, used)
