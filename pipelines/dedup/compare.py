"""What two texts share, and what differs between them: the evidence, not yet the verdict."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel, LCSseq

from pipelines.dedup.clauses import (
    NAMING,
    SERIES,
    Clause,
    clauses,
    facts,
    is_dateline,
    masked,
)

ALIKE = 0.5  # of two clauses' characters, in order: one is the other, retouched
SLOT_ENDS = 5  # characters that two clauses share at their ends, around other words
LIKE_VALUE = 0.6  # values behind a label that are this alike are one, misspelt
HEADING = 2  # clauses of a text that may be its title
POOL = 400  # clauses on a side that are compared with all of the other's


@dataclass(slots=True)
class Comparison:
    """Counts of clauses and characters; `a` and `b` are the two texts."""

    length_a: int = 0
    length_b: int = 0
    shared: int = 0
    """Characters that both have, in clauses that are alike."""
    runs: list[tuple[int, int, int]] = field(default_factory=list)
    """Equal runs of clauses: where in a, where in b, how many."""
    clauses_a: int = 0
    clauses_b: int = 0
    gap: int = 0
    """The smaller side of the widest gap in which neither has what the other has."""
    gaps: int = 0
    """The same, of all gaps together."""
    prose_equal: int = 0
    retouched: int = 0
    facts_equal: int = 0
    conflicts: int = 0
    """Clauses with other numbers, or other words behind one label."""
    slots: int = 0
    """Clauses with other words in the same frame: a name, a place, or only a synonym."""
    slips: int = 0
    """Clauses of which a character or two are lost: damage, or 5 for 15."""
    decisive: bool = False
    differences: list[tuple[str, str]] = field(default_factory=list)


def compare(a: str, b: str, template: Collection[str] = ()) -> Comparison:
    """Align two texts clause by clause and count what is equal, retouched and in conflict."""
    left, right = clauses(a, template), clauses(b, template)
    found = Comparison(clauses_a=len(left), clauses_b=len(right))
    found.length_a = sum(len(clause.folded) for clause in left)
    found.length_b = sum(len(clause.folded) for clause in right)
    lone_a: list[int] = []
    lone_b: list[int] = []
    for block, (i1, i2, j1, j2) in _blocks(left, right):
        if block:
            found.runs.append((i1, j1, i2 - i1))
            for clause in left[i1:i2]:
                _count_equal(found, clause)
            continue
        size = _gap(found, left[i1:i2], right[j1:j2])
        if i2 - i1 == j2 - j1:
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                if not _pair(found, left[i], right[j], max(i, j) < HEADING):
                    lone_a.append(i)
                    lone_b.append(j)
        else:
            lone_a += range(i1, i2)
            lone_b += range(j1, j2)
        found.gap = max(found.gap, size)
        found.gaps += size
    _pair_the_rest(found, left, right, lone_a, lone_b)
    return found


def _blocks(
    left: Sequence[Clause], right: Sequence[Clause]
) -> Iterator[tuple[bool, tuple[int, int, int, int]]]:
    """Give the runs of equal clauses (True) and the gaps between them (False), in order."""
    names_a, names_b = [c.folded for c in left], [c.folded for c in right]
    i = j = 0
    for block in LCSseq.editops(names_a, names_b).as_matching_blocks():
        if block.a > i or block.b > j:
            yield False, (i, block.a, j, block.b)
        if block.size:
            yield True, (block.a, block.a + block.size, block.b, block.b + block.size)
        i, j = block.a + block.size, block.b + block.size


def _gap(found: Comparison, left: Sequence[Clause], right: Sequence[Clause]) -> int:
    return min(sum(len(c.folded) for c in left), sum(len(c.folded) for c in right))


def _count_equal(found: Comparison, clause: Clause) -> None:
    found.shared += len(clause.folded)
    if facts(clause.folded):
        found.facts_equal += 1
    else:
        found.prose_equal += 1


def _pair_the_rest(
    found: Comparison,
    left: Sequence[Clause],
    right: Sequence[Clause],
    lone_a: list[int],
    lone_b: list[int],
) -> None:
    """Pair the clauses that are each other's nearest, wherever they stand."""
    lone_a, lone_b = lone_a[:POOL], lone_b[:POOL]
    if not lone_a or not lone_b:
        return
    alike = process.cdist(
        [masked(left[i].folded) for i in lone_a],
        [masked(right[j].folded) for j in lone_b],
        scorer=Indel.normalized_similarity,
    )
    # Among rows of one table, the one in the same place.
    apart = np.abs(np.asarray(lone_a)[:, None] - np.asarray(lone_b)[None, :])
    alike -= apart * (0.1 / (len(left) + len(right)))
    best_b = alike.argmax(axis=1)
    best_a = alike.argmax(axis=0)
    for row, column in enumerate(best_b.tolist()):
        if best_a[column] == row and alike[row, column] >= ALIKE - 0.1:
            i, j = lone_a[row], lone_b[column]
            _pair(found, left[i], right[j], max(i, j) < HEADING)


def _pair(found: Comparison, a: Clause, b: Clause, heading: bool) -> bool:
    """Count a pair of clauses that differ; False says that they have nothing to do with another."""
    if a.folded == b.folded:
        _count_equal(found, a)
        return True
    if a.label and a.label == b.label:
        _labelled(found, a, b, heading)
        return True
    mask_a, mask_b = masked(a.folded), masked(b.folded)
    if mask_a == mask_b:
        _conflict(found, a, b, heading)
        return True
    ratio = Indel.normalized_similarity(a.folded, b.folded)
    widest = _slot(mask_a, mask_b)
    slot = widest > 1 or (heading and widest > 0)
    if widest > 1 and (facts(a.folded) != facts(b.folded) or heading):
        _conflict(found, a, b, heading=False)
        return True
    if ratio < ALIKE and not slot:
        return False
    if _other_facts(a.folded, b.folded):
        _conflict(found, a, b, heading=False)
        return True
    found.shared += int(ratio * (len(a.folded) + len(b.folded)) / 2)
    found.slots += slot
    found.retouched += not slot
    _tell(found, a, b)
    return True


def _labelled(found: Comparison, a: Clause, b: Clause, heading: bool) -> None:
    """Count two values behind one label."""
    same_mask = masked(a.value) == masked(b.value)
    ratio = Indel.normalized_similarity(a.value, b.value)
    if not (a.value and b.value):  # behind stars, or on the next line
        found.shared += min(len(a.folded), len(b.folded))
        return
    if same_mask or ratio < LIKE_VALUE or _slot(masked(a.value), masked(b.value)) > 1:
        _conflict(found, a, b, heading)
        return
    found.shared += int(ratio * len(a.folded))
    found.retouched += 1
    _tell(found, a, b)


def _conflict(found: Comparison, a: Clause, b: Clause, heading: bool) -> None:
    found.shared += LCSseq.similarity(a.folded, b.folded)
    series_a, series_b = SERIES.findall(a.folded), SERIES.findall(b.folded)
    series = bool(series_a and series_b) and series_a != series_b
    dated = heading and not (is_dateline(a) or is_dateline(b))
    slip = _is_slip(a.folded, b.folded)
    if NAMING.search(a.label) or series or (dated and not slip):
        found.decisive = True
    found.slips += slip
    found.conflicts += not slip
    _tell(found, a, b)


def _is_slip(a: str, b: str) -> bool:
    """Tell whether one clause is the other with a character or two lost, as 197年 for 1970年."""
    lost = abs(len(a) - len(b))
    return 0 < lost <= 2 and Indel.distance(a, b) == lost


def _other_facts(a: str, b: str) -> bool:
    """Tell whether two clauses name quite other numbers, not the same ones with a slip."""
    left, right = "".join(facts(a)), "".join(facts(b))
    return bool(left and right) and Indel.normalized_similarity(left, right) < ALIKE


def _slot(a: str, b: str) -> int:
    """Give the widest difference of two clauses that are one form filled in twice, or 0.

    All that differs is other words in place of words. A damaged character stands alone, or is
    missing on one side.
    """
    equal = widest = at_a = at_b = 0
    for block in Indel.editops(a, b).as_matching_blocks():
        if block.size == 1:  # a character in common by chance
            continue
        within_a, within_b = block.a - at_a, block.b - at_b
        if bool(within_a) != bool(within_b):
            return 0
        widest = max(widest, min(within_a, within_b))
        equal += block.size
        at_a, at_b = block.a + block.size, block.b + block.size
    return widest if equal >= SLOT_ENDS else 0


def _tell(found: Comparison, a: Clause, b: Clause) -> None:
    if len(found.differences) < 8:
        found.differences.append((a.source[:60], b.source[:60]))
