"""Which documents share features with a text: the segments, and the logs of the newest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from pipelines.dedup.front import Front
from pipelines.dedup.journal import Log
from pipelines.dedup.outlines import Outlines, may_be_copies
from pipelines.dedup.segments import Segment

HOT = 64  # documents of one feature; a feature of more is a template's, or a much copied story's
CANDIDATES = 16
LOOKED_AT = 64  # documents, the likeliest, of which those are taken
FOLLOWED = 4  # the newest documents of a hot feature that are looked at
TRIES = 4  # times that a hot feature may lead to no copy before it is taken for a template's
_MARKS_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Candidates:
    """Numbers of documents to verify, the likeliest first, and the hot features that led on."""

    numbers: list[int]
    hot: Sequence[int] = ()


NONE = Candidates([])


class PostingsView:
    """One process's view of the postings: files that stay open though others replace them."""

    def __init__(self, outlines: Outlines) -> None:
        self._outlines = outlines
        self.front: Front | None = None
        self.segments: list[Segment] = []
        self.logs: list[Log] = []
        self._failures: dict[int, int] = {}

    def replace(self, front: Front | None, segments: list[Segment], logs: list[Log]) -> None:
        """Take other segments and logs, the oldest first, and the filter of the segments."""
        for segment in self.segments:
            if segment not in segments:
                segment.close()
        self.front, self.segments, self.logs = front, segments, logs

    @property
    def last(self) -> int:
        """The number of the newest document."""
        return self.logs[-1].last

    def log_of(self, number: int) -> Log | None:
        """Give the log that a document stands in, if it is so new."""
        for log in reversed(self.logs):
            if number >= log.first:
                return log
        return None

    def find(self, features: Sequence[int]) -> dict[int, Sequence[int]]:
        """Give those of the features that any document has, each with its documents, in order."""
        maybe = self.front.maybe(features) if self.front else features
        hits: list[tuple[int, Sequence[int]]] = []
        if maybe:
            for segment in self.segments:
                hits += segment.lookup(maybe)
        for log in self.logs:
            hits += log.lookup(features)
        found: dict[int, Sequence[int]] = {}
        for feature, numbers in hits:
            found[feature] = [*found.get(feature, ()), *numbers]
        return found

    def candidates(self, found: dict[int, Sequence[int]], outline: bytes) -> Candidates:
        """Give at most 16 of the documents by how many features they share, the newest first.

        One shared feature may be chance: without a like outline it makes no candidate.
        """
        shared: dict[int, int] = {}
        hot: list[tuple[int, int]] = []
        for feature, documents in found.items():
            if len(documents) > HOT:
                hot.append((len(documents), feature))
                continue
            for number in documents:
                shared[number] = shared.get(number, 0) + 1
        likely = nsmallest(LOOKED_AT, shared, key=lambda number: (-shared[number], -number))
        alike = (n for n in likely if shared[n] > 1 or self._is_alike(n, outline))
        numbers = list(islice(alike, CANDIDATES))
        hot = [pair for pair in hot if self._failures.get(pair[1], 0) < TRIES]
        if not hot:
            return Candidates(numbers)
        rarest = found[min(hot)[1]]
        newest = [number for number in rarest[-FOLLOWED:] if number not in shared]
        numbers += [number for number in newest if self._is_alike(number, outline)]
        return Candidates(numbers, [feature for _, feature in hot])

    def _is_alike(self, number: int, outline: bytes) -> bool:
        log = self.log_of(number)
        theirs = self._outlines.of(number) if log is None else log.outline(number)
        return may_be_copies(outline, theirs)

    def learn(self, hot: Sequence[int], copy: bool) -> None:
        """Note whether hot features led to a copy; those of a template do not, and cost nothing."""
        if len(self._failures) > _MARKS_KEPT:
            self._failures.clear()
        for feature in hot:
            self._failures[feature] = 0 if copy else self._failures.get(feature, 0) + 1
