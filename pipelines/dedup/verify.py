"""Whether two texts are copies of one story: by what they share, and by what differs."""

from __future__ import annotations

import re

from pipelines.dedup.fingerprint import shingles

SHORT = 80
SIMILAR = 0.4
CONTAINED = 0.6
TEMPLATE = 0.7

_NUMBER = re.compile(r"\d{2,}")


def similarity(a: str, b: str) -> float:
    """Score two folded texts, 0 to 1; 0 says that they are no copies of each other.

    Texts under 80 characters must be equal. Longer ones must share shingles: a Jaccard of 0.4, or
    0.6 of the shorter one where that is at least a third of the longer. A pair that is nearly
    equal but names different numbers is one template filled twice, not one story.
    """
    if a == b:
        return 1.0
    if min(len(a), len(b)) < SHORT:
        return 0.0
    import numpy as np

    left, right = shingles(a), shingles(b)
    shared = len(np.intersect1d(left, right, assume_unique=True))
    jaccard = shared / (len(left) + len(right) - shared)
    smaller = min(len(left), len(right))
    contained = shared / smaller if smaller * 3 >= max(len(left), len(right)) else 0.0
    if jaccard < SIMILAR and contained < CONTAINED:
        return 0.0
    if jaccard >= TEMPLATE / 2 and _other_facts(a, b):
        return 0.0
    return max(jaccard, contained)


def _other_facts(a: str, b: str) -> bool:
    """Tell whether each text names numbers that the other does not, and more than they share."""
    left, right = set(_NUMBER.findall(a)), set(_NUMBER.findall(b))
    only_left, only_right, both = left - right, right - left, left & right
    return min(len(only_left), len(only_right)) >= 2 and len(only_left | only_right) > len(both)
