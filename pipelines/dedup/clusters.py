"""Clusters without chains: who is a copy of whom, of all that are linked somehow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A document in a cluster; `length` in folded characters."""

    number: int
    key: str
    length: int


def stars(members: Iterable[Member], score: Callable[[int, int], float]) -> dict[int, list[Member]]:
    """Group members around leaders: the longest first, each joins the leader it is most like.

    A member that is no copy of any leader leads. So two unlike articles never stand in one
    cluster because a third resembles both, and the order of arrival does not count. `score`
    gives 0 for two documents that are no copies.
    """
    groups: dict[int, list[Member]] = {}
    for member in sorted(members, key=lambda m: (-m.length, m.key)):
        # All leaders stand before it; the first of the most alike wins.
        liked = [(score(leader, member.number), leader) for leader in groups]
        best = max(liked, key=lambda pair: pair[0], default=(0.0, 0))
        if best[0] > 0:
            groups[best[1]].append(member)
        else:
            groups[member.number] = [member]
    return groups
