"""Reads stretches of GBK that were decoded one byte off: `?！督鸬肚閭b》` for `。《金刀情俠》`.

A cutter that searched bytes instead of characters orphaned a lead byte, or a note was put between
the bytes of two characters; from there to the next byte below 0x80 every pair is made of the trail
of one character and the lead of the next. A beam search over those bytes finds the text that a
language model thinks likely; leaving the stretch alone is one of the candidates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from heapq import nlargest
from typing import NamedTuple

from crawler.items import Damage
from pipelines.charset import gbk
from pipelines.charset.model.language import PageModel, fold, fold_one
from pipelines.charset.readings import READING, has_reading
from pipelines.charset.traditional import (
    HAN,
    common,
    common_traditional,
    simplified,
    traditional,
    visible,
)
from pipelines.charset.undo import Deadline, replaced
from pipelines.charset.variants import PROOF, evidence_of_table

# What looks like the start of a run on a damaged page but makes no likely text stays as it is.
KIND, LEFT = "misaligned_run", "misaligned_run_left"

# Cut streams: the orphan shows as ? before one of the marks at which spinners cut. Split notes:
# the orphan stands before a reading whose bracket it took along, or did not.
TRIGGER = re.compile(
    # What follows a mark is a character, if not at once where widths were folded, or a lost end.
    f"[?\ufffd](?:[；？！，](?=[^\\x00-\\x3e]|$)"
    f"|[;?!,](?:(?=.{{0,2}}[^\\x00-\\x7f])|(?=\\??(?:$|[\n\r<])))|\\(?{READING}\\))"
)
_STRETCH = re.compile(f"(?:{TRIGGER.pattern})[^@-~\n]{{0,60}}")
# Sentences, not menus.
_WORDS = re.compile(f"[{HAN}，。、；：！？“”]{{6,}}")
# Neither the sign nor the mark, but a character that was made of two halves.
_WIDE_WITHIN = re.compile("[^\\x00-\\x7f；？！，、\ufffd]")
_NOTE = re.compile(f"[(（]{READING}[)）]")
_SPLIT_NOTE = re.compile(f"[?\ufffd]\\(?({READING})\\)")
_END_OF_PIECE = re.compile(r"[；？！，、;?!,\n\r]|$")
_TAG = re.compile(r"/?[a-zA-Z][^<>\n]{0,200}>")

BEAM = 14
EVERY = 90  # so many possible leads are as good as any
LOST_BEAM = 2  # states that may guess at a lost byte: each costs 190 look-ups
MOST_LEADS = 12  # where both bytes of a character are lost there is nothing to choose by
LONGEST = 800
SETTLED = 4  # sound characters after a run that decide between its readings
LEAD_BY, PRUNED, HOPELESS = 9.0, 9.0, 14.0
# Nats by which a reading must beat leaving the text alone: on a page that is damaged elsewhere,
# and on its own.
GAIN_BESIDE, GAIN_ALONE = 4.5, 12.0
OTHER_SCRIPT, RARE_VARIANT, LOST_BYTE = -7.0, -3.0, -2.5
MOST_TRIGGERS, MOST_WORDS = 2000, 400


class _State(NamedTuple):
    """A reading so far: `leads` of a character whose trail comes next, empty when aligned."""

    score: float
    leads: tuple[int, ...]
    context: str
    text: str
    aligned: int = 0
    end: int = 0


def realign(text: str, _earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Read the misaligned stretches of a page anew."""
    if not TRIGGER.search(text):
        return text, ()
    return _Realigner(text).run()


class _Realigner:
    def __init__(self, text: str) -> None:
        self.text = text
        # What the cutter spoiled again and again must not pass for the page's own words.
        self.model = PageModel("\n".join(_WORDS.findall(_STRETCH.sub("\n", text))[:MOST_WORDS]))
        hant, hans = traditional().findall(text), simplified().findall(text)
        self.foreign = simplified() if len(hant) > len(hans) else traditional()
        self.spun = len(hant) > len(hans)
        self._worth: dict[str, tuple[str, float]] = {}

    def run(self) -> tuple[str, tuple[Damage, ...]]:
        found: list[tuple[float, Damage]] = []
        left: list[Damage] = []
        position, done = 0, ""
        deadline = Deadline()
        for _ in range(MOST_TRIGGERS):
            deadline.check()
            trigger = TRIGGER.search(self.text, position)
            if trigger is None:
                break
            done += self.text[position : trigger.start()]
            best = self._read(trigger, done)
            if best is None:
                shown = trigger[0]
                left.append(Damage(LEFT, trigger.span(), shown, shown, 0.0))
                done += self.text[trigger.start() : trigger.start() + 1]
                position = trigger.start() + 1
                continue
            gain, state = best
            damage = Damage(
                KIND,
                (trigger.start(), state.end),
                self.text[trigger.start() : state.end],
                state.text,
                round(1 - 0.5 * math.exp(-gain / 8), 3),
            )
            found.append((gain, damage))
            done += state.text
            position = state.end
        if not self._is_damaged(found):
            return self.text, ()
        damages = [damage for _, damage in found]
        return replaced(self.text, damages), (*damages, *left)

    def _is_damaged(self, found: list[tuple[float, Damage]]) -> bool:
        """Ask for proof: people do write ?? and ?！, and a single guess makes sense of most."""
        if any(gain > GAIN_ALONE and _WIDE_WITHIN.search(d.before) for gain, d in found):
            return True
        return bool(found) and self.spun and evidence_of_table(visible(self.text)) > PROOF / 2

    def _read(self, trigger: re.Match[str], done: str) -> tuple[float, _State] | None:
        before = _NOTE.sub("", done[-40:])[-2:]
        start = trigger.start()
        alone = _State(0.0, (), fold(before), "")
        split = _SPLIT_NOTE.match(self.text, start)
        if split:
            leads = self._split_leads(before, split[1])
            states = [_State(0.0, leads, fold(before), "")] if leads else []
            position = split.end()
            for character in split[0]:
                alone = self._shown(alone, character)
        else:
            states = [_State(0.0, tuple(gbk.LEADS), fold(before), "")]
            alone = self._shown(alone, self.text[start])
            position = start + 1
        stop = min(len(self.text), start + LONGEST)
        while states and position < stop:
            step, states = self._step(states, position)
            for at in range(position, position + step):
                alone = self._shown(alone, self.text[at])
            position += step
            if not states:
                return None
            best = states[0]
            if best.score < alone.score - HOPELESS:
                return None
            if best.aligned >= SETTLED and all(
                state.aligned >= SETTLED or state.score < best.score - LEAD_BY for state in states
            ):
                break
        states = [state for state in states if not state.leads]
        if not states or states[0].score - alone.score < GAIN_BESIDE:
            return None
        return states[0].score - alone.score, states[0]

    def _split_leads(self, before: str, reading: str) -> tuple[int, ...]:
        encoded = before[-1:].encode("gbk", "ignore")
        if len(encoded) != 2 or encoded[1] < 0x81:
            return ()
        return _leads_between(encoded[1], reading)

    def _step(self, states: list[_State], position: int) -> tuple[int, list[_State]]:
        """Take in what is shown at a position; gives its length and the best states behind it."""
        note = _NOTE.match(self.text, position)
        if note:
            return note.end() - position, [
                state if state.leads else self._kept(state, note[0]) for state in states
            ]
        shown = self.text[position]
        split = _SPLIT_NOTE.match(self.text, position) if shown in "?\ufffd" else None
        length = split.end() - position if split else 1
        behind: list[_State] = []
        for rank, state in enumerate(states):
            if not state.leads:
                kept = state
                for character in self.text[position : position + length]:
                    kept = self._shown(kept, character)
                behind.append(kept)
                continue
            if split:
                behind += self._noted(state, split[1], position + length)
                continue
            behind += self._shifted(state, shown, position + 1)
            if shown in "?\ufffd" and rank < LOST_BEAM and len(state.leads) <= MOST_LEADS:
                behind += self._lost(state, shown, position + 1)
        best: dict[tuple[object, ...], _State] = {}
        ordered = sorted(behind, key=lambda state: -state.score)
        for state in ordered:
            if len(best) == BEAM or state.score < ordered[0].score - PRUNED:
                break
            best.setdefault((state.leads, state.context, state.end), state)
        return length, list(best.values())

    def _shown(self, state: _State, character: str) -> _State:
        """Take a character as it stands."""
        folded = fold_one(character)
        score = state.score + self.model.log_p(state.context, folded)
        context = (state.context + folded)[-2:]
        return _State(score, (), context, state.text, state.aligned + 1, state.end)

    def _kept(self, state: _State, note: str) -> _State:
        return state

    def _likeliest(
        self, state: _State, characters: tuple[str, ...], leads: int
    ) -> list[tuple[float, str, str]]:
        """Weigh the characters that one of so many leads makes: score, character, folded."""
        base = state.score - (math.log(leads) if leads < EVERY else 0.0)
        context, log_p, worth = state.context, self.model.log_p, self._worth
        scored = []
        for character in characters:
            folded, script = worth.get(character) or self._weigh(character)
            scored.append((base + log_p(context, folded) + script, character, folded))
        return nlargest(2 * BEAM, scored) if len(scored) > 2 * BEAM else scored

    def _weigh(self, character: str) -> tuple[str, float]:
        script = 0.0
        if self.foreign.match(character):
            script = OTHER_SCRIPT
        elif self.spun and character not in common_traditional() and traditional().match(character):
            script = RARE_VARIANT
        found = self._worth[character] = fold_one(character), script
        return found

    def _write(self, state: _State, leads: tuple[int, ...], trail: int) -> Iterator[_State]:
        """Write the characters that a trail makes with each of the possible leads."""
        for score, character, folded in self._likeliest(state, _made(leads, trail), len(leads)):
            context = state.context[-1:] + folded
            yield _State(score, (), context, state.text + character)

    def _shifted(self, state: _State, shown: str, end: int) -> Iterator[_State]:
        for first, second in gbk.pairs(shown):
            for new in self._write(state, state.leads, first):
                if second >= 0x81:
                    yield _State(new.score, (second,), new.context, new.text)
                elif second >= 0x40:
                    # The second byte is a letter of its own: BE BF 'P'.
                    letter = chr(second)
                    score = new.score + self.model.log_p(new.context, letter)
                    context = (new.context + letter)[-2:]
                    yield _State(score, (), context, new.text + letter, 0, end)
        if "@" <= shown <= "~":
            for new in self._write(state, state.leads, ord(shown)):
                yield _State(new.score, (), new.context, new.text, 0, end)
        elif shown == "€":
            for new in self._write(state, state.leads, 0x80):
                yield _State(new.score, (), new.context, new.text, 0, end)

    def _lost(self, state: _State, shown: str, end: int) -> Iterator[_State]:
        """Guess what stood where nothing is left: a pair, or a trail and the ASCII behind it."""
        behind_pair, behind_trail = _lost_with(state.leads)
        pairs = self._likeliest(state, tuple(behind_pair), len(state.leads))
        for score, character, folded in pairs:
            context = state.context[-1:] + folded
            yield _State(score, behind_pair[character], context, state.text + character)
        swallowed = "" if shown == "\ufffd" else self._swallowed(end)
        for score, character, folded in self._likeliest(state, behind_trail, len(state.leads)):
            text = state.text + character + swallowed
            context = (state.context + folded + swallowed)[-2:]
            yield _State(score + LOST_BYTE, (), context, text, 0, end)

    def _swallowed(self, end: int) -> str:
        if _END_OF_PIECE.match(self.text, end):
            return ""
        if _TAG.match(self.text, end):
            return "<"
        return gbk.swallowed_digit(self.text[end : end + 4])

    def _noted(self, state: _State, reading: str, end: int) -> Iterator[_State]:
        """A note behind a trail: its bracket is gone with the trail, its reading tells both."""
        characters = _read_so(state.leads, reading)
        for score, character, folded in self._likeliest(state, characters, len(state.leads)):
            context = state.context[-1:] + folded
            yield _State(score, (), context, state.text + character, 0, end)


@lru_cache(maxsize=4096)
def _leads_between(trail: int, reading: str) -> tuple[int, ...]:
    """Give the bytes that make characters of a reading behind a byte."""
    between = ((second, gbk.character(trail, second)) for second in gbk.LEADS)
    return tuple(second for second, c in between if c and has_reading(c, reading))


@lru_cache(maxsize=65536)
def _made(leads: tuple[int, ...], trail: int) -> tuple[str, ...]:
    made = tuple(filter(None, (gbk.character(lead, trail) for lead in leads)))
    # Where nothing tells the lead, a rare character is never the likeliest.
    return made if len(leads) < EVERY else tuple(c for c in made if c in common())


@lru_cache(maxsize=1024)
def _lost_with(leads: tuple[int, ...]) -> tuple[dict[str, tuple[int, ...]], tuple[str, ...]]:
    """Give the characters made with a lost pair, with the leads that it leaves, or a lost trail."""
    pairs = {c: seconds for first, seconds in gbk.unmapped().items() for c in _made(leads, first)}
    return pairs, tuple(c for trail in range(0x80, 0xFF) for c in _made(leads, trail))


@lru_cache(maxsize=4096)
def _read_so(leads: tuple[int, ...], reading: str) -> tuple[str, ...]:
    _, characters = _lost_with(leads)
    return tuple(character for character in characters if has_reading(character, reading))
