"""Decode byte pairs around a broken byte, so that it costs itself and not the line."""

from __future__ import annotations

import re
from functools import cache

from pipelines.charset.candidates import Candidate

# A search of every way to cut bytes into characters is only paid for stretches that need it.
SEARCH_BYTES = 20_000
LOST = "\ufffd"
PRIVATE_USE = "\ue000-\uf8ff"

# No encoding of byte pairs has these as its second byte, so characters never span them.
_STRETCH = re.compile(rb"[^\x00-\x2f\x3a-\x3f]*[\x80-\xff][^\x00-\x2f\x3a-\x3f]*")
# Six uncommon characters in a row are a list of rare names, or bytes read out of step.
_UNCOMMON_RUN = 6

# What a reading costs: a shift by one byte turns common characters into rare ones.
COMMON, ORDINARY, RARE, PRIVATE, BROKEN = 0.0, 1.5, 4.0, 8.0, 10.0


@cache
def _shifted(encoding: Candidate) -> re.Pattern[str]:
    common = re.escape("".join(sorted(encoding.common)))
    return re.compile(f"[{PRIVATE_USE}]|[^\x00-\u2fff{common}]{{{_UNCOMMON_RUN}}}")


def looks_shifted(text: str, encoding: Candidate) -> bool:
    """Say whether text holds what byte pairs read out of step give; a search makes sure."""
    return _shifted(encoding).search(text) is not None


def resynchronise(body: bytes, encoding: Candidate) -> tuple[str, int]:
    """Decode body with every broken byte as one U+FFFD; returns the text and their number."""
    pieces: list[str] = []
    lost = position = searched = 0
    reader = _Reader(encoding)
    for match in _STRETCH.finditer(body):
        pieces.append(body[position : match.start()].decode("ascii", "replace"))
        stretch, position = match[0], match.end()
        try:
            text = stretch.decode(encoding.codec)
        except UnicodeDecodeError:
            text = ""
        if not text or looks_shifted(text, encoding):
            searched += len(stretch)
            if searched <= SEARCH_BYTES:
                text = reader.read(stretch)
            else:
                text = stretch.decode(encoding.codec, "replace")
            lost += text.count(LOST)
        pieces.append(text)
    pieces.append(body[position:].decode("ascii", "replace"))
    return "".join(pieces), lost


class _Reader:
    """Finds the cheapest way to cut a stretch of bytes into characters and broken bytes."""

    def __init__(self, encoding: Candidate) -> None:
        self.encoding = encoding
        self.known: dict[bytes, tuple[str, float] | None] = {}

    def read(self, stretch: bytes) -> str:
        best: list[tuple[float, int, str]] = [(0.0, 0, "")]
        for end in range(1, len(stretch) + 1):
            before = best[end - 1]
            # A pair of broken bytes is one lost character.
            price = BROKEN / 4 if before[2] == LOST else BROKEN
            options = [(before[0] + price, end - 1, LOST)]
            for width in range(1, min(4, end) + 1):
                if reading := self.character(stretch[end - width : end]):
                    options.append((best[end - width][0] + reading[1], end - width, reading[0]))
            best.append(min(options))
        characters: list[str] = []
        end = len(stretch)
        while end:
            _, end, character = best[end]
            if character != LOST or not characters or characters[-1] != LOST:
                characters.append(character)
        return "".join(reversed(characters))

    def character(self, chunk: bytes) -> tuple[str, float] | None:
        """Read a chunk as exactly one character with its cost, None if it is not one."""
        if chunk not in self.known:
            try:
                text = chunk.decode(self.encoding.codec)
            except UnicodeDecodeError:
                text = ""
            self.known[chunk] = (text, self.cost(text, chunk)) if len(text) == 1 else None
        return self.known[chunk]

    def cost(self, character: str, chunk: bytes) -> float:
        if len(chunk) == 1 or character in self.encoding.common:
            return COMMON
        if "\ue000" <= character <= "\uf8ff":
            return PRIVATE
        if self.encoding.label == "gb18030":
            return ORDINARY if _in_gb2312_level_1(chunk) else RARE
        return ORDINARY if chunk[0] < 0xC9 else RARE


def _in_gb2312_level_1(chunk: bytes) -> bool:
    return len(chunk) == 2 and chunk[1] >= 0xA1 and (chunk[0] < 0xAA or 0xB0 <= chunk[0] <= 0xD7)
