"""The persistent index of reprints: any number of local processes, safe to kill."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import xxhash

from pipelines.dedup import files
from pipelines.dedup.clusters import Member, stars
from pipelines.dedup.compaction import Compaction
from pipelines.dedup.fingerprint import FEATURE_MASK, Fingerprint, Overlap, fingerprint
from pipelines.dedup.journal import Log, Row, packed
from pipelines.dedup.ledger import Ledger
from pipelines.dedup.lock import Turn
from pipelines.dedup.outlines import Outlines
from pipelines.dedup.postings import NONE, Candidates, PostingsView
from pipelines.dedup.verdict import Verdict, verify

# Of the shorter text's shingles: of 200 copies with every fifth character edited the least had .19
# in common, of pages made of one stock of sentences the most .10.
OVERLAP = 0.12
SETTLED = 64  # comparisons that one document may cost to find its cluster's leaders

TextOf = Callable[[str], str | None]
Copies = dict[int, tuple[Row, Verdict | None]]


@dataclass(frozen=True, slots=True)
class Match:
    """The nearest known copy: its key, the relation, the verified score (0 to 1), what differs.

    `relation` is `same`, `script`, `excerpt` (of it), `extended` (from it) or `revised`;
    `differences` are pairs of spans, theirs and ours.
    """

    key: str
    relation: str
    score: float
    differences: tuple[tuple[str, str], ...] = ()


class ReprintIndex:
    """Finds reprints by the features they share and verifies them on the texts.

    `text_of` gives the text stored under a key; without it the index keeps its own copies, packed.
    Raises IndexFileError, here and in every method, where a file is none, older or damaged.
    """

    def __init__(self, path: Path | str, *, text_of: TextOf | None = None) -> None:
        self.path = Path(path)
        self._text_of = text_of
        self._lock = threading.RLock()
        self._ledger = Ledger(self.path)
        try:
            with self._ledger.guarded():
                self._turn = Turn(self._ledger.beside("lock"))
                self._outlines = Outlines(self._ledger.beside("outlines"))
                self._view = PostingsView(self._outlines)
                with self._turn:
                    files.begin(self._ledger)
                    self._catch_up()
                    files.check_chain(self._ledger, self._view.logs[-1])
            self._compaction = Compaction(
                self._ledger, self._turn, self._outlines, keep_texts=text_of is None
            )
        except BaseException:
            self._ledger.close()
            raise

    def add(self, key: str, text: str, *, published: str | None = None) -> Match | None:
        """Add a text under a key and give its nearest copy, never itself; idempotent."""
        return self.add_fingerprint(key, fingerprint(text), published=published)

    def add_fingerprint(
        self, key: str, found: Fingerprint, *, published: str | None = None
    ) -> Match | None:
        """Add a fingerprint that was made elsewhere; another text under the key takes its place.

        Raises ValueError for a key or a time with half a surrogate pair, which no ledger can keep.
        """
        for given in (key, published or ""):
            if not given.isascii():
                _check_whole(given)
        features = [mark_of(key), *found.features]
        with self._lock, self._ledger.guarded():
            with self._turn:
                self._catch_up()
                seen = self._look_up(features, found.outline)
                if not seen:  # most documents are new and like no other
                    self._append(key, found, features, published)
            match = self._add_among_others(key, found, features, published, seen) if seen else None
            self._compaction.step(self._view)
        return match

    def nearest(self, key: str, found: Fingerprint) -> Match | None:
        """Give the nearest copy of a text without adding it."""
        with self._lock, self._ledger.guarded():
            self._catch_up()
            copies: Copies = {}
            hits = self._view.find(found.features)
            self._judge(key, found, self._view.candidates(hits, found.outline), copies)
        return _nearest(copies)

    def cluster(self, key: str) -> list[str]:
        """Give the keys of a key's cluster, itself among them, in order."""
        with self._lock, self._ledger.guarded():
            self._catch_up()
            row = self._known(key)
            if row is None:
                return [key]
            known: dict[int, dict[int, float]] = {}

            def score(leader: int, number: int) -> float:
                if number not in known:
                    known[number] = dict(self._ledger.links(number))
                return known[number].get(leader, 0.0)

            groups = stars(self._members(row.number), score).values()
        mine = next(group for group in groups if any(m.key == key for m in group))
        return sorted(member.key for member in mine)

    def __len__(self) -> int:
        with self._lock, self._ledger.guarded():
            self._catch_up()
            return self._view.last - self._ledger.count_dead()

    def __contains__(self, key: str) -> bool:
        with self._lock, self._ledger.guarded():
            self._catch_up()
            return self._known(key) is not None

    def _look_up(self, features: Sequence[int], outline: bytes) -> Candidates | None:
        """Give what may be copies of a text; None where there are none and its key is new.

        The mark of the key stands before the text's features.
        """
        hits = self._view.find(features)
        if not hits:
            return None
        is_known = hits.pop(features[0], None)
        candidates = self._view.candidates(hits, outline)
        return candidates if is_known or candidates.numbers else None

    def _append(
        self, key: str, found: Fingerprint, features: Sequence[int], published: str | None
    ) -> int:
        """Add a document behind all others, in the index's turn; gives its number."""
        log = self._view.logs[-1]
        number = log.first + log.count
        row = Row(number, key, _half(found.digest), found.length)
        record = packed(row, published, features, found.outline, found.text)
        if not log.append(record):
            path = files.log_path(self._ledger, number)
            Log.create(path, number, len(record))
            log.seal()
            self._catch_up()
            log = self._view.logs[-1]
            log.append(record)
        log.note(features, len(record))
        return number

    def _add_among_others(
        self,
        key: str,
        found: Fingerprint,
        features: Sequence[int],
        published: str | None,
        candidates: Candidates,
    ) -> Match | None:
        copies: Copies = {}
        self._judge(key, found, candidates, copies)  # what takes long, in no turn
        seen = self._view.last
        with self._turn:
            self._catch_up()
            if self._view.last != seen:
                candidates = self._look_up(features, found.outline) or NONE
                self._judge(key, found, candidates, copies)
            former = self._known(key)
            is_new = former is None or former.digest != _half(found.digest)
            if former is None or is_new:
                number = self._append(key, found, features, published)
            else:
                number = former.number
            is_copy = any(verdict for _, verdict in copies.values())
            orphans: list[int] = []
            if is_copy or (former and is_new):
                with self._ledger.writing():
                    if former and is_new:
                        orphans = self._ledger.remove(former.number)
                    if is_copy:
                        self._link(number, copies)
        if is_copy or orphans:
            for member in (number, *orphans):
                self._settle(member)
        return _nearest(copies)

    def _link(self, number: int, copies: Copies) -> None:
        """Keep what a document was found to be like; of a twin, what that is like as well."""
        known = dict(self._ledger.links(number))  # all of it, where it is added again
        scores: dict[int, float] = {}
        for twin in _twins(copies):
            scores.update(self._ledger.links(twin))
        scores.update({n: verdict.score if verdict else 0.0 for n, (_, verdict) in copies.items()})
        for other, score in scores.items():
            if other not in known and other != number:
                self._ledger.link(number, other, score)

    def _known(self, key: str) -> Row | None:
        mark = mark_of(key)
        for number in reversed(self._view.find((mark,)).get(mark, ())):
            row = self._row(number)
            if row is not None and row.key == key:
                return row
        return None

    def _judge(self, key: str, found: Fingerprint, candidates: Candidates, copies: Copies) -> None:
        """Verify those candidates that have not been; where there are twins, those alone."""
        rows = [self._row(number) for number in candidates.numbers if number not in copies]
        others = [row for row in rows if row is not None and row.key != key]
        twins = [row for row in others if row.digest == _half(found.digest)]
        judged = twins if twins or _twins(copies) else others
        overlap = Overlap(found.text) if judged and not twins else None
        for row in judged:
            text = self._text(row)
            if text is not None:
                # A stock phrase in common is most candidates, and soon seen to be all.
                alike = overlap is None or overlap.of(text) >= OVERLAP
                copies[row.number] = row, verify(text, found.text) if alike else None
            elif twins:
                copies[row.number] = row, Verdict("same", 1.0)
        if candidates.hot:
            self._view.learn(candidates.hot, any(verdict for _, verdict in copies.values()))

    def _settle(self, number: int) -> None:
        """Compare the leaders of a cluster with its members, those that never met."""
        members = self._members(number)
        if len(members) < 3:
            return
        fresh: list[tuple[int, int, float]] = []

        def score(leader: int, other: int) -> float:
            known = dict(self._ledger.links(other)).get(leader)
            if known is not None or len(fresh) == SETTLED:
                return known or 0.0
            texts = self._text_at(leader), self._text_at(other)
            verdict = verify(texts[0], texts[1]) if texts[0] and texts[1] else None
            fresh.append((leader, other, verdict.score if verdict else 0.0))
            return fresh[-1][2]

        stars(members, score)
        if fresh:
            with self._ledger.writing():
                for link in fresh:
                    self._ledger.link(*link)

    def _members(self, number: int) -> list[Member]:
        rows = map(self._row, self._ledger.component(number))
        return [Member(row.number, row.key, row.length) for row in rows if row is not None]

    def _row(self, number: int) -> Row | None:
        """Give a living document."""
        log = self._view.log_of(number)
        if log is None:
            return self._ledger.row(number)
        return None if self._ledger.is_dead(number) else log.document(number)[0]

    def _text(self, row: Row) -> str | None:
        """Give a document's text; until the store has it, and without one, from here."""
        log = self._view.log_of(row.number)
        if log is not None:
            return log.text(row.number)
        return self._ledger.text(row.number) if self._text_of is None else self._text_of(row.key)

    def _text_at(self, number: int) -> str | None:
        row = self._row(number)
        return self._text(row) if row else None

    def _catch_up(self) -> None:
        """Take in what other processes have added, and their segments."""
        if self._turn.changed() or not self._view.logs:
            files.reopen(self._ledger, self._view)
        files.follow(self._ledger, self._view)

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._compaction.close()
            self._view.replace(None, [], [])
            self._turn.close()
            self._outlines.close()
            self._ledger.close()

    def __enter__(self) -> ReprintIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def mark_of(key: str) -> int:
    """Give the 40 bits by which a key is found; they stand among the features."""
    return xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")) & FEATURE_MASK


def _check_whole(given: str) -> None:
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{given!r} holds half a character") from error


def _half(digest: str) -> int:
    return int(digest[:16], 16) - 2**63


def _twins(copies: Copies) -> list[int]:
    """Give those copies that fold to the very text."""
    return [
        number
        for number, (_, verdict) in copies.items()
        if verdict is not None and verdict.relation in ("same", "script") and verdict.score == 1.0
    ]


def _nearest(copies: Copies) -> Match | None:
    found: Sequence[tuple[Row, Verdict]] = [(r, v) for r, v in copies.values() if v is not None]
    if not found:
        return None
    row, verdict = min(found, key=lambda pair: (-pair[1].score, pair[0].key))
    return Match(row.key, verdict.relation, verdict.score, verdict.differences)
