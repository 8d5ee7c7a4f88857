"""What changed between two versions of the stages: field by field, and who is let in."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crawler.items import NOTICE_FIELDS

# They say where an article is from and when, and who its copies are; not what was read.
BOOKKEEPING = frozenset(
    {"url", "canonical_url", "source", "fetched_at", "archive", "reprint_of", "schema_version"}
)
FIELDS = tuple(name for name in NOTICE_FIELDS if name not in BOOKKEEPING)
RESULTS = ("same", "changed", "gained", "lost")

ACCEPTED, QUARANTINED, FAILED, UNKNOWN = "accepted", "quarantined", "failed", "not known"
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_LEAD = 12


class Example(NamedTuple):
    """One field of one article that is not what it was."""

    url: str
    before: Any
    after: Any


@dataclass(slots=True)
class Changes:
    """Counts what each replayed document was and is, and keeps `most` examples a field.

    Of all examples those stay whose addresses come first, so that two runs show the same.
    """

    most: int = 3
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    fields: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    examples: dict[str, list[Example]] = field(default_factory=lambda: defaultdict(list))
    superseded: int = 0

    def add(self, before: str, after: str) -> None:
        """Note what became of a document before and now: accepted, quarantined, failed."""
        self.fates[before, after] += 1

    def compare(self, url: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Note for each field of an article what it was and is; empty both times is not noted."""
        for name in FIELDS:
            old, new = before.get(name), _stored(after.get(name))
            if old in _EMPTY and new in _EMPTY:
                continue
            result = _result(old, new)
            self.fields[name][result] += 1
            if result != "same":
                kept = [*self.examples[name], Example(url, old, new)]
                self.examples[name] = sorted(kept, key=lambda one: one.url)[: self.most]


def _result(old: Any, new: Any) -> str:
    if old in _EMPTY:
        return "gained"
    if new in _EMPTY:
        return "lost"
    return "same" if old == new else "changed"


def _stored(value: Any) -> Any:
    """Give a value as it comes back from the store, where tuples are lists."""
    return json.loads(json.dumps(value)) if isinstance(value, list | tuple | dict) else value


def shortened(before: Any, after: Any, width: int = 48) -> tuple[str, str]:
    """Give two values around the place where they begin to differ, in `width` characters each."""
    one, other = _words(before), _words(after)
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    start = min(len(one), len(other)) if same is None else same
    start = max(0, start - _LEAD)
    return _cut(one, start, width), _cut(other, start, width)


def _words(value: Any) -> str:
    if value in _EMPTY:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\n", "⏎")


def _cut(text: str, start: int, width: int) -> str:
    piece = text[start : start + width]
    return f"{'…' if start and piece else ''}{piece}{'…' if start + width < len(text) else ''}"
