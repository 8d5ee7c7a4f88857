"""Undoes text that was decoded with a wrong charset, a line or an element at a time."""

from __future__ import annotations

import math
import re
import time
import unicodedata
from dataclasses import dataclass

from crawler.items import Damage
from pipelines.charset.model.language import PageModel, fold
from pipelines.charset.rereading import (
    Reading,
    TooSlowError,
    double_byte,
    parted,
    reread,
    shown_by_big5,
    shown_by_gbk,
    shown_by_latin,
    utf8,
)
from pipelines.charset.traditional import rare

_GBK, _BIG5 = double_byte("gbk"), double_byte("big5hkscs")
_UNIT = re.compile(r"[^\n\r<>]+")
_LATIN = "\x80-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LATIN_RUN = re.compile(f"[{_LATIN}]{{4}}")
# A crawl does not wait for one page.
SECONDS, LONGEST = 2.0, 100_000
FEWEST, RARE_SHARE, GAIN, GAIN_EACH = 4, 5, 12.0, 1.0
# Sound text has 4.5 to 5.5 nats a character.
SOUND_EACH, POOR_EACH, WINDOW = -6.5, -11.5, 8


@dataclass(frozen=True, slots=True)
class Kind:
    """A wrong decoding: its name, how it is undone, and what such text is made of."""

    name: str
    reading: Reading
    strict: tuple[str, str]
    """The codecs that undo it where nothing is lost."""
    latin: bool = False


UTF8_AS_LATIN = "utf8_as_latin"
KINDS = (
    Kind("utf8_as_gbk", Reading(shown_by_gbk, utf8), ("gb18030", "utf-8")),
    Kind("utf8_as_gbk_twice", Reading(shown_by_gbk, utf8, layers=2), ("", "")),
    Kind("big5_as_gbk", Reading(shown_by_gbk, _BIG5), ("gb18030", "big5hkscs")),
    Kind("gbk_as_big5", Reading(shown_by_big5, _GBK), ("big5hkscs", "gb18030")),
    Kind("gbk_as_latin", Reading(shown_by_latin, _GBK, lost=(0xAD,)), ("cp1252", "gb18030"), True),
    Kind(
        "big5_as_latin", Reading(shown_by_latin, _BIG5, lost=(0xAD,)), ("cp1252", "big5hkscs"), True
    ),
)


def reread_mojibake(text: str, _earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Undo wrong decodings where that makes Chinese of what was none."""
    damages: list[Damage] = []
    pieces: list[str] = []
    position, name = 0, ""
    model: PageModel | None = None
    deadline = time.monotonic() + SECONDS
    for unit in _UNIT.finditer(text):
        kinds = () if unit[0].isascii() else _suspected(unit[0])
        if not kinds:
            continue
        if len(unit[0]) > LONGEST:
            raise TooSlowError
        model = model or PageModel("")
        # A page has one history: what undid the line before is tried alone.
        kinds = tuple(kind for kind in kinds if kind.name == name) or kinds
        found = _best(unit[0], kinds, model, deadline)
        if found is None:
            continue
        name, fixed, gain = found
        pieces += [text[position : unit.start()], fixed]
        position = unit.end()
        confidence = round(min(0.999, 1 - math.exp(-gain / 10)), 3)
        damages.append(Damage(name, unit.span(), unit[0], fixed, confidence))
    if not damages:
        return text, ()
    return "".join(pieces) + text[position:], tuple(damages)


def _suspected(unit: str) -> tuple[Kind, ...]:
    if _LATIN_RUN.search(unit):
        return tuple(kind for kind in KINDS if kind.latin)
    seen = len(rare().findall(unit))
    if seen >= FEWEST and seen * RARE_SHARE >= sum(c > "\u00ff" for c in unit):
        return tuple(kind for kind in KINDS if not kind.latin)
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
    unit: str, kinds: tuple[Kind, ...], model: PageModel, deadline: float
) -> tuple[str, str, float] | None:
    as_it_is = likelihood(unit, model)
    if len(kinds) > 1 and kinds[0].latin:
        # Imported late: sound pages do not need it.
        from ftfy import fix_encoding

        fixed = fix_encoding(unit)
        gain = likelihood(fixed, model) - as_it_is
        if gain > GAIN and _is_sound(fixed, model):
            return UTF8_AS_LATIN, fixed, gain
    if kinds[0].latin:
        unit = _MARKED.sub(_part, unit)
        unit = _DIGRAPH.sub(lambda match: _DIGRAPHS[match[0]], unit)
    best: tuple[str, str, float] | None = None
    for kind in kinds:
        found = _strict(unit, kind, model)
        if found and (best is None or found[1] - as_it_is > best[2]):
            best = kind.name, found[0], found[1] - as_it_is
    if best and best[2] > GAIN and _is_sound(best[1], model):
        return best
    best = None
    for kind in kinds:
        fixed, score = reread(unit, kind.reading, model, deadline)
        gain = score - as_it_is
        if gain > max(GAIN, GAIN_EACH * len(fixed)) and (best is None or gain > best[2]):
            best = kind.name, fixed, gain
            if _is_likely(fixed, model):
                break
    return best


def _is_likely(text: str, model: PageModel) -> bool:
    wide = "".join(re.findall("[^\x00-\x7f]+", text))
    return likelihood(wide, model) > SOUND_EACH * len(wide)


def _is_sound(text: str, model: PageModel) -> bool:
    """Ask for likely text all over: a lost byte spoils a stretch, then the next ASCII ends it."""
    wide = "".join(re.findall("[^\x00-\x7f]+", text))
    windows = [wide[at : at + WINDOW] for at in range(0, len(wide), WINDOW // 2)]
    return _is_likely(wide, model) and all(
        likelihood(window, model) > POOR_EACH * len(window) for window in windows
    )


def _strict(unit: str, kind: Kind, model: PageModel) -> tuple[str, float] | None:
    wrong, right = kind.strict
    try:
        fixed = unit.encode(wrong).decode(right) if wrong else ""
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    return (fixed, likelihood(fixed, model)) if fixed else None


def likelihood(text: str, model: PageModel) -> float:
    """Sum the log probabilities of a text, in nats."""
    folded = fold(text)
    return sum(model.log_p(folded[max(0, i - 2) : i], c) for i, c in enumerate(folded))
