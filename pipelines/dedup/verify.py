"""Whether two texts are copies of one story: by what they share, and by what differs.

Decided so:

- Half an article is a copy. Less than two fifths of it is a quotation, and so is one passage in
  two texts that go their own ways around it.
- A digest of three articles is a copy of none of them, unless one is two fifths of it.
- Items of a series (第三批, 第四批), bulletins of two days, weather and prices of two weeks and
  notices of one template are different: their numbers and names differ and their prose does not.
- So are the papers of one tender (招标公告, 更正公告, 二次更正公告, 中标公告), whatever they share.
- One other number in what names a thing, or another party or amount behind its label, decides.
- Items of two days under one title are told apart by what stands under it.
- Damage and retouching hit prose as much as numbers: a copy. Synonyms are words; the names and
  numbers around them stay. A long text with one other number is a misprint or a correction.
- Numbers, dates and amounts count as equal in any writing, and behind a mask (138****5678).
- Short texts are copies only where one has every clause of the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Hamming

from pipelines.charset.script import script_of, text_of
from pipelines.dedup.clauses import READ, clauses
from pipelines.dedup.compare import Comparison, compare
from pipelines.dedup.facts import agree
from pipelines.dedup.folding import Points, fold_points
from pipelines.dedup.verdict import Verdict

SHORT = 80  # folded characters; a shorter text is a copy only where the other has all of it
SHORTEST = 16  # folded characters; what is shorter has no copies but equal ones
IN_COMMON = 0.1  # of the runs of three characters; less leaves nothing to compare: 1 ms saved
EXCERPT = 0.4  # of the longer text; less is a quotation
QUOTATION = 0.2  # of the longer text, heads and tails included; less needs no look
COVERED = 0.3  # of the shorter text must be in the other
QUOTED = 0.55  # covered less than this by one passage, or by other words: no copy
DENSE = 0.7  # of what is shared is one passage; sentences replaced leave several
REWORDED = 0.3  # of the clauses in common; sentences replaced leave the others as they are
FRAMED = 0.6  # covered less than this by head and tail alone: two articles of one column
CONFLICTS = 0.08  # of the clauses; fewer are misprints in a long text
NAMED = 0.05  # of the clauses, where one of them names another person or office
DAMAGED = 0.7  # covered less than this, what differs is more than damaged characters
SPREAD = 0.3  # of the prose changed: damage or retouching all over, which hits numbers too
CONVERTED = 0.95  # of the characters are the same after folding


def verify(theirs: str, ours: str, template: Collection[str] = ()) -> Verdict | None:
    """Say how our text is a copy of theirs; None where it is another story.

    `same`: nothing but punctuation, width and white space differs; `script`: nor that but the
    script; `excerpt`: a part of theirs, two fifths or more; `extended`: theirs is such a part of
    ours; `revised`: retouched, damaged, or with another head and tail.
    The folded clauses of `template` are no content.
    """
    if theirs == ours:
        return Verdict("same", 1.0)
    points_theirs, points_ours = fold_points(theirs), fold_points(ours)
    folded_theirs, folded_ours = text_of(points_theirs), text_of(points_ours)
    scripts = {script_of(theirs), script_of(ours)} - {""}
    converted = len(scripts) > 1
    if folded_theirs == folded_ours:
        return Verdict("script" if converted else "same", 1.0)
    shorter, longer = sorted((len(folded_theirs), len(folded_ours)))
    if shorter < QUOTATION * longer:
        return None
    if shorter < SHORT:
        return _verify_short(theirs, ours)
    if _in_common(points_theirs[:READ], points_ours[:READ]) < IN_COMMON:
        return None
    # In one order whichever is asked about, so that both answers are one.
    if theirs <= ours:
        found = compare(theirs, ours, template, converted=converted)
        differences = found.differences
    else:
        found = compare(ours, theirs, template, converted=converted)
        differences = [(b, a) for a, b in found.differences]
    score = _score(found)
    if not score:
        return None
    if converted and _is_converted(folded_theirs, folded_ours):
        return Verdict("script", score, tuple(differences))
    relation = _relation(found, len(folded_theirs), len(folded_ours))
    return Verdict(relation, score, tuple(differences))


def _in_common(a: Points, b: Points) -> float:
    """Give the share of runs of three characters that two texts have in common, of the shorter."""
    left, right = _threes(a), _threes(b)
    both = np.sort(np.concatenate([left, right]))
    return np.count_nonzero(both[1:] == both[:-1]) / min(len(left), len(right))


def _threes(points: Points) -> NDArray[np.uint64]:
    wide = points.astype(np.uint64)
    runs = np.sort(wide[:-2] | wide[1:-1] << np.uint64(21) | wide[2:] << np.uint64(42))
    found: NDArray[np.uint64] = runs[np.concatenate([[True], runs[1:] != runs[:-1]])]
    return found


def _verify_short(theirs: str, ours: str) -> Verdict | None:
    """Take a short text for a copy where the other has every clause of it."""
    left, right = ([c.canonical().folded for c in clauses(text)] for text in (theirs, ours))
    shorter, longer = sorted((left, right), key=lambda side: (len("".join(side)), side))
    whole, wanted = "".join(longer), "".join(shorter)
    if len(wanted) < SHORTEST or len(wanted) < EXCERPT * len(whole):
        return None
    if not agree(wanted, whole) and not _holds(whole, longer, shorter):
        return None
    if agree(wanted, whole) or len(wanted) == len(whole):
        return Verdict("revised", 1.0)
    return Verdict("extended" if shorter is left else "excerpt", 1.0)


def _holds(whole: str, parts: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(clause in whole or any(agree(clause, part) for part in parts) for clause in wanted)


def _score(found: Comparison) -> float:
    """Give the share of the shorter text that the longer one has, or 0 where they are two."""
    shorter, longer = sorted((found.length_a, found.length_b))
    if not shorter or shorter < EXCERPT * longer:
        return 0.0
    covered = min(1.0, found.shared / shorter)
    if covered < COVERED or _is_quotation(found, covered) or _is_column(found, covered):
        return 0.0
    if _is_likeness(found, covered) or _is_template(found, covered):
        return 0.0
    return covered


def _is_likeness(found: Comparison, covered: float) -> bool:
    """Tell whether half is other and what is shared is reworded: entries on two kinds of fish."""
    reworded = found.retouched + found.names + found.conflicts
    shared = reworded + found.prose_equal + found.facts_equal
    return covered < QUOTED and reworded > REWORDED * shared


def _is_quotation(found: Comparison, covered: float) -> bool:
    """Tell whether two texts have one passage in common, and each goes its own way around it."""
    return covered < QUOTED and found.passage >= DENSE * found.shared


def _is_template(found: Comparison, covered: float) -> bool:
    """Tell whether the conflicts are what differs, or one of them decides."""
    if all(found.stages) and found.stages[0] != found.stages[1]:
        return True
    conflicts = found.conflicts + found.names + found.slips / 2
    prose = found.prose_equal + found.retouched
    spread = (
        covered >= DAMAGED and found.retouched > SPREAD * prose and conflicts <= found.retouched / 2
    )
    if spread:
        return False
    if found.decisive:
        return True
    if not (found.conflicts or found.names or found.slips > 1):
        return False
    conflicts += found.slots / 2 if found.conflicts else 0
    clauses = prose + found.facts_equal + conflicts
    if found.sure_names:
        return conflicts >= NAMED * clauses
    return conflicts >= 2 and conflicts >= CONFLICTS * clauses


def _is_column(found: Comparison, covered: float) -> bool:
    """Tell whether the two share a standing head and tail around something else."""
    if covered >= FRAMED or found.gap < 0.9 * found.gaps or found.facts_equal >= 2:
        return False
    return bool(found.runs) and all(
        start_a == start_b == 0
        or (start_a + count == found.clauses_a and start_b + count == found.clauses_b)
        for start_a, start_b, count in found.runs
    )


def _is_converted(a: str, b: str) -> bool:
    # Converted by words, 答复 becomes 答覆, which folds to itself.
    return len(a) == len(b) and Hamming.normalized_similarity(a, b) >= CONVERTED


def _relation(found: Comparison, theirs: int, ours: int) -> str:
    shorter = min(theirs, ours)
    if found.shared >= 0.9 * shorter and max(theirs, ours) > 1.2 * shorter:
        return "excerpt" if ours < theirs else "extended"
    return "revised"
