"""Reads characters as the bytes they were made of, and these anew: a beam search over what is lost.

What a page shows names the bytes behind it, but for those that its decoder, or a cleaner after it,
dropped or replaced. All that they can have been is tried; the decoding of the bytes and the
language model choose.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import numpy as np

from pipelines.charset.candidates import known, units
from pipelines.charset.model.language import LanguageModel, fold
from pipelines.charset.undo import Deadline

LOST, FOLDED = -3.0, -2.0
OPEN_BYTE, SKIPPED = 2.5, -25.0
BEAM, LEAD = 4, 12.0
# A window as poor as this, in nats a character, is looked at closely: wider ones and poorer ones
# overlook what is out of step for two characters.
WINDOW, POOR_EACH = 2, 10.0
# Characters that are looked at ahead, and how many of them must be sound, but for the last ones.
AHEAD, FEWEST_AHEAD, MARGIN, PAUSE = 200, 8, 5, 8
# What Windows-1252 and Latin-1 show for bytes, and what ftfy makes of two that are UTF-8.
_LATIN_BYTES = {code: "".join(map(chr, chr(code).encode())) for code in range(0x100, 0x800)} | {
    ord(bytes((byte,)).decode("cp1252")): chr(byte)
    for byte in range(0x80, 0xA0)
    if byte not in b"\x81\x8d\x8f\x90\x9d"
}
_PROMISE = itemgetter(0)
# No character of daily use begins with these.
_NO_LEADS = {"gbk": (b"\xad",), "big5hkscs": ()}
_BEYOND_LATIN = re.compile("[^\\x00-\u07ff" + "".join(map(chr, _LATIN_BYTES)) + "]")
# Where ftfy made one character of two, its quotes may have been characters, too.
_COMPOSED = re.compile("[\u0180-\u02af\u0370-\u07ff]")
_QUOTE_OR_BEYOND = re.compile(_BEYOND_LATIN.pattern + "|[\"']")


Options = Callable[[str], tuple[tuple[bytes, float], ...]]


@lru_cache(maxsize=65536)
def _step(codec: str, partial: bytes, form: bytes) -> tuple[bytes, str, tuple[str, ...]] | None:
    """Take in bytes: what is open behind them, the characters completed, and each of them folded.

    None where they do not fit.
    """
    text = ""
    for byte in form:
        whole = partial + bytes((byte,))
        if not partial and byte >= 0x81:
            partial = whole
            continue
        try:
            text += whole.decode(codec)
        except UnicodeDecodeError:
            return None
        partial = b""
    return partial, text, tuple(map(fold, text))


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
    if len(encoded) == 2:  # also where a soft hyphen stood between
        forms.setdefault(encoded[:1] + b"\xad" + encoded[1:], FOLDED + LOST)
        # and it may have done so twice: C4 C2 B5 becomes C4 B5
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
    """How characters came about: what they are shown by, and what their bytes are."""

    shown: Options
    encode: Callable[[str], bytes]
    """Gives the likeliest bytes; raises UnicodeEncodeError."""
    codec: str
    lost: tuple[bytes, ...] = ()
    """Single bytes that cleaners take out."""


# What states that have come to different ends are compared by, the least is the best; the log
# probability; the open byte; the last two characters, folded; the text.
_State = tuple[float, float, bytes, str, str]


def _state(score: float, partial: bytes, context: str, text: str) -> _State:
    """Make a state; an open byte has its cost before it."""
    return (OPEN_BYTE * len(partial) - score, score, partial, context, text)


def read_at_once(text: str, reading: Reading) -> str | None:
    """Read a text of which nothing is lost; None where the bytes do not fit."""
    try:
        return reading.encode(text).decode(reading.codec)
    except UnicodeError:
        return None


def reread(
    text: str, model: LanguageModel, deadline: Deadline, reading: Reading
) -> tuple[str, float]:
    """Give the likeliest text behind what is shown, with its log probability in nats.

    Raises TooSlowError behind the deadline.
    """
    states = [_state(0.0, b"", "", "")]
    single = reading.shown is shown_by_latin
    at = looked = 0
    while at < len(text):
        deadline.check()
        if single and len(states) == 1 and at >= looked:
            taken, states[0] = _sound_ahead(states[0], text[at : at + AHEAD], reading)
            at += taken
            looked = at + PAUSE
            if taken:
                continue
        character = text[at]
        behind = [
            new
            for form, cost in reading.shown(character)
            for state in states
            if (new := _taken(state, form, cost, reading.codec, model))
        ]
        if reading.lost and behind:
            # Guesses behind the second best state, too, changed nothing in 160 texts.
            best = min(behind, key=_PROMISE)
            behind += [
                new
                for lost in reading.lost
                if best[2] or lost not in _NO_LEADS[reading.codec]
                if (new := _taken(best, lost, LOST, reading.codec, model))
            ]
        # Nothing explains this one: it stays, and reading begins anew behind it.
        states = _best(behind) or [_skipped(states[0], character)]
        at += 1
    # A text cut in mid-character loses the part that is left.
    done = [state for state in states if not state[2]] or states
    _, score, _, _, read = done[0]
    return read, score


def _best(states: list[_State]) -> list[_State]:
    if len(states) < 2:
        return states
    ordered = sorted(states, key=_PROMISE)
    least = ordered[0][0] + LEAD
    best: dict[tuple[bytes, str], _State] = {}
    for state in ordered:
        promise, _, partial, context, _ = state
        if len(best) == BEAM or promise > least:
            break
        best.setdefault((partial, context), state)
    return list(best.values())


def _sound_ahead(state: _State, shown: str, reading: Reading) -> tuple[int, _State]:
    """Read on at once as long as the text is sound: how many characters were taken, the state."""
    _, before, partial, _, read = state
    try:
        body = latin_bytes(shown)
    except UnicodeEncodeError as error:
        shown = shown[: error.start]
        body = latin_bytes(shown)
    decoder = codecs.getincrementaldecoder(reading.codec)()
    try:
        text = decoder.decode(partial + body)
    except UnicodeDecodeError as error:
        text = (partial + body)[: error.start].decode(reading.codec)
    # What is lost shows only in what comes after it.
    sound = sound_until(text) - MARGIN
    ends = np.cumsum([len(character.translate(_LATIN_BYTES)) for character in shown])
    while sound >= FEWEST_AHEAD:
        size = len(text[:sound].encode(reading.codec)) - len(partial)
        taken = int(np.searchsorted(ends, size)) + 1
        if ends[taken - 1] == size:
            text = text[:sound]
            return taken, _state(before - surprisal(text), b"", fold(text[-2:]), read + text)
        sound -= 1
    return 0, state


def latin_bytes(shown: str) -> bytes:
    """Give the bytes that Latin-1 or Windows-1252 shows so, and ftfy after it.

    Raises UnicodeEncodeError, with the place in `shown`, where there are none.
    """
    beyond = (_QUOTE_OR_BEYOND if _COMPOSED.search(shown) else _BEYOND_LATIN).search(shown)
    if beyond:
        raise UnicodeEncodeError("latin-1", shown, *beyond.span(), "no Latin character")
    return shown.translate(_LATIN_BYTES).encode("latin-1")


def surprisal(text: str) -> float:
    """Say how unlikely the characters of a text are in Chinese of either script, in nats."""
    return float(known("gb18030").costs[units(text)].sum())


def sound_until(text: str) -> int:
    """Say how many characters there are before the first window of uncommon ones."""
    total = np.cumsum(known("gb18030").costs[units(text)])
    poor = np.flatnonzero(total[WINDOW:] - total[:-WINDOW] > POOR_EACH * WINDOW)
    return int(poor[0]) if len(poor) else len(text)


def _skipped(state: _State, character: str) -> _State:
    _, score, _, _, read = state
    return _state(score + SKIPPED, b"", fold(character), read + character)


def _taken(
    state: _State, form: bytes, cost: float, codec: str, model: LanguageModel
) -> _State | None:
    _, score, partial, context, text = state
    step = _step(codec, partial, form)
    if step is None:
        return None
    partial, completed, folded = step
    for character in folded:
        score += model.log_p(context, character)
        context = context[-1:] + character
    score += cost
    # As _state does, without a call: most of the time of a slow page is spent here.
    return OPEN_BYTE * len(partial) - score, score, partial, context, text + completed
