"""What two texts share, and what differs between them: the evidence, not yet the verdict."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel, LCSseq

from pipelines.dedup.clauses import AMOUNT, NAMING, PARTY, Clause, clauses, is_dateline
from pipelines.dedup.facts import NUMERAL, SERIES, agree, has_facts, masked, own_facts
from pipelines.dedup.words import RARE, UNUSUAL, are_offices, are_persons, is_word, stage

ALIKE = 0.5  # of two clauses' characters, in order: one is the other, retouched
SLOT_ENDS = 5  # characters that two clauses share at their ends, around other words
LIKE_VALUE = 0.6  # values behind a label that are this alike are one, misspelt
HEADING = 2  # clauses of a text that may be its title
_MASKS = re.compile(r".*\*.*")
_NO_WORDS = re.compile(rf"[#{NUMERAL}]")
POOL = 400  # clauses on a side that are compared with all of the other's


Span = tuple[str, str, str]  # of the one, of the other, and the character after both


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
    passage: int = 0
    """Characters of the longest equal run."""
    gap: int = 0
    """The smaller side of the widest gap in which neither has what the other has."""
    gaps: int = 0
    """The same, of all gaps together."""
    prose_equal: int = 0
    retouched: int = 0
    facts_equal: int = 0
    conflicts: int = 0
    """Clauses with other numbers, or other words behind one label."""
    names: int = 0
    """Clauses with another name in the same frame."""
    sure_names: int = 0
    """Those among them that are persons' or offices'."""
    slots: int = 0
    """Clauses with another word in the same frame, such as a synonym; also `retouched`."""
    slips: int = 0
    """Clauses of which a character or two are lost: damage, or 5 for 15."""
    decisive: bool = False
    """A conflict in what names the thing, whom it is about, what it costs, or in the title."""
    converted: bool = False
    """In two scripts: converted by words, 文件 becomes 檔案, and only numbers and labels tell."""
    stages: tuple[str, str] = ("", "")
    differences: list[tuple[str, str]] = field(default_factory=list)


def compare(
    a: str, b: str, template: Collection[str] = (), *, converted: bool = False
) -> Comparison:
    """Align two texts clause by clause and count what is equal, retouched and in conflict.

    `converted` says that they are in two scripts.
    """
    left, right = clauses(a, template), clauses(b, template)
    found = Comparison(clauses_a=len(left), clauses_b=len(right), converted=converted)
    found.stages = stage(left), stage(right)
    found.length_a = sum(len(clause.folded) for clause in left)
    found.length_b = sum(len(clause.folded) for clause in right)
    lone_a: list[int] = []
    lone_b: list[int] = []
    for block, (i1, i2, j1, j2) in _blocks(left, right):
        if block:
            found.runs.append((i1, j1, i2 - i1))
            found.passage = max(found.passage, sum(len(c.folded) for c in left[i1:i2]))
            for clause in left[i1:i2]:
                _count_equal(found, clause)
            continue
        size = _gap(found, left[i1:i2], right[j1:j2])
        left[i1:i2] = [clause.canonical() for clause in left[i1:i2]]
        right[j1:j2] = [clause.canonical() for clause in right[j1:j2]]
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
    if clause.counts and has_facts(clause.folded):
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
    if agree(a.folded, b.folded):
        _count_equal(found, a)
        return True
    if a.label and a.label == b.label:
        _labelled(found, a, b, heading)
        return True
    mask_a, mask_b = masked(a.folded), masked(b.folded)
    if mask_a == mask_b:
        _conflict(found, a, b, heading)
        return True
    spans = _spans(mask_a, mask_b)
    framed = _is_wide(spans)
    ratio = Indel.normalized_similarity(a.folded, b.folded)
    if ratio < ALIKE and not framed:
        persons = are_persons(a.folded, b.folded)
        if persons:
            found.names += 1
            found.sure_names += 1
            _tell(found, a, b)
        return persons
    own_a, own_b = own_facts(a.folded, b.folded)
    if own_a and own_b and (framed or _are_others(own_a, own_b)):
        _conflict(found, a, b, heading=False)
        return True
    found.shared += int(ratio * (len(a.folded) + len(b.folded)) / 2)
    named, surely = _names(spans, RARE if found.converted else UNUSUAL)
    if named:
        found.names += 1
        found.sure_names += surely
    else:
        found.slots += framed
        found.retouched += 1
    _tell(found, a, b)
    return True


def _labelled(found: Comparison, a: Clause, b: Clause, heading: bool) -> None:
    """Count two values behind one label."""
    if not (a.value and b.value):  # on the next line
        found.shared += min(len(a.folded), len(b.folded))
        return
    mask_a, mask_b = masked(a.value), masked(b.value)
    ratio = Indel.normalized_similarity(a.value, b.value)
    spans = _spans(mask_a, mask_b, everywhere=False)
    others = ratio < LIKE_VALUE or _is_wide(spans)
    named, surely = _names(spans, RARE if found.converted else UNUSUAL)
    told = NAMING.search(a.label) or PARTY.search(a.label)
    if found.converted and not (told and named):
        others = all(own_facts(a.value, b.value))
    if mask_a == mask_b or others:
        found.sure_names += surely
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
    told = a.label and (PARTY.search(a.label) or AMOUNT.search(a.label))
    if NAMING.search(a.label) or series or ((dated or told) and not slip):
        found.decisive = True
    found.slips += slip
    found.conflicts += not slip
    _tell(found, a, b)


def _is_slip(a: str, b: str) -> bool:
    """Tell whether one clause is the other with a character or two lost, as 197年 for 1970年."""
    lost = abs(len(a) - len(b))
    return 0 < lost <= 2 and Indel.distance(a, b) == lost


def _are_others(own_a: Sequence[str], own_b: Sequence[str]) -> bool:
    """Tell whether two clauses name quite other numbers, not the same ones with a slip."""
    return Indel.normalized_similarity("".join(own_a), "".join(own_b)) < ALIKE


def _is_wide(spans: Sequence[Span]) -> bool:
    return any(min(len(a), len(b)) > 1 for a, b, _ in spans)


def _spans(a: str, b: str, *, everywhere: bool = True) -> list[Span]:
    """Give what differs between two clauses that are one form filled in twice; else nothing.

    All that differs is other words in place of words. A damaged character stands alone, or is
    missing on one side, which is no form, unless it needs not be one `everywhere`.
    """
    spans: list[Span] = []
    equal = at_a = at_b = 0
    for block in Indel.editops(a, b).as_matching_blocks():
        if block.size == 1:  # a character in common by chance
            continue
        within = a[at_a : block.a], b[at_b : block.b]
        if everywhere and bool(within[0]) != bool(within[1]):
            return []
        if within[0] and within[1]:
            spans.append((*within, a[block.a : block.a + 1]))
        equal += block.size
        at_a, at_b = block.a + block.size, block.b + block.size
    return spans if equal >= SLOT_ENDS or not everywhere else []


def _names(spans: Sequence[Span], least: float) -> tuple[bool, bool]:
    """Tell whether one of the differing spans is a name, and whether that is sure.

    A name is no word that a spinner would put there.
    """
    likely = False
    for span in spans:
        a, b = (_NO_WORDS.sub("", _MASKS.sub("", side)) for side in span[:2])
        if are_persons(a, b) or are_offices(a, b, span[2]):
            return True, True
        if _NO_WORDS.search(span[0] + span[1]):  # a phrase with a number, put in another way
            continue
        likely |= min(len(a), len(b)) > 1 and not (is_word(a, least) and is_word(b, least))
    return likely, False


def _tell(found: Comparison, a: Clause, b: Clause) -> None:
    if len(found.differences) < 8:
        found.differences.append((a.source.strip()[:60], b.source.strip()[:60]))
