"""Undoes text that was decoded with a wrong charset, a line or an element at a time."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain

from crawler.items import Damage
from pipelines.charset.gaps import read_utf8
from pipelines.charset.model.language import LanguageModel, fold, language_model
from pipelines.charset.rereading import (
    Reading,
    latin_bytes,
    parted,
    read_at_once,
    reread,
    shown_by_big5,
    shown_by_gbk,
    shown_by_latin,
    sound_until,
    surprisal,
)
from pipelines.charset.traditional import rare
from pipelines.charset.undo import Deadline, TooSlowError, replaced

_WIDE = re.compile("[^\x00-\x7f]+")
_UNIT = re.compile(r"[^\n\r<>]+")
_LATIN = "\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LATIN_RUN, _LATIN_PAIR = (re.compile(f"[{_LATIN}]{{{size}}}") for size in (4, 2))
# A crawl does not wait for one line.
LONGEST = 100_000
FEWEST, RARE_SHARE, GAIN, GAIN_EACH = 4, 5, 12.0, 1.0
# Sound text has 4.5 to 5.5 nats a character.
SOUND_EACH, PREFERRED = -6.5, 12.0
# Long texts are judged by their beginning.
SAMPLE = 150

Read = Callable[[str, LanguageModel, Deadline], "tuple[str, float] | None"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A wrong decoding: its name, and how it is undone."""

    name: str
    at_once: Callable[[str], str | None] | None
    """Reads what nothing is lost of; gives None where something is."""
    read: Read | None
    latin: bool = False


def _encoded(codec: str) -> Callable[[str], bytes]:
    return lambda shown: shown.encode(codec)


def _pairs(name: str, reading: Reading) -> Kind:
    return Kind(
        name,
        partial(read_at_once, reading=reading),
        partial(reread, reading=reading),
        reading.shown is shown_by_latin,
    )


UTF8_AS_LATIN = "utf8_as_latin"
_AD = (b"\xad",)
KINDS = (
    Kind("utf8_as_gbk", None, partial(read_utf8, layers=1)),
    Kind("utf8_as_gbk_twice", None, partial(read_utf8, layers=2)),
    _pairs("big5_as_gbk", Reading(shown_by_gbk, _encoded("gb18030"), "big5hkscs")),
    _pairs("gbk_as_big5", Reading(shown_by_big5, _encoded("big5hkscs"), "gbk")),
    Kind(
        UTF8_AS_LATIN,
        partial(read_at_once, reading=Reading(shown_by_latin, latin_bytes, "utf-8")),
        None,
        latin=True,
    ),
    _pairs("gbk_as_latin", Reading(shown_by_latin, latin_bytes, "gbk", lost=_AD)),
    _pairs("big5_as_latin", Reading(shown_by_latin, latin_bytes, "big5hkscs", lost=_AD)),
)
LATIN_KINDS = tuple(kind for kind in KINDS if kind.latin)
OTHER_KINDS = tuple(kind for kind in KINDS if not kind.latin)


def reread_mojibake(text: str, _earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Undo wrong decodings where that makes Chinese of what was none."""
    damages: list[Damage] = []
    name = ""
    model: LanguageModel | None = None
    deadline = Deadline()
    # A single mark before anything is proven is looked at again when something is.
    unproven: list[re.Match[str]] = []
    reached = 0
    for unit in chain(_UNIT.finditer(text), unproven):
        kinds = () if unit[0].isascii() else _suspected(unit[0], name)
        if not kinds:
            if not name and unit.end() > reached and _LATIN_PAIR.search(unit[0]):
                unproven.append(unit)
                reached = unit.end()
            continue
        if len(unit[0]) > LONGEST:
            raise TooSlowError
        model = model or language_model()
        # A page has one history: what undid the line before is tried alone.
        kinds = tuple(kind for kind in kinds if kind.name == name) or kinds
        found = _best(unit[0], kinds, model, deadline)
        if found is None:
            continue
        name, fixed, gain = found
        confidence = round(min(0.999, 1 - math.exp(-gain / 10)), 3)
        damages.append(Damage(name, unit.span(), unit[0], fixed, confidence))
    damages.sort(key=lambda damage: damage.span)
    return replaced(text, damages), tuple(damages)


def _suspected(unit: str, proven: str) -> tuple[Kind, ...]:
    if _LATIN_RUN.search(unit):
        return LATIN_KINDS
    misread = tuple(kind for kind in LATIN_KINDS if kind.name == proven)
    if misread and _LATIN_PAIR.search(unit):
        # A mark or a word between tags, on a page of which more was misread.
        return misread
    seen = len(rare().findall(unit))
    if seen >= FEWEST and seen * RARE_SHARE >= len(unit) - len(unit.encode("latin-1", "ignore")):
        return OTHER_KINDS
    return ()


# What ftfy makes of C7 B1 and the like: one character in UTF-8, then two letters.
_DIGRAPHS = {unicodedata.normalize("NFKC", c): c for c in "ĲĳǄǅǆǇǈǉǊǋǌǱǲǳ"}
_DIGRAPH = re.compile(
    f"(?<=[\x80-\u07ff])(?:{'|'.join(_DIGRAPHS)})|(?:{'|'.join(_DIGRAPHS)})(?=[\x80-\u07ff])"
)


_MARKED = re.compile("[\u00c0-\u024f\u1e00-\u1eff][\u0300-\u036f]+")


def _part(match: re.Match[str]) -> str:
    return "".join(next(parted(match[0]), (match[0],)))


def _best(
    unit: str, kinds: tuple[Kind, ...], model: LanguageModel, deadline: Deadline
) -> tuple[str, str, float] | None:
    as_it_is = -surprisal(unit)
    proven = len(kinds) == 1
    at_once = [
        (kind.name, fixed)
        for kind in kinds
        if kind.at_once and (fixed := kind.at_once(unit)) is not None
    ]
    if kinds[0].name == UTF8_AS_LATIN and not at_once:
        # Imported late: sound pages do not need it.
        from ftfy import fix_encoding

        at_once = [(UTF8_AS_LATIN, fix_encoding(unit))]
    for name, fixed in at_once:
        gain = -surprisal(fixed) - as_it_is
        # Bytes that are UTF-8 throughout are no accident; others may be, behind one that is lost.
        sound = name == UTF8_AS_LATIN or sound_until(fixed) == len(fixed)
        if gain > GAIN and sound and (proven or _is_likely(fixed, model)):
            return name, fixed, gain
    if kinds[0].latin:
        unit = _MARKED.sub(_part, unit)
        unit = _DIGRAPH.sub(lambda match: _DIGRAPHS[match[0]], unit)
    best: tuple[str, str, float] | None = None
    for kind in kinds:
        found = kind.read(unit, model, deadline) if kind.read else None
        if found is None:
            continue
        fixed, score = found
        gain = score - as_it_is
        if gain > max(GAIN, GAIN_EACH * len(fixed)) and (best is None or gain > best[2]):
            best = kind.name, fixed, gain
            if proven or _is_likely(fixed, model):
                break
    # What reads without any loss is likelier to be without one.
    whole = dict(at_once).get(best[0]) if best else None
    if best and whole and likelihood(whole, model) > likelihood(best[1], model) - PREFERRED:
        return best[0], whole, best[2]
    return best


def _is_likely(text: str, model: LanguageModel) -> bool:
    wide = "".join(_WIDE.findall(text))[:SAMPLE]
    return likelihood(wide, model) > SOUND_EACH * len(wide)


def likelihood(text: str, model: LanguageModel) -> float:
    """Sum the log probabilities of a text, in nats."""
    folded = fold(text)
    return sum(model.log_p(folded[max(0, i - 2) : i], c) for i, c in enumerate(folded))
