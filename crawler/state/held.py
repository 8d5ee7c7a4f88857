"""What a process holds of the frontier, and what is written when it lets go."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crawler.state.leases import Found
from crawler.state.requests import is_hidden
from crawler.state.revisit import Known, Policy, settle

Link = tuple[str, dict[str, Any]]
"""A request's row, and which list of `leases.Found` it belongs to."""

UNREAD = ("failed", "gone", "refused")


@dataclass(slots=True)
class Lease:
    """One page that this process is at: its row, and what its last response said."""

    row: Mapping[str, Any]
    visit: dict[str, Any] = field(default_factory=dict)
    children: list[Link] = field(default_factory=list)
    coming: int = 0
    """Requests that were yielded and have not arrived."""
    outcome: str = ""
    retry_at: float | None = None

    @property
    def same_list(self) -> bool:
        """Tell whether it is of a list that has not changed, and was not read."""
        # Of one that failed the last time, its row tells by what it links.
        was = "listing" if self.row["outcome"] in UNREAD else self.row["outcome"]
        return self.outcome == "unchanged" and was == "listing"

    @property
    def is_comparable(self) -> bool:
        """Tell whether it is known what its page was, should it be the same now."""
        return bool(self.row["has_links"]) or self.row["outcome"] not in ("listing", *UNREAD)


def found_of(links: Sequence[Link]) -> Found | None:
    """Sort links out into what the frontier does with them; None where there are none."""
    sorted_out: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place, row in links:
        sorted_out[place].append(row)
    return Found(**sorted_out) if links else None


def linked_by(lease: Lease) -> dict[str, Any]:
    """Give the keys that a list, or a part of an article, links; none where it must be read.

    It must where it links what has credentials: only there can a later process have them from.
    """
    keys: dict[str, list[str]] = {"rows": [], "pages": []}
    for place, row in lease.children:
        keys["pages" if place == "pages" else "rows"].append(row["key"])
    whole = not any(is_hidden(row) for _, row in lease.children)
    return {"id": lease.row["id"], "links": json.dumps(keys) if whole else None}


def settled(lease: Lease, policy: Policy, now: float) -> dict[str, Any]:
    """Give a row as it is to be when its lease closes."""
    row, outcome = lease.row, lease.outcome
    # A list that did not change stays one, and what was found to be an article too.
    kind = row["outcome"] if outcome == "unchanged" and row["outcome"] else outcome
    kind = "listing" if lease.same_list else kind
    known = Known(
        row["first_seen"], row["changed_at"], row["revisit"], row["attempts"], row["outcome"]
    )
    decided = settle("listing" if kind == "listing" else outcome, known, policy, now)
    values: dict[str, Any] = {
        name: row[name]
        for name in ("etag", "last_modified", "archived", "changed_at", "fetched_at")
    }
    if outcome not in ("failed", "refused"):
        values |= lease.visit | {"fetched_at": now}
        if outcome != "unchanged":
            values["changed_at"] = now
    if lease.retry_at:
        decided = replace(
            decided, status="waiting", next_due=lease.retry_at, attempts=row["attempts"]
        )
    if decided.status == "waiting" and is_hidden(row):
        # A later process does not have its credentials: it is read again where it is linked.
        lost = outcome in ("failed", "refused")
        decided = replace(decided, status="failed" if lost else "done", next_due=None)
    return values | {
        "id": row["id"],
        "outcome": kind,
        "status": decided.status,
        "next_due": decided.next_due,
        "attempts": decided.attempts,
        "revisit": decided.revisit,
    }
