"""Damage as it happens, on bytes: seeded, with the truth and where it was done beside it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.web.damage import CUTS, annotate, cp936, readings, slip, spin

__all__ = ["annotate", "cp936", "readings", "slip", "spin"]


@dataclass(frozen=True, slots=True)
class Slipped:
    """A text with misaligned runs: the characters of the truth in each run, by index."""

    text: str
    truth: str
    runs: tuple[tuple[int, ...], ...]


def whatwg(piece: bytes) -> str:
    """Decode as browsers do: ASCII behind a bad lead byte stays, the lead becomes U+FFFD."""
    out: list[str] = []
    at = 0
    while at < len(piece):
        lead, pair = piece[at], piece[at : at + 2]
        if lead < 0x80:
            out.append(chr(lead))
            at += 1
        elif lead == 0x80:
            out.append("€")
            at += 1
        elif len(pair) == 2 and (read := pair.decode("gb18030", "ignore")) and len(read) == 1:
            out.append(read)
            at += 2
        else:
            out.append("\ufffd")
            at += 1 if len(pair) < 2 or pair[1] < 0x80 else 2
    return "".join(out)


def slip_tracked(truth: str, decode: Callable[[bytes], str] = cp936) -> Slipped:
    """Cut the GBK bytes of a text at every hit, and say which characters that misaligned."""
    body = truth.encode("gbk")
    starts, position = {}, 0
    for index, character in enumerate(truth):
        starts[position] = index
        position += len(character.encode("gbk"))
    pieces, offset = CUTS.split(body), 0
    bad: set[int] = set()
    for piece in pieces:
        at = 0
        while at < len(piece):
            width = 1 if piece[at] < 0x80 else min(2, len(piece) - at)
            begin = offset + at
            lone = width == 1 and piece[at] >= 0x80
            if begin not in starts or (width == 2 and begin + 1 in starts) or lone:
                first = begin - (begin not in starts)
                bad |= {starts[k] for k in range(first, begin + width) if k in starts}
            at += width
        offset += len(piece)
    runs: list[list[int]] = []
    for index in sorted(bad):
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return Slipped("".join(map(decode, pieces)), truth, tuple(map(tuple, runs)))


def gbk_only(text: str) -> bool:
    """Say whether GBK can hold a text once spun, so that nothing but the damage is lost."""
    return len(spin(text).encode("gbk", "ignore").decode("gbk")) == len(text)


def _wild(text: str) -> str:
    """GBK read as Latin-1, its soft hyphens dropped, its no-break spaces made spaces."""
    shown = text.encode("gbk").decode("latin-1")
    return shown.replace("\xad", "").replace("\xa0", " ")


def _wild_ftfy(text: str) -> str:
    import ftfy

    return ftfy.fix_text(_wild(text))


def _twice(text: str) -> str:
    once = text.encode().decode("gb18030", "replace")
    return once.encode().decode("gb18030", "replace")


MOJIBAKE: dict[str, Callable[[str], str]] = {
    "gbk_as_latin": lambda text: text.encode("gbk").decode("latin-1"),
    "gbk_as_latin_wild": _wild,
    "gbk_as_latin_ftfy": _wild_ftfy,
    "utf8_as_gb18030": lambda text: text.encode().decode("gb18030", "replace"),
    "utf8_as_gbk_replaced": lambda text: text.encode().decode("gbk", "replace"),
    "utf8_as_gbk_php": lambda text: cp936(text.encode()),
    "utf8_twice": _twice,
    "big5_as_gb18030": lambda text: text.encode("big5").decode("gb18030"),
}


@dataclass(frozen=True, slots=True)
class DamagedBytes:
    """A page as sent, and what it says."""

    kind: str
    body: bytes
    content_type: str | None
    truth: str


def frame(text: str, charset: str = "") -> str:
    """Put a text into a small page."""
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>news</title></head><body><p>{text}</p></body></html>"


def byte_pages(rng: random.Random, hans: str, hant: str) -> Iterator[DamagedBytes]:
    """Encode a text in turn: no declaration, a lie, a conflict, a cut, one bad byte."""
    for given, codec in ((hans, "utf-8"), (hans, "gb18030"), (hant, "big5"), (hant, "utf-8")):
        text = given.encode(codec, "ignore").decode(codec)
        lie = rng.choice([c for c in ("gb2312", "utf-8", "big5", "iso-8859-1") if c != codec])
        plain = frame(text)
        yield DamagedBytes("none", plain.encode(codec), None, plain)
        lying = frame(text, lie)
        yield DamagedBytes("lying", lying.encode(codec), None, lying)
        header = f"text/html; charset={lie}"
        honest = frame(text, codec)
        yield DamagedBytes("conflict", honest.encode(codec), header, honest)
        body = plain.encode(codec)
        body_end = body.index(b"</p>")
        cut = body[: body_end - 1 - rng.randrange(8)]
        yield DamagedBytes("cut", cut, None, cut.decode(codec, "ignore"))
        place = body.index(b"<p>") + 3 + rng.randrange(len(text.encode(codec)) - 8)
        bad = body[:place] + rng.choice([b"\x80", b"\xff"]) + body[place:]
        yield DamagedBytes("bad_byte", bad, None, plain)


def mixed_pages(rng: random.Random, one: str, other: str) -> Iterator[DamagedBytes]:
    """Put a stretch of one encoding into a page of the other: a head, a tail, a block."""
    for outer, inner in (("utf-8", "gb18030"), ("gb18030", "utf-8")):
        around, within = one.encode(outer, "ignore"), other.encode(inner, "ignore")
        for kind, order in (
            ("head", (within, b"</div>\n<p>", around)),
            ("tail", (around, b"</p>\n<div>", within)),
            ("block", (around, b"</p><div>", within, b"</div><p>", around)),
        ):
            codecs = {around: outer, within: inner}
            truth = "".join(part.decode(codecs.get(part, "ascii")) for part in order)
            page = b"<html><body>" + b"".join(order) + b"</body></html>"
            yield DamagedBytes(kind, page, None, f"<html><body>{truth}</body></html>")
    rng.random()
