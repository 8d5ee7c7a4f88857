"""Reads UTF-8 that was decoded as GBK or GB18030, once or twice, and fills the gaps it left.

What a page shows names the bytes behind it, but for those that its decoder dropped or replaced.
UTF-8 says of every byte whether a character begins there: what stands on both sides of a gap tells
how much is missing, and the language model chooses among the characters that fit.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from pipelines.charset import gbk
from pipelines.charset.model.language import LanguageModel, fold, fold_one
from pipelines.charset.rereading import surprisal
from pipelines.charset.traditional import common
from pipelines.charset.undo import Deadline

# Nats: a byte lost for no known reason, a gap that nothing fits.
LOST, GIVEN_UP = -3.0, -15.0
UNKNOWN = "\ufffd"
# A broken byte in so many characters is an accident.
BROKEN_PER = 20
# What a decoder shows for bytes that it cannot read.
_SIGNS = re.compile("[?\ufffd€]+")
_EURO = (b"\x80", b"\xa2\xe3")
_CONTINUED = re.compile(b"[\x80-\xbf]{0,2}")
BEAM, PROMISING, LEAD, MOST_FITTING = 5, 6, 5.0, 600


@dataclass(frozen=True, slots=True)
class Gap:
    """The bytes of broken characters on both sides, and the byte that stood behind the loss."""

    left: bytes
    right: bytes
    next: int


Filling = tuple[float, str]


class Loss(Hashable, Protocol):
    """Bytes that are lost, and the sign in their place."""

    @property
    def sign(self) -> str:
        """What a page shows for them."""

    def fillings(self, gap: Gap) -> list[Filling]:
        """Give the texts that they can have made with the bytes beside them, with their costs."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A loss that shows as a sign, or as several."""

    sign: str

    def fillings(self, gap: Gap) -> list[Filling]:
        """Give what fits; the sign itself where it can have been text."""
        if not gap.left + gap.right and not self.sign.strip("?€"):
            return [(0.0, self.sign)]
        if self.sign == "€":
            wholes = ((gap.left + lost + gap.right).decode("utf-8", "ignore") for lost in _EURO)
            found = [(0.0, text) for text in wholes if text]
        else:
            found = list(_filled(self.sign, gap))
        return found or [(GIVEN_UP, self.sign)]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A character of the first wrong decoding that the second one damaged."""

    sign: str
    gap: Gap

    def fillings(self, gap: Gap) -> list[Filling]:
        """Give what fits twice: with the bytes beside them, the lost ones make a character."""
        found = list(_filled_twice(self.sign, self.gap, gap))
        if _fits(UNKNOWN.encode(), self.gap):
            found += Sign(UNKNOWN).fillings(gap)
        return found or [(GIVEN_UP, self.sign)]


def _fits(whole: bytes, gap: Gap) -> bool:
    return len(whole) == 3 and whole.startswith(gap.left) and whole.endswith(gap.right)


def _sizes(sign: str, following: int) -> Iterator[tuple[int, float]]:
    """Give how many bytes a sign can stand for."""
    if len(sign) > 1:
        for size in range(len(sign), 2 * len(sign) + 1):
            yield size, LOST * (size - len(sign))
    elif sign == "?" and following >= 0x80:
        # PHP drops pairs, and a single byte only with the ASCII behind it.
        yield 2, LOST
        yield 1, 3 * LOST
    else:
        yield 1, 0.0
        yield 2, 2 * LOST


@lru_cache(maxsize=8192)
def _filled(sign: str, gap: Gap) -> tuple[Filling, ...]:
    return tuple(
        (cost + _surprise(lost), text)
        for size, cost in _sizes(sign, gap.next)
        for text, lost in fitting(gap.left, size, gap.right)
        if _is_lost(lost, sign, gap.next)
    )


@lru_cache(maxsize=8192)
def _filled_twice(sign: str, gap: Gap, inner: Gap) -> tuple[Filling, ...]:
    found = []
    for size, cost in _sizes(sign, gap.next):
        if len(gap.left) + size + len(gap.right) != 3:
            continue
        for text, whole in _shown_between(inner.left, inner.right):
            if not _fits(whole, gap):
                continue
            lost = whole[len(gap.left) : 3 - len(gap.right)]
            if _is_lost(lost, sign, gap.next):
                found.append((cost + _surprise(lost), text))
    return tuple(found)


@lru_cache(maxsize=1024)
def _shown_between(left: bytes, right: bytes) -> tuple[tuple[str, bytes], ...]:
    """Give what fits around two lost bytes, with the UTF-8 of the character that showed them."""
    return tuple(
        (text, lost.decode("gb18030", "ignore").encode()) for text, lost in fitting(left, 2, right)
    )


def _is_lost(lost: bytes, sign: str, following: int) -> bool:
    """Say whether a decoder can have lost just these bytes: it does not lose what it can read."""
    behind = lost[1:] + bytes((following,))
    each = 2 if len(lost) > len(sign) else 1
    return all(map(_is_unreadable, lost[::each], behind[::each]))


@cache
def _is_unreadable(byte: int, after: int) -> bool:
    return byte == 0x80 or after < 0x40 or not gbk.character(byte, after)


def _surprise(lost: bytes) -> float:
    return 0.0 if b"\x80" in lost else LOST


@cache
def _common_bytes() -> tuple[npt.NDArray[np.uint8], list[str]]:
    three = sorted(c for c in common() if len(c.encode()) == 3)
    table = np.frombuffer("".join(three).encode(), np.uint8).reshape(-1, 3)
    return table, three


@lru_cache(maxsize=4096)
def fitting(left: bytes, size: int, right: bytes) -> tuple[tuple[str, bytes], ...]:
    """Give the one or two characters of daily use around lost bytes, and what these were."""
    total = len(left) + size + len(right)
    if total == 2:
        texts = [c for c in "·×÷°±" if c.encode().startswith(left) and c.encode().endswith(right)]
    elif total == 3:
        texts = list(_matching(left, right))
    elif total == 6:
        heads, tails = _matching(left, b""), _matching(b"", right)
        if len(heads) * len(tails) > MOST_FITTING:
            return ()
        texts = [head + tail for head in heads for tail in tails]
    else:
        return ()
    return tuple((text, text.encode()[len(left) : len(left) + size]) for text in texts)


def _matching(left: bytes, right: bytes) -> list[str]:
    table, characters = _common_bytes()
    mask = np.ones(len(table), bool)
    for column, byte in (*enumerate(left), *enumerate(right, 3 - len(right))):
        mask &= table[:, column] == byte
    return [characters[row] for row in np.flatnonzero(mask)]


class _State(NamedTuple):
    score: float
    context: str
    text: str


def read_utf8(
    shown: str, model: LanguageModel, deadline: Deadline, layers: int
) -> tuple[str, float] | None:
    """Give the likeliest text behind what is shown, with its log probability in nats.

    None where the bytes are no UTF-8. Raises TooSlowError behind the deadline.
    """
    texts, losses, gaps = [shown], list[Loss](), list[Gap]()
    try:
        for layer in range(layers):
            if layer:
                losses = [Hidden(loss.sign, gap) for loss, gap in zip(losses, gaps, strict=True)]
            pieces, losses = _bytes(texts, losses)
            texts, gaps = _decoded(pieces)
    except UnicodeError:
        return None
    states = [_State(0.0, fold(texts[0][-2:]), texts[0])]
    for loss, gap, text in zip(losses, gaps, texts[1:], strict=True):
        deadline.check()
        states = _behind(states, loss, gap, text, model)
    # What is certain is weighed roughly.
    certain = texts[0] + "".join(text[2:] for text in texts[1:])
    return states[0].text, states[0].score - surprisal(certain)


def _behind(
    states: list[_State], loss: Loss, gap: Gap, text: str, model: LanguageModel
) -> list[_State]:
    """Cross a gap, and read the text behind it."""
    if gap.left and loss.sign == "?":
        text = gbk.swallowed_digit(text) + text
    rest = text[2:]
    best: dict[str, _State] = {}
    for state in states:
        for score, context, said in _across(loss, gap, state.context, text[:2], model):
            new = _State(state.score + score, context, state.text + said)
            if context not in best or best[context].score < new.score:
                best[context] = new
    ahead = sorted(best.values(), key=_by_score)[:BEAM]
    if not rest:
        return ahead
    context = fold(text[-2:])
    return [_State(state.score, context, state.text + rest) for state in ahead]


# Pages say the same again and again.
@lru_cache(maxsize=16384)
def _across(
    loss: Loss, gap: Gap, context: str, head: str, model: LanguageModel
) -> tuple[_State, ...]:
    """Give the likely readings of a gap and the two characters behind it."""
    start = _State(0.0, context, "")
    filled = [_said(start, cost, filling, model) for cost, filling in loss.fillings(gap)]
    filled.sort(key=_by_score)
    least = filled[0].score - LEAD
    return tuple(
        _said(state, 0.0, head, model) for state in filled[:PROMISING] if state.score >= least
    )


def _by_score(state: _State) -> float:
    return -state.score


def _said(state: _State, cost: float, text: str, model: LanguageModel) -> _State:
    score, context, said = state
    for character in map(fold_one, text):
        score += model.log_p(context, character)
        context = context[-1:] + character
    return _State(score + cost, context, said + text)


def _bytes(texts: list[str], between: list[Loss]) -> tuple[list[bytes], list[Loss]]:
    """Turn texts into the bytes behind them, in stretches with losses between."""
    pieces: list[bytes] = []
    losses: list[Loss] = []
    for number, text in enumerate(texts):
        at = 0
        for match in _SIGNS.finditer(text):
            pieces.append(text[at : match.start()].encode("gb18030"))
            losses.append(Sign(match[0]))
            at = match.end()
        pieces.append(text[at:].encode("gb18030"))
        losses += between[number : number + 1]
    return pieces, losses


def _decoded(pieces: list[bytes]) -> tuple[list[str], list[Gap]]:
    """Read stretches of bytes; gaps are what of them is left over between.

    A byte here and there that no sign stands for becomes U+FFFD; raises UnicodeError where there
    are more.
    """
    texts, lefts, rights = [], [], []
    for number, piece in enumerate(pieces):
        begun = _CONTINUED.match(piece) if number else None
        right = begun[0] if begun else b""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        texts.append(decoder.decode(piece[len(right) :]))
        lefts.append(decoder.getstate()[0])
        rights.append(right)
    genuine = sum(piece.count(UNKNOWN.encode()) for piece in pieces)
    broken = sum(text.count(UNKNOWN) for text in texts) - genuine
    if broken * BROKEN_PER > sum(map(len, texts)):
        raise UnicodeError(f"{broken} broken bytes")
    following = [piece[0] if piece else 0 for piece in pieces[1:]]
    gaps = [Gap(*gap) for gap in zip(lefts, rights[1:], following, strict=False)]
    return texts, gaps
