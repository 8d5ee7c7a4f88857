"""Which copy of a story stands in front, and which was the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from crawler.items import Damage

WHOLE = 0.92  # of the longest copy's characters: what a strange head or tail adds is less
SOUND = 0.05  # expected wrong characters of a sound copy: as of five invisible ones taken out
HEALED = "healed"
_CHINA = timezone(timedelta(hours=8))
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Copy:
    """What counts in the election.

    `doubt` is the number of characters that may be wrong, `length` in characters, `published` an
    ISO time, a bare date or None, `rank` that of the source: higher is better.
    """

    key: str
    doubt: float
    length: int
    published: str | None
    rank: int = 0


def best(copies: Sequence[Copy]) -> str:
    """Give the key of the best copy: the complete, then sound, of the best source, the earliest.

    Lengths within a twelfth of the longest are equal: an excerpt never wins, nor does a strange
    tail. Raises ValueError without copies.
    """
    least = WHOLE * max(copy.length for copy in copies)
    return min((copy for copy in copies if copy.length >= least), key=standing).key


def standing(copy: Copy) -> tuple[float, int, datetime, int, str]:
    """Give what the copies of a text are sorted by where none is an excerpt, the best first."""
    doubt = copy.doubt if copy.doubt >= SOUND else 0.0
    return doubt, -copy.rank, _span(copy.published)[1], -copy.length, copy.key


def doubt(damages: Iterable[Damage]) -> float:
    """Give how many characters of a text may be wrong, by the confidences of its repairs.

    What another copy has healed counts as before: the text as fetched is what is judged.
    """
    repairs = (damage for damage in damages if damage.kind != HEALED)
    return sum((1 - damage.confidence) * max(1, len(damage.after)) for damage in repairs)


def earliest(copies: Sequence[Copy]) -> list[str]:
    """Give the keys of the copies that can have been the first, the likeliest before the others.

    A bare date is any time of its day, so it is neither before nor behind a time on that day.
    None where no copy has a date.
    """
    dated = sorted((*_span(copy.published)[::-1], copy.key) for copy in copies)
    end = dated[0][0] if dated else _NEVER
    return [key for _, start, key in dated if start <= end < _NEVER]


def _span(published: str | None) -> tuple[datetime, datetime]:
    """Give the first and the last moment that a date can mean; what is none is never."""
    try:
        start = datetime.fromisoformat(published or "")
        if start.tzinfo is None:
            start = start.replace(tzinfo=_CHINA)
        start = start.astimezone(UTC)
        bare = len(published or "") <= len("2024-05-10")
        return start, start + timedelta(hours=24, microseconds=-1) if bare else start
    except (ValueError, OverflowError):
        return _NEVER, _NEVER
