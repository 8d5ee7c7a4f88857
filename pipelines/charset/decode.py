"""Bytes to text by evidence; what a page says about itself comes second."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from math import exp

from pipelines.charset.candidates import SOUND, Candidate, choose, known
from pipelines.charset.declared import canonical, declarations
from pipelines.charset.mixed import Reading, broken, oddness, read
from pipelines.charset.plain import INDENT, read_plain
from pipelines.charset.wide import read_wide, wide_without_mark

# GB18030's own mark is not in the standard of browsers, but pages carry it.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_ASCII = bytes(range(0x80))
# Below this many characters, two-byte UTF-8 and GBK cannot be told apart by structure.
FEW = 12
# Encodings in which blocks stand within pages of another.
BLOCKS = ("gb18030", "big5")
# Pieces of a mixed page that the evidence names.
NAMED = 8
# A margin of so many nats is no margin.
CLOSE = 5.0


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read in (a WHATWG label or "mixed"), and why."""

    text: str
    encoding: str
    declared: str | None
    confidence: float
    evidence: tuple[str, ...]


_Found = tuple[str, str, float, list[str]]


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page; bytes outweigh declarations, which only break ties.

    `content_type` is the HTTP header's value. Confidence is 0-1; evidence is a tuple of stable
    phrases. A byte order mark is not part of the text, a broken byte is one U+FFFD, a character
    cut off at the end is left out, NUL bytes are dropped, a block in another encoding is read in
    that ("mixed"). Never raises. Source: pages and encyclopaedia texts of known encoding.
    """
    said = declarations(body, content_type)
    labels = [label for _, name in said if (label := canonical(name))]
    text, encoding, confidence, evidence = _by_bytes(body, labels)
    if encoding != "utf-8":
        text = text.replace(INDENT.decode("gb18030"), "\u3000")
    for who, name in said:
        label = canonical(name)
        if label is None:
            evidence.append(f"{who} says {name}, unknown")
        elif label != encoding:
            verdict = "compatible" if "ascii only" in evidence else "overruled"
            evidence.append(f"{who} says {name}, {verdict}")
    return Decoded(text, encoding, said[0][1] if said else None, confidence, tuple(evidence))


def _by_bytes(body: bytes, labels: list[str]) -> _Found:
    if body[:1] in b"\xef\x84\xff\xfe":
        for mark, label in _MARKS:
            if body.startswith(mark):
                return _marked(body[len(mark) :], label)
    if b"\0" not in body:
        return _unmarked(body, labels)
    if wide := wide_without_mark(body):
        return _wide(body, wide[0], 0.9, ["reads as utf-16"])
    text, encoding, confidence, evidence = _unmarked(body.replace(b"\0", b""), labels)
    return text, encoding, confidence, [f"{body.count(0)} zero bytes dropped", *evidence]


def _marked(body: bytes, label: str) -> _Found:
    because = f"{label} byte order mark"
    if label.startswith("utf-16"):
        return _wide(body, label, 1.0, [because])
    # Templates saved with a mark stand before bodies in GBK: the rest has to agree.
    text, encoding, confidence, evidence = _unmarked(body, [label])
    return text, encoding, confidence, [because, *evidence]


def _wide(body: bytes, label: str, confidence: float, evidence: list[str]) -> _Found:
    text, lost, cut = read_wide(body, label)
    evidence += _count(lost)
    if cut:
        evidence.append("cut within the last character")
    return text, label, confidence, evidence


def _unmarked(body: bytes, labels: list[str]) -> _Found:
    try:
        text, evidence = body.decode("utf-8"), ["valid utf-8"]
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data" or error.end != len(body):
            return _plain_chinese(body, labels) or _by_score(body, labels)
        text = body[: error.start].decode("utf-8")
        if text.isascii():
            return _by_score(body, labels)
        evidence = ["valid utf-8", "cut within the last character"]
    if text.isascii():
        return text, "utf-8", 1.0, ["ascii only"]
    # Continuation bytes: with so many of them, the form is evidence enough.
    if len(body) - len(text) < 2 * FEW:
        beyond_ascii = body.translate(None, _ASCII).decode("utf-8", "ignore")
        if len(beyond_ascii) < FEW and max(beyond_ascii) < "\u0800":
            return _by_score(body, labels)
    return text, "utf-8", 1.0 if len(evidence) == 1 else 0.98, evidence


def _plain_chinese(body: bytes, labels: list[str]) -> _Found | None:
    """Recognise what most pages that are not UTF-8 are, without weighing alternatives."""
    plain = read_plain(body, labels)
    if plain is None:
        return None
    text, label = plain
    return text, label, 0.99, [f"common characters in {label}"]


def _by_score(body: bytes, labels: list[str]) -> _Found:
    choice = choose(body, labels)
    wide = wide_without_mark(body)
    if wide and wide[1] < choice.per_byte:
        return _wide(body, wide[0], 0.8, ["reads as utf-16"])
    best = choice.best
    confidence = round(min(0.99, 0.5 + 0.5 * (1 - exp(-choice.margin / (2 * CLOSE)))), 2)
    evidence = [f"common characters in {best.label}"]
    if choice.margin < CLOSE:
        evidence.append("close call")
    if not best.multibyte:
        text = body.decode(best.codec, "replace")
        return text, best.label, confidence, evidence + _count(text.count("\ufffd"))
    try:
        text = body.decode(best.codec)
    except UnicodeDecodeError:
        return _in_pieces(body, best, confidence, evidence)
    if best.label != "utf-8" and (choice.per_byte > SOUND or oddness(text, best)[1]):
        return _in_pieces(body, best, confidence, evidence)
    return text, best.label, confidence, evidence


def _in_pieces(body: bytes, encoding: Candidate, confidence: float, because: list[str]) -> _Found:
    reading = read(body, encoding, _other(body, encoding))
    evidence = because + _count(reading.lost)
    if reading.cut:
        evidence.append("cut within the last character")
    if len({block.encoding for block in reading.blocks}) > 1:
        return reading.text, "mixed", confidence, evidence + _blocks(reading)
    return reading.text, encoding.label, confidence, evidence


def _other(body: bytes, encoding: Candidate) -> Candidate | None:
    """Give the encoding that blocks in the page may be in."""
    if encoding.label in BLOCKS:
        return known("utf-8")
    if encoding.label != "utf-8":
        return None
    return choose(broken(body), (), BLOCKS).best


def _blocks(reading: Reading) -> list[str]:
    named = [f"{block.encoding.label} from byte {block.start}" for block in reading.blocks[:NAMED]]
    left = len(reading.blocks) - NAMED
    return [*named, f"and {left} more blocks"] if left > 0 else named


def _count(lost: int) -> list[str]:
    return [f"{lost} broken bytes"] if lost else []
