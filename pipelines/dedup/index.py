"""The persistent index of reprints: any number of local processes, safe to kill."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import xxhash

from pipelines.dedup.clusters import stars
from pipelines.dedup.compaction import Compaction, opened_segments
from pipelines.dedup.fingerprint import Fingerprint, fingerprint
from pipelines.dedup.ledger import Ledger, Row
from pipelines.dedup.postings import PostingsView
from pipelines.dedup.verify import Verdict, verify

TAIL = 2048  # documents in a process's memory before they become a segment
INSTALMENT = 0.05  # seconds that a process gives to merging large segments, once a tail
SETTLED = 64  # comparisons that one document may cost to find its cluster's leaders

TextOf = Callable[[str], str | None]


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
        self._view = PostingsView()
        self._ledger = Ledger(self.path)
        self._compaction = Compaction(self.path, self._ledger, keep_texts=text_of is None)
        try:
            self._catch_up()
        except BaseException:
            self._ledger.close()
            raise

    def add(self, key: str, text: str, *, published: str | None = None) -> Match | None:
        """Add a text under a key and give its nearest copy, never itself; idempotent."""
        return self.add_fingerprint(key, fingerprint(text), published=published)

    def add_fingerprint(
        self, key: str, found: Fingerprint, *, published: str | None = None
    ) -> Match | None:
        """Add a fingerprint that was made elsewhere; another text under the key takes its place."""
        features = _features(key, found)
        with self._lock, self._ledger.guarded():
            # Most documents are new and like no other: one look into memory and one row. Where
            # another process was faster the number is taken, and all is done over under the lock.
            if not self._view.find(features) and self._append(key, found, features, published):
                self._view.add(self._view.last + 1, features)
                match = None
            else:
                match = self._add_among_others(key, found, features, published)
            if self._view.fresh >= TAIL:
                self._compact()
        return match

    def nearest(self, key: str, found: Fingerprint) -> Match | None:
        """Give the nearest copy of a text without adding it."""
        with self._lock, self._ledger.guarded():
            self._catch_up()
            copies: dict[int, tuple[Row, Verdict | None]] = {}
            self._judge(key, found, _features(key, found), copies)
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

            groups = stars(self._ledger.component(row.number), score).values()
        mine = next(group for group in groups if any(m.key == key for m in group))
        return sorted(member.key for member in mine)

    def __len__(self) -> int:
        with self._lock, self._ledger.guarded():
            return self._ledger.count()

    def __contains__(self, key: str) -> bool:
        with self._lock, self._ledger.guarded():
            self._catch_up()
            return self._known(key) is not None

    def _append(
        self, key: str, found: Fingerprint, features: Sequence[int], published: str | None
    ) -> bool:
        row = Row(self._view.last + 1, key, _half(found.digest), found.length)
        packed = array("I", features).tobytes()
        return self._ledger.append(row, published, packed, found.text)

    def _add_among_others(
        self, key: str, found: Fingerprint, features: Sequence[int], published: str | None
    ) -> Match | None:
        copies: dict[int, tuple[Row, Verdict | None]] = {}
        self._catch_up()
        self._judge(key, found, features, copies)  # what takes long, before others have to wait
        with self._ledger.writing():
            self._catch_up()
            self._judge(key, found, features, copies)
            former = self._known(key)
            number = self._view.last + 1
            is_new = former is None or former.digest != _half(found.digest)
            if is_new:
                self._append(key, found, features, published)
                orphans = self._ledger.remove(former.number) if former else []
                for other, (_, verdict) in copies.items():
                    self._ledger.link(number, other, verdict.score if verdict else 0.0)
                for member in (number, *orphans):
                    self._settle(member)
        if is_new:
            self._view.add(number, features)
        return _nearest(copies)

    def _known(self, key: str) -> Row | None:
        mark = mark_of(key)
        for number in self._view.find((mark,)).get(mark, ()):
            row = self._ledger.row(number)
            if row is not None and row.key == key:
                return row
        return None

    def _judge(
        self,
        key: str,
        found: Fingerprint,
        features: Sequence[int],
        copies: dict[int, tuple[Row, Verdict | None]],
    ) -> None:
        """Verify those candidates that have not been."""
        candidates = self._view.candidates(self._view.find(features))
        for number in candidates.numbers:
            row = None if number in copies else self._ledger.row(number)
            if row is None or row.key == key:
                continue
            text = self._text(row)
            if text is not None:
                copies[number] = row, verify(text, found.text)
            elif row.digest == _half(found.digest):
                copies[number] = row, Verdict("same", 1.0)
        if candidates.hot:
            self._view.learn(candidates.hot, any(verdict for _, verdict in copies.values()))

    def _settle(self, number: int) -> None:
        """Compare the leaders of a cluster with its members, those that never met."""
        members = self._ledger.component(number)
        if len(members) < 3:
            return
        rows = {member.number: Row(member.number, member.key, 0, 0) for member in members}
        left = SETTLED

        def score(leader: int, other: int) -> float:
            nonlocal left
            known = dict(self._ledger.links(other)).get(leader)
            if known is not None or not left:
                return known or 0.0
            left -= 1
            texts = self._text(rows[leader]), self._text(rows[other])
            verdict = verify(texts[0], texts[1]) if texts[0] and texts[1] else None
            self._ledger.link(leader, other, verdict.score if verdict else 0.0)
            return verdict.score if verdict else 0.0

        stars(members, score)

    def _text(self, row: Row) -> str | None:
        """Give a document's text; until the store has it, and without one, from here."""
        kept = self._ledger.text(row.number)
        return kept if kept is not None or self._text_of is None else self._text_of(row.key)

    def _catch_up(self) -> None:
        """Take in what other processes have added, and their segments."""
        view, ledger = self._view, self._ledger
        while True:
            with ledger.guarded(), ledger.reading():
                generation = ledger.generation()
                if generation != view.generation:
                    segments = opened_segments(self.path, ledger)
                    if segments is None:
                        continue
                    view.replace(generation, segments)
                for number, features in ledger.tail(view.last):
                    view.add(number, memoryview(features).cast("I").tolist())
            return

    def _compact(self) -> None:
        self._catch_up()  # another process may have done it
        if self._view.fresh >= TAIL and self._compaction.run(self._view.segments, INSTALMENT):
            self._catch_up()

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._compaction.close()
            self._view.replace(-1, [])
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
    """Give the 32 bits by which a key is found; they stand among the features."""
    return xxhash.xxh32_intdigest(key.encode("utf-8", "surrogatepass"))


def _features(key: str, found: Fingerprint) -> list[int]:
    return [mark_of(key), *found.features]


def _half(digest: str) -> int:
    return int.from_bytes(bytes.fromhex(digest[:16]), "big", signed=True)


def _nearest(copies: dict[int, tuple[Row, Verdict | None]]) -> Match | None:
    found: Sequence[tuple[Row, Verdict]] = [(r, v) for r, v in copies.values() if v is not None]
    if not found:
        return None
    row, verdict = min(found, key=lambda pair: (-pair[1].score, pair[0].key))
    return Match(row.key, verdict.relation, verdict.score, verdict.differences)
