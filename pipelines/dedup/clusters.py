"""Clusters without chains: who is a copy of whom, of all that are linked somehow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on two keys: `apart`, or together; `at` is when."""

    a: str
    b: str
    apart: bool
    at: str = ""


class _Union:
    """Disjoint sets of keys (Tarjan 1975, without ranks: these are small)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, key: str) -> str:
        above = self._above.setdefault(key, key)
        while above != key:
            key, above = above, self._above.setdefault(above, above)
        return key

    def join(self, a: str, b: str) -> None:
        a, b = sorted((self.of(a), self.of(b)))
        self._above[b] = a

    def groups(self) -> list[list[str]]:
        found: dict[str, list[str]] = {}
        for key in sorted(self._above):
            found.setdefault(self.of(key), []).append(key)
        return list(found.values())


def decided(
    groups: Iterable[Iterable[str]],
    decisions: Sequence[Decision],
    score: Callable[[str, str], float],
) -> list[list[str]]:
    """Correct the clusters of an index by what persons decided, oldest first.

    Two keys that are together join their clusters; two that are apart never stand in one, and the
    others of their cluster go to the side that they are more like. On the same two keys the later
    decision counts; where a chain of `together` would join two that are apart, its oldest link
    gives way. The same groups and decisions give the same clusters in any order of the groups.
    """
    pairs = {frozenset((d.a, d.b)): d for d in decisions if d.a != d.b}
    apart = [(d.a, d.b) for d in pairs.values() if d.apart]
    atoms, joined = _Union(), _Union()
    for decision in reversed(list(pairs.values())):
        if not decision.apart and not _would_meet(atoms, decision, apart):
            atoms.join(decision.a, decision.b)
            joined.join(decision.a, decision.b)
    for group in groups:
        first, *others = sorted(group)
        joined.of(first)
        for other in others:
            joined.join(first, other)
    return sorted(
        side for members in joined.groups() for side in _sides(members, atoms, apart, score)
    )


def _would_meet(atoms: _Union, decision: Decision, apart: Sequence[tuple[str, str]]) -> bool:
    ends = {atoms.of(decision.a), atoms.of(decision.b)}
    return any({atoms.of(a), atoms.of(b)} == ends for a, b in apart)


def _sides(
    members: Sequence[str],
    atoms: _Union,
    apart: Sequence[tuple[str, str]],
    score: Callable[[str, str], float],
) -> list[list[str]]:
    """Part the members of one cluster where persons have cut it."""
    known = frozenset(members)
    cuts = {frozenset((atoms.of(a), atoms.of(b))) for a, b in apart if a in known and b in known}
    if not cuts:
        return [sorted(members)]
    whole: dict[str, list[str]] = {}
    for member in sorted(members):
        whole.setdefault(atoms.of(member), []).append(member)

    def likeness(one: Iterable[str], others: Iterable[str]) -> float:
        others = list(others)
        return max((score(a, b) for a in one for b in others), default=0.0)

    sides: list[list[str]] = []  # of atoms
    ends = sorted(atom for atom in whole if any(atom in cut for cut in cuts))
    for atom in ends:
        free = [s for s in sides if not any(frozenset((atom, other)) in cuts for other in s)]
        liked = [(likeness(whole[atom], [m for o in s for m in whole[o]]), s) for s in free]
        like, side = max(liked, key=lambda pair: pair[0], default=(0.0, []))
        if like > 0:
            side.append(atom)
        else:
            sides.append([atom])
    parted = [[member for atom in side for member in whole[atom]] for side in sides]
    # First those that are like a side's own, then those that are like these.
    waiting = [whole[atom] for atom in whole if atom not in ends]
    for last in (False, True):
        fixed = [list(side) for side in parted]
        left = []
        for group in waiting:
            likes = [likeness(group, side) for side in fixed]
            if max(likes) > 0 or last:
                parted[likes.index(max(likes))] += group
            else:
                left.append(group)
        waiting = left
    return [sorted(side) for side in parted]
