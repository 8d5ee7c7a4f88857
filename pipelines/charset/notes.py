"""Takes out the pinyin notes that copying sites scatter behind converted characters: 國(guó)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from crawler.items import Damage
from pipelines.charset.readings import READING, TONED, has_reading
from pipelines.charset.runs import KIND as RUN
from pipelines.charset.traditional import (
    HAN,
    common_traditional,
    natural,
    simplified,
    traditional,
    visible,
)
from pipelines.charset.variants import PROOF, evidence_of_table

KIND = "pinyin_note"

# Looking behind at every character is ten times slower: what is noted is looked at afterwards.
_NOTE = re.compile(f"[(（]({READING})[)）](?:[(（]{READING}[)）])*")
_HAN = re.compile(f"[{HAN}]")
_ANY_TONED = re.compile(f"[{TONED}]")

# Measured on spun pages: readings stand behind converted characters only, and in running text.
FEWEST_NOTES, FEWEST_KINDS, CONVERTED_PER_OTHER, HAN_PER_NOTE = 3, 2, 12, 2
NOTES_PER_NATURAL = 8


def remove_notes(text: str, earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Remove the notes of a page that shows the spinner's pattern; a textbook keeps its own."""
    if not any(map(_is_note, _notes(text))):
        return text, ()
    proven = any(damage.kind == RUN for damage in earlier)
    if not proven and not _is_spun(text):
        return text, ()
    damages, pieces, position = [], [], 0
    for match in _notes(text):
        start, end = match.span()
        known = has_reading(text[start - 1], match[1])
        if not known and not _ANY_TONED.search(match[1]):
            continue  # 表(table) is no note
        pieces.append(text[position:start])
        position = end
        # Spinners read rare characters from dictionaries of their own.
        damages.append(Damage(KIND, (start, end), match[0], "", 0.99 if known else 0.8))
    pieces.append(text[position:])
    return "".join(pieces), tuple(damages)


def _notes(text: str) -> Iterator[re.Match[str]]:
    """Find the readings in brackets behind a Chinese character."""
    for match in _NOTE.finditer(text):
        before = text[max(0, match.start() - 1)]
        if "\u3400" <= before <= "\u9fff" or _HAN.match(before):
            yield match


def _noted(match: re.Match[str]) -> str:
    return match.string[match.start() - 1]


def _is_note(match: re.Match[str]) -> bool:
    noted = _noted(match)
    return bool(traditional().match(noted)) and (
        bool(_ANY_TONED.search(match[1])) or has_reading(noted, match[1])
    )


def _is_spun(text: str) -> bool:
    seen = visible(text)
    found = [(_noted(match), match[1]) for match in _notes(seen)]
    noted = [
        (character, reading) for character, reading in found if has_reading(character, reading)
    ]
    if not any(traditional().match(character) for character, _ in found):
        return False
    evidence = evidence_of_table(_NOTE.sub("", seen))
    if evidence >= PROOF:
        return True
    toned = [(character, reading) for character, reading in noted if _ANY_TONED.search(reading)]
    converted = Counter(character for character, _ in toned if traditional().match(character))
    notes = converted.total()
    if not notes or notes < CONVERTED_PER_OTHER * (len(noted) - notes):
        return False
    lines = "\n".join(line for line in seen.splitlines() if _NOTE.search(line))
    return (
        notes >= FEWEST_NOTES
        and len(converted) >= FEWEST_KINDS
        # A list of characters to learn is all notes; a page about them is in simplified script.
        and len(re.findall(f"[{HAN}]", lines)) >= HAN_PER_NOTE * notes
        and len(traditional().findall(lines)) >= 2 * len(simplified().findall(lines))
        and notes >= NOTES_PER_NATURAL * len(natural().findall(lines))
        and (evidence > PROOF / 2 or _as_no_writer_would(converted, seen))
    )


def _as_no_writer_would(converted: Counter[str], text: str) -> bool:
    """Writers explain rare characters, once; spinners any of their table, every time."""
    every_time = any(
        count > 1 and count >= 0.8 * text.count(character) for character, count in converted.items()
    )
    common = sum(map(common_traditional().__contains__, converted))
    return every_time or common >= len(converted) / 3
