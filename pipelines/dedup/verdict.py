"""What is said of two texts; the rules that say it are loaded when they are first asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """That two texts are copies: relation, score 0 to 1, and differing spans (theirs, ours)."""

    relation: str
    score: float
    differences: tuple[tuple[str, str], ...] = ()


def verify(theirs: str, ours: str) -> Verdict | None:
    """Say how our text is a copy of theirs, as `pipelines.dedup.verify` does."""
    # Here and not above: its rules take a second to load, and a crawl's own process, whose
    # workers compare, seldom needs them.
    from pipelines.dedup import verify as rules

    return rules.verify(theirs, ours)
