"""Chooses the segments that may go, so that nothing that is kept loses what it refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crawler.state.warc.survey import Segment


@dataclass(frozen=True, slots=True)
class Plan:
    """The segments that go, the oldest first, and those that should but cannot, with the reason.

    `over` is by how many bytes what stays exceeds the size that was asked for.
    """

    gone: list[Segment] = field(default_factory=list)
    blocked: list[tuple[Segment, str]] = field(default_factory=list)
    over: int = 0


def plan(
    segments: Sequence[Segment],
    needed: Mapping[str, str],
    *,
    before: str = "",
    keep_bytes: int = 0,
) -> Plan:
    """Choose whole segments whose last response is older than `before`, then the oldest ones until
    `keep_bytes` are left; an empty date and 0 choose nothing.

    `needed` gives the names of segments that must stay, with the reason. A segment that a revisit
    in a kept one refers to stays too; no younger one goes in its place.
    """
    by_age = sorted(segments, key=lambda segment: (segment.last, segment.name))
    left = sum(segment.size for segment in segments)
    wanted: list[Segment] = []
    for segment in by_age:
        if segment.last < before or (keep_bytes and left > keep_bytes):
            wanted.append(segment)
            left -= segment.size
    reasons = {segment.name: needed[segment.name] for segment in wanted if segment.name in needed}
    staying = [segment for segment in segments if segment not in wanted or segment.name in reasons]
    names = {segment.name: segment for segment in wanted}
    while staying:
        keeper = staying.pop()
        for name in keeper.refers_to & names.keys() - reasons.keys():
            reasons[name] = f"{keeper.name} refers to it"
            staying.append(names[name])
    blocked = [(segment, reasons[segment.name]) for segment in wanted if segment.name in reasons]
    kept = left + sum(segment.size for segment, _ in blocked)
    return Plan(
        [segment for segment in wanted if segment.name not in reasons],
        blocked,
        max(0, kept - keep_bytes) if keep_bytes else 0,
    )
