"""When a page is read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.state.ledger import OUTCOMES
from crawler.state.revisit import ATTEMPTS, DAY, Known, Policy, settle

DAILY = Policy.of("daily", 14)
NOW = 1_800_000_000.0


def test_a_new_article_is_read_again_after_one_period() -> None:
    decided = settle("stored", Known(first_seen=NOW), DAILY, NOW)

    assert (decided.status, decided.next_due) == ("waiting", NOW + DAY)


def test_an_unchanged_article_is_left_alone_for_twice_as_long() -> None:
    known = Known(NOW - DAY, changed_at=NOW - DAY, revisit=DAY, outcome="stored")

    assert settle("unchanged", known, DAILY, NOW).next_due == NOW + 2 * DAY


def test_a_changed_article_is_read_again_in_half_the_time() -> None:
    known = Known(NOW - 5 * DAY, changed_at=NOW - 5 * DAY, revisit=4 * DAY, outcome="stored")

    assert settle("stored", known, DAILY, NOW).next_due == NOW + 2 * DAY


def test_outside_the_recheck_window_an_article_is_done() -> None:
    known = Known(NOW - 13 * DAY, changed_at=NOW - 13 * DAY, revisit=4 * DAY, outcome="unchanged")

    assert settle("unchanged", known, DAILY, NOW).status == "done"


def test_a_corrected_notice_opens_the_window_anew() -> None:
    known = Known(NOW - 13 * DAY, changed_at=NOW - 13 * DAY, revisit=4 * DAY, outcome="unchanged")

    assert settle("stored", known, DAILY, NOW).status == "waiting"


def test_a_failed_page_waits_longer_each_time_and_is_given_up_in_the_end() -> None:
    waits = []
    for attempts in range(ATTEMPTS):
        decided = settle("failed", Known(NOW, attempts=attempts), DAILY, NOW)
        waits.append(decided.next_due and decided.next_due - NOW)

    assert waits[:-1] == sorted(w for w in waits[:-1] if w)
    assert waits[-1] is None
    assert decided.status == "failed"


@pytest.mark.parametrize(("outcome", "status"), [("gone", "gone"), ("listing", "done")])
def test_what_is_gone_or_a_list_does_not_come_due_by_itself(outcome: str, status: str) -> None:
    decided = settle(outcome, Known(NOW), DAILY, NOW)

    assert (decided.status, decided.next_due) == (status, None)


@given(
    outcome=st.sampled_from([*OUTCOMES, "refused"]),
    age=st.floats(0, 400 * DAY),
    revisit=st.none() | st.floats(3600, 400 * DAY),
    attempts=st.integers(0, 50),
)
def test_nothing_is_due_before_now_nor_waits_without_a_time(
    outcome: str, age: float, revisit: float | None, attempts: int
) -> None:
    known = Known(NOW - age, changed_at=NOW - age, revisit=revisit, attempts=attempts)

    decided = settle(outcome, known, DAILY, NOW)

    assert (decided.next_due is not None) == (decided.status == "waiting")
    assert decided.next_due is None or decided.next_due > NOW
