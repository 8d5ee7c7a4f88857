"""GBK bytes of characters and back, as browsers and PHP read them, user-defined pairs and all."""

from __future__ import annotations

import re
from functools import cache, lru_cache

LEADS = range(0x81, 0xFF)
TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
# Codecs disagree on these; both pages' and Python's forms count.
_TWINS = {"―": "—", "—": "―", "・": "·", "·": "・", "〜": "～", "∥": "‖", "⋯": "…"}

# The first digit of a year went with the byte before it.
_YEAR = re.compile(r"(0[0-2]|9\d)\d(?!\d)|()\d{3}(?=年)")


@lru_cache(maxsize=65536)
def character(lead: int, trail: int) -> str:
    """Read a pair strictly; an empty string where there is no character."""
    try:
        return bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""


@lru_cache(maxsize=65536)
def pairs(shown: str) -> tuple[tuple[int, int], ...]:
    """Give the byte pairs that a page shows as this character, also after widths were folded."""
    found = []
    for form in {shown, _TWINS.get(shown, shown)}:
        encoded = form.encode("gb18030", "ignore")
        if len(encoded) == 2:
            found.append((encoded[0], encoded[1]))
    if "!" <= shown <= "~":
        found.append((0xA3, ord(shown) + 0x80))
    elif shown == " ":
        found.append((0xA1, 0xA1))
    return tuple(found)


@cache
def unmapped() -> dict[int, tuple[int, ...]]:
    """Give, by its first byte, the pairs that PHP shows as one `?`."""
    found = {
        first: tuple(
            second
            for second in range(0x81, 0xFF)
            if not character(first, second) and not _user_defined(first, second)
        )
        for first in LEADS
    }
    return {first: seconds for first, seconds in found.items() if seconds}


def _user_defined(lead: int, trail: int) -> bool:
    if trail < 0xA1:
        return 0xA1 <= lead <= 0xA7
    return 0xAA <= lead <= 0xAF or lead >= 0xF8


def swallowed_digit(behind: str) -> str:
    """Guess the digit that PHP took along with a lost byte, where what is left of a year tells."""
    year = _YEAR.match(behind)
    if not year:
        return ""
    return "2" if (year[1] or "1")[0] == "0" else "1"
