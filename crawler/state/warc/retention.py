"""Chooses the segments that may go, so that nothing that is kept loses what it refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.state.warc.locks import alone_in
from crawler.state.warc.recovery import segments as segments_in
from crawler.state.warc.survey import Segment


@dataclass(frozen=True, slots=True)
class Plan:
    """The segments that go, the oldest first, and those that should but cannot, with the reason."""

    gone: list[Segment] = field(default_factory=list)
    blocked: list[tuple[Segment, str]] = field(default_factory=list)


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
    return Plan(
        [segment for segment in wanted if segment.name not in reasons],
        [(segment, reasons[segment.name]) for segment in wanted if segment.name in reasons],
    )


def remove(folder: Path, chosen: Plan, surveyed: Sequence[Segment], *, dry_run: bool) -> Plan:
    """Delete what a plan of these segments lets go; gives what went and what could not.

    A source is left alone while it is crawled, and where it was since its segments were read: what
    is written then may refer to any of them.
    """
    gone: list[Segment] = []
    blocked = list(chosen.blocked)
    for source in sorted({segment.source for segment in chosen.gone}):
        going = [segment for segment in chosen.gone if segment.source == source]
        room = folder / source
        with alone_in(room) as alone:
            reason = "" if alone else "its source is being crawled"
            if alone and _sizes(room) != {s.name: s.size for s in surveyed if s.source == source}:
                reason = "its source was crawled meanwhile, prune again"
            for segment in going:
                failed = reason or (None if dry_run else _delete(folder / segment.name))
                if failed:
                    blocked.append((segment, failed))
                else:
                    gone.append(segment)
    return Plan(gone, blocked)


def _sizes(room: Path) -> dict[str, int]:
    return {f"{room.name}/{path.name}": path.stat().st_size for path in segments_in(room)}


def _delete(path: Path) -> str:
    try:
        path.unlink()
    except OSError as error:
        return error.strerror or str(error)
    return ""
