"""Bytes to text by evidence; what a page says about itself comes second."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipelines.charset.candidates import Candidate, candidate, choose
from pipelines.charset.declared import canonical, declarations
from pipelines.charset.resync import looks_shifted, resynchronise

# GB18030's own mark is not in the standard of browsers, but pages carry it.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16be", "utf-16-be"),
)
_BEYOND_TWO_BYTES = re.compile("[^\x00-\u07ff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_TRUNCATED = re.compile("incomplete|unexpected end|truncated")
# Below this many characters, two-byte UTF-8 and GBK cannot be told apart by structure.
FEW = 12


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read in (a WHATWG label or "mixed"), and why."""

    text: str
    encoding: str
    declared: str | None
    confidence: float
    evidence: tuple[str, ...]


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page; bytes outweigh declarations, which only break ties.

    `content_type` is the HTTP header's value. Confidence is 0-1; evidence is a tuple of stable
    phrases. A byte order mark is not part of the text, a broken byte is one U+FFFD, a character
    cut off at the end is left out. Never raises. Source: measurements on 440 pages of known text.
    """
    said = declarations(body, content_type)
    labels = [label for _, name in said if (label := canonical(name))]
    text, encoding, confidence, evidence = _by_bytes(body, labels)
    for who, name in said:
        label = canonical(name)
        if label is None:
            evidence.append(f"{who} says {name}, unknown")
        elif label != encoding:
            verdict = "compatible" if "ascii only" in evidence else "overruled"
            evidence.append(f"{who} says {name}, {verdict}")
    return Decoded(text, encoding, said[0][1] if said else None, confidence, tuple(evidence))


def _by_bytes(body: bytes, labels: list[str]) -> tuple[str, str, float, list[str]]:
    for mark, label, codec in _MARKS:
        if not body.startswith(mark):
            continue
        body = body[len(mark) :]
        because = [f"{label} byte order mark"]
        if label == "utf-8":
            # Templates saved with a mark stand before bodies in GBK: the rest has to agree.
            text, encoding, confidence, evidence = _unmarked(body, ["utf-8"])
            return text, encoding, confidence, because + evidence
        text, evidence = _read(body, candidate(label) or Candidate(label, codec, frozenset()))
        return text, label, 1.0, because + evidence
    if wide := _wide_without_mark(body):
        text, evidence = _read(body, wide)
        return text, wide.label, 0.9, ["every other byte is zero", *evidence]
    return _unmarked(body, labels)


def _unmarked(body: bytes, labels: list[str]) -> tuple[str, str, float, list[str]]:
    try:
        text, evidence = body.decode("utf-8"), ["valid utf-8"]
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data" or error.end != len(body):
            return _by_score(body, labels)
        text = body[: error.start].decode("utf-8")
        if text.isascii():
            return _by_score(body, labels)
        evidence = ["valid utf-8", "cut within the last character"]
    if text.isascii():
        return text, "utf-8", 1.0, ["ascii only"]
    if not _BEYOND_TWO_BYTES.search(text) and len(_BEYOND_ASCII.findall(text)) < FEW:
        return _by_score(body, labels)
    return text, "utf-8", 1.0 if len(evidence) == 1 else 0.98, evidence


def _by_score(body: bytes, labels: list[str]) -> tuple[str, str, float, list[str]]:
    choice = choose(body, labels)
    best = choice.best
    text, evidence = _read(body, best)
    reason = f"common characters in {best.label}"
    if choice.score - choice.runner_up < 0.1:
        evidence.insert(0, "close call")
    confidence = min(0.99, 0.5 + choice.score - choice.runner_up)
    return text, best.label, round(max(0.05, confidence), 2), [reason, *evidence]


def _read(body: bytes, encoding: Candidate) -> tuple[str, list[str]]:
    try:
        text = body.decode(encoding.codec)
    except UnicodeDecodeError as error:
        if error.end < len(body) or not _TRUNCATED.search(error.reason):
            return _read_broken(body, encoding)
        return _read_cut(body, body[: error.start], encoding)
    return _read_broken(body, encoding) if _shifted(text, encoding) else (text, [])


def _read_cut(body: bytes, whole: bytes, encoding: Candidate) -> tuple[str, list[str]]:
    """Read a page whose last byte wants another: cut short, or a byte was lost further up."""
    cut = "cut within the last character"
    text = whole.decode(encoding.codec)
    if not _shifted(text, encoding):
        return text, [cut]
    as_cut, lost_if_cut = resynchronise(whole, encoding)
    as_lost, lost_further_up = resynchronise(body, encoding)
    if lost_further_up <= lost_if_cut:
        return as_lost, _count(lost_further_up)
    return as_cut, [*_count(lost_if_cut), cut]


def _count(lost: int) -> list[str]:
    return [f"{lost} broken bytes"] if lost else []


def _shifted(text: str, encoding: Candidate) -> bool:
    return encoding.label in ("gb18030", "big5") and looks_shifted(text, encoding)


def _read_broken(body: bytes, encoding: Candidate) -> tuple[str, list[str]]:
    if encoding.label == "utf-8":
        text = body.decode("utf-8", "qingyuan_one_mark")
        lost = text.count("\ufffd")
    elif encoding.label.startswith(("gb", "big5", "shift", "euc")):
        text, lost = resynchronise(body, encoding)
    else:
        text = body.decode(encoding.codec, "replace")
        lost = text.count("\ufffd")
    return text, _count(lost)


def _wide_without_mark(body: bytes) -> Candidate | None:
    """Recognise UTF-16 that forgot its mark: markup makes every other byte zero."""
    head = body[:1024]
    if b"\0" not in head:
        return None
    for label, codec, zeros, others in (
        ("utf-16le", "utf-16-le", head[1::2], head[::2]),
        ("utf-16be", "utf-16-be", head[::2], head[1::2]),
    ):
        if zeros.count(0) > max(0.2 * len(zeros), 5 * others.count(0)):
            return Candidate(label, codec, frozenset())
    return None


def _one_mark(error: UnicodeError) -> tuple[str, int]:
    """Stand one U+FFFD for a broken UTF-8 sequence and the stray bytes that follow it."""
    assert isinstance(error, UnicodeDecodeError)
    end = error.end
    while end < len(error.object) and 0x80 <= error.object[end] < 0xC0:
        end += 1
    return "\ufffd", end


codecs.register_error("qingyuan_one_mark", _one_mark)
