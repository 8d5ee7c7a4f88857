"""Which pinyin readings a character has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜêńňǹḿ"
READING = f"[a-zɡɑü{TONED}]{{1,6}}"
_PLAIN_FORMS = str.maketrans({"ɡ": "g", "ɑ": "a"})


@lru_cache(maxsize=8192)
def readings(character: str) -> tuple[str, ...]:
    """Give all the readings of a character with their tone marks."""
    # Imported late: the readings cost 20 MB that sound pages never need.
    from pypinyin.constants import PINYIN_DICT

    return tuple(PINYIN_DICT.get(ord(character), "").split(","))


def has_reading(character: str, reading: str) -> bool:
    """Say whether a character is read so; a reading without any tone mark matches all tones."""
    plain = unicodedata.normalize("NFC", reading).translate(_PLAIN_FORMS)
    known = readings(character)
    return plain in known or plain in map(toneless, known)


@lru_cache(maxsize=8192)
def toneless(reading: str) -> str:
    """Take the tone off a reading: guó becomes guo, lǜ becomes lü."""
    letters = unicodedata.normalize("NFD", reading)
    kept = "".join(c for c in letters if not unicodedata.combining(c) or c == "\u0308")
    return unicodedata.normalize("NFC", kept)
