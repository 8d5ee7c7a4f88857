"""How the replica sites spoil sound text: naive conversion, readings, slipped GBK bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from pypinyin import Style, pinyin

# ； ？ ！ ， in GBK: the byte pairs at which a spinner cuts the stream, aligned or not
CUTS = re.compile(rb"(?=\xa3\xbb|\xa3\xbf|\xa3\xa1|\xa3\xac)")


@cache
def _table() -> dict[int, str]:
    lines = files("tests.web").joinpath("data/spin.txt").read_text("utf-8").splitlines()
    simplified, traditional = (line for line in lines if not line.startswith("#"))
    return {ord(s): t for s, t in zip(simplified, traditional, strict=True)}


def spin(text: str) -> str:
    """Convert character by character, without phrases: 于 后 云 里 stay, 着 becomes 著."""
    return text.translate(_table())


def readings(text: str) -> dict[str, str]:
    """Toned readings for a fixed two thirds of the converted characters of `text`."""
    converted = set(_table().values())
    return {
        char: pinyin(char, style=Style.TONE)[0][0]
        for char in sorted(set(text) & converted)
        if ord(char) * 7919 % 3
    }


def annotate(text: str, notes: Mapping[str, str]) -> str:
    """Write each character's reading in brackets behind it: 經 becomes 經(jīng)."""
    return "".join(f"{char}({notes[char]})" if char in notes else char for char in text)


def cp936(piece: bytes) -> str:
    """Decode as mb_convert_encoding does: an invalid pair becomes one '?', with both bytes gone."""
    out: list[str] = []
    at = 0
    while at < len(piece):
        if piece[at] == 0x80:
            out.append("€")
            at += 1
            continue
        if piece[at] < 0x80:
            out.append(chr(piece[at]))
            at += 1
            continue
        pair = piece[at : at + 2]
        out.append(_pair(pair))
        at += len(pair)
    return "".join(out)


def _pair(pair: bytes) -> str:
    try:
        return pair.decode("gbk")
    except UnicodeDecodeError:
        pass
    lead, trail = pair[0], pair[-1]
    user_defined = (0xAA <= lead <= 0xAF or lead >= 0xF8) and trail >= 0xA1
    user_defined |= 0xA1 <= lead <= 0xA7 and trail < 0xA1
    if len(pair) == 2 and user_defined and trail not in (0x7F, 0xFF):
        try:
            return pair.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return "?"


def slip(text: str, notes: Mapping[str, str] | None = None) -> str:
    """Spoil one paragraph on its GBK bytes: insert readings, cut at `CUTS`, decode the pieces.

    Both steps search bytes without regard to character boundaries, so some hits orphan a lead
    byte and the rest of the run is read one byte off until a trail byte below 0x80 realigns it.
    """
    body = text.encode("gbk")
    for char, reading in (notes or {}).items():
        body = body.replace(char.encode("gbk"), f"{char}({reading})".encode("gbk"))
    return "".join(map(cp936, CUTS.split(body)))


def spoil(paragraphs: Iterable[str], *, noted: bool = False, slipped: bool = False) -> list[str]:
    """Spin paragraphs, with readings when `noted` and with misaligned runs when `slipped`."""
    spun = [spin(p) for p in paragraphs]
    notes = readings("".join(spun)) if noted else {}
    return [slip(p, notes) if slipped else annotate(p, notes) for p in spun]
