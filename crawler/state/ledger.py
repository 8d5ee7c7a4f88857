"""Accounting: every fetched URL ends in exactly one outcome, each counted where it happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

OUTCOMES = ("listing", "stored", "reprint", "unchanged", "quarantined", "gone", "failed")

# A page may hold several items that end differently; the first of these that occurs is its outcome.
_PRECEDENCE = ("failed", "stored", "reprint", "unchanged", "quarantined")


@dataclass(slots=True)
class _Open:
    """A response whose items are still on their way."""

    lease: int | None
    yielded: int = 0
    ended: int = 0
    complete: bool = False
    results: set[str] = field(default_factory=set)


class Ledger:
    """Follows each archived response, by its pointer, to its outcome.

    A response is `passed_on` when another fetch took its place (a redirect, a retry) or when it
    only served the crawl (robots.txt); all others close in one of OUTCOMES. `settled` is told the
    frontier's lease of a page, where it has one, and the outcome.
    """

    def __init__(self, settled: Callable[[int | None, str], None] = lambda *_: None) -> None:
        self._settled = settled
        self.outcomes: Counter[str] = Counter()
        self.items: Counter[str] = Counter()
        self.archived_count = 0
        self.passed_on = 0
        self.unfetched = 0
        self._unread: dict[str, int | None] = {}
        self._open: dict[str, _Open] = {}

    def archived(self, pointer: str, lease: int | None = None) -> None:
        """Note a response that was fetched and written to the archive."""
        self.archived_count += 1
        self._unread[pointer] = lease

    def pass_on(self, pointer: str) -> None:
        """Note that another fetch takes the place of this response."""
        if pointer in self._unread:
            del self._unread[pointer]
            self.passed_on += 1

    def close(self, pointer: str, outcome: str) -> bool:
        """Close a response that yields nothing: gone, failed; true the first time it is told."""
        if pointer not in self._unread:
            return False
        self._end(self._unread.pop(pointer), outcome)
        return True

    def fail_unfetched(self, lease: int | None = None) -> None:
        """Count a URL that no response came from."""
        self.unfetched += 1
        self._end(lease, "failed")

    def read(self, pointer: str) -> None:
        """Open a response that a spider begins to read."""
        self._open[pointer] = _Open(self._unread.pop(pointer, None))

    def yielded(self, pointer: str) -> None:
        """Note that the spider yielded an item of this response."""
        entry = self._open.get(pointer)
        if entry is not None:
            entry.yielded += 1

    def item_ended(self, pointer: str, result: str) -> None:
        """Note how one item of a response ended: one of OUTCOMES."""
        self.items[result] += 1
        entry = self._open.get(pointer)
        if entry is not None:
            entry.ended += 1
            entry.results.add(result)
            self._close_if_done(pointer, entry)

    def raised(self, pointer: str) -> None:
        """Note that the spider's own code failed on a response."""
        entry = self._open.get(pointer)
        if entry is not None:
            entry.results.add("failed")

    def read_through(self, pointer: str) -> None:
        """Note that the spider has yielded all it will for a response."""
        entry = self._open.get(pointer)
        if entry is not None:
            entry.complete = True
            self._close_if_done(pointer, entry)

    def _close_if_done(self, pointer: str, entry: _Open) -> None:
        if entry.complete and entry.ended >= entry.yielded:
            del self._open[pointer]
            outcome = next((r for r in _PRECEDENCE if r in entry.results), "listing")
            self._end(entry.lease, outcome)

    def _end(self, lease: int | None, outcome: str) -> None:
        self.outcomes[outcome] += 1
        self._settled(lease, outcome)

    def gaps(self, records_in_archive: int) -> list[str]:
        """Say in words what does not add up; empty when every response is accounted for."""
        found = []
        if records_in_archive != self.archived_count:
            found.append(
                f"the archive holds {records_in_archive} responses, {self.archived_count} noted"
            )
        if self._open or self._unread:
            some = ", ".join([*self._open, *self._unread][:3])
            found.append(
                f"{len(self._open) + len(self._unread)} responses have no outcome ({some})"
            )
        ended = sum(self.outcomes.values()) - self.unfetched + self.passed_on
        if not found and ended != self.archived_count:
            found.append(f"{self.archived_count} responses archived, {ended} accounted for")
        return found
