"""When a page is read again: by what became of it, and how often it has changed."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86400.0
PERIODS = {"hourly": 3600.0, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY}
ATTEMPTS = 6  # fetches in a row that may fail before a page is given up
BACKOFF, LONGEST_BACKOFF = 600.0, DAY


@dataclass(frozen=True, slots=True)
class Policy:
    """A source's rhythm and recheck window, in seconds."""

    period: float
    window: float

    @classmethod
    def of(cls, rhythm: str, recheck_days: float) -> Policy:
        """Make the policy of a source; other projects' spiders have the default rhythm."""
        return cls(PERIODS.get(rhythm, DAY), recheck_days * DAY)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page before a visit; times in seconds since 1970."""

    first_seen: float
    changed_at: float | None = None
    revisit: float | None = None
    attempts: int = 0
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a page's row: its status, when it is due, after how long, failures so far."""

    status: str
    next_due: float | None
    revisit: float | None
    attempts: int


def settle(outcome: str, known: Known, policy: Policy, now: float) -> Settled:
    """Decide about a page's next visit from the outcome of this one.

    The interval doubles while a page stays the same and halves when it has changed (Cho and
    Garcia-Molina 2003 show that such adaptation nears the best policy); it is never shorter than
    the source's rhythm. Outside the recheck window, counted from the first sight or the last
    change, a page is done. A list is done at once: who links to it makes it due again.
    """
    if outcome == "gone":
        return Settled("gone", None, known.revisit, 0)
    if outcome == "failed":
        attempts = known.attempts + 1
        if attempts >= ATTEMPTS:
            return Settled("failed", None, known.revisit, attempts)
        wait = min(LONGEST_BACKOFF, BACKOFF * 4 ** (attempts - 1))
        return Settled("waiting", now + wait, known.revisit, attempts)
    if outcome == "refused":  # by robots.txt, which is read anew with every run
        return Settled("waiting", now + policy.period, known.revisit, known.attempts)
    if outcome == "listing":
        return Settled("done", None, None, 0)
    if known.revisit is None:
        interval = policy.period
    elif outcome == "unchanged":
        interval = known.revisit * 2
    else:
        interval = max(policy.period, known.revisit / 2)
    changed = known.changed_at if outcome == "unchanged" and known.changed_at else now
    begins = max(known.first_seen, changed if known.revisit is not None else known.first_seen)
    if now + interval > begins + policy.window:
        return Settled("done", None, interval, 0)
    return Settled("waiting", now + interval, interval, 0)
