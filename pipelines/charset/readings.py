"""Which pinyin readings a character has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜêńňǹḿ"
READING = f"[a-zɡɑü{TONED}]{{1,6}}"
_PLAIN_FORMS = str.maketrans({"ɡ": "g", "ɑ": "a"})


@lru_cache(maxsize=16384)
def _known(character: str) -> frozenset[str]:
    # Imported late: the readings cost 20 MB that sound pages never need.
    from pypinyin.constants import PINYIN_DICT

    toned = PINYIN_DICT.get(ord(character), "").split(",")
    return frozenset(toned) | frozenset(map(_toneless, toned))


def has_reading(character: str, reading: str) -> bool:
    """Say whether a character is read so; a reading without any tone mark matches all tones."""
    return _plain(reading) in _known(character)


@lru_cache(maxsize=4096)
def _plain(reading: str) -> str:
    return unicodedata.normalize("NFC", reading).translate(_PLAIN_FORMS)


@lru_cache(maxsize=4096)
def _toneless(reading: str) -> str:
    """Take the tone off a reading: guó becomes guo, lǜ becomes lü."""
    letters = unicodedata.normalize("NFD", reading)
    kept = "".join(c for c in letters if not unicodedata.combining(c) or c == "\u0308")
    return unicodedata.normalize("NFC", kept)
