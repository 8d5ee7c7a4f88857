"""Every response ends in exactly one outcome, and what is missing is seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.state.ledger import OUTCOMES, Ledger

Event = tuple[str, ...]
FROM_ITEMS = ("stored", "reprint", "unchanged", "quarantined", "failed")


def replay(*events: Event) -> Ledger:
    """Tell a new ledger these events, each the name of a method and its arguments."""
    ledger = Ledger()
    for name, *arguments in events:
        method: Callable[..., None] = getattr(ledger, name)
        method(*arguments)
    return ledger


def page(pointer: str, *results: str) -> list[Event]:
    """Give what happens to a page with items that end so: read through, then ended."""
    return [
        ("archived", pointer),
        ("read", pointer),
        *[("yielded", pointer)] * len(results),
        ("read_through", pointer),
        *[("item_ended", pointer, result) for result in results],
    ]


def test_a_page_without_items_is_a_listing() -> None:
    assert replay(*page("a#0")).outcomes == {"listing": 1}


@pytest.mark.parametrize("result", FROM_ITEMS)
def test_a_page_ends_as_its_only_item_does(result: str) -> None:
    ledger = replay(*page("a#0", result))

    assert ledger.outcomes == ledger.items == {result: 1}
    assert ledger.gaps(1) == []


@pytest.mark.parametrize("outcome", ["gone", "failed"])
def test_a_response_that_is_not_read_closes_once_however_often_it_is_told(outcome: str) -> None:
    ledger = replay(("archived", "a#0"), ("close", "a#0", outcome), ("close", "a#0", outcome))

    assert ledger.outcomes == {outcome: 1}
    assert ledger.gaps(1) == []


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        (("quarantined", "unchanged"), "unchanged"),
        (("unchanged", "reprint"), "reprint"),
        (("reprint", "stored", "stored"), "stored"),
        (("stored", "failed"), "failed"),
    ],
)
def test_a_page_of_several_items_has_one_outcome_and_each_item_its_own(
    results: tuple[str, ...], outcome: str
) -> None:
    ledger = replay(*page("a#0", *results))

    assert ledger.outcomes == {outcome: 1}
    assert ledger.items.total() == len(results)


def test_items_may_end_before_the_page_is_read_through() -> None:
    started = [("archived", "a#0"), ("read", "a#0"), ("yielded", "a#0")]
    ledger = replay(*started, ("item_ended", "a#0", "stored"))
    assert ledger.outcomes == {}

    ledger.read_through("a#0")

    assert ledger.outcomes == {"stored": 1}


def test_a_callback_that_raises_fails_its_page_but_not_the_items_it_had_yielded() -> None:
    ledger = replay(
        ("archived", "a#0"),
        ("read", "a#0"),
        ("yielded", "a#0"),
        ("raised", "a#0"),
        ("read_through", "a#0"),
        ("item_ended", "a#0", "stored"),
    )

    assert (ledger.outcomes, ledger.items) == ({"failed": 1}, {"stored": 1})


def test_a_redirect_is_passed_on_and_counts_as_its_target() -> None:
    ledger = replay(("archived", "a#0"), ("pass_on", "a#0"), *page("a#1", "stored"))

    assert (ledger.passed_on, ledger.outcomes) == (1, {"stored": 1})
    assert ledger.gaps(2) == []


def test_a_response_is_passed_on_once_and_not_when_it_was_closed() -> None:
    ledger = replay(
        ("archived", "a#0"),
        ("pass_on", "a#0"),
        ("pass_on", "a#0"),
        ("archived", "a#1"),
        ("close", "a#1", "gone"),
        ("pass_on", "a#1"),
    )

    assert ledger.passed_on == 1
    assert ledger.gaps(2) == []


def test_a_url_without_a_response_fails_and_leaves_no_gap() -> None:
    ledger = replay(("fail_unfetched",), *page("a#0", "stored"))

    assert ledger.outcomes == {"failed": 1, "stored": 1}
    assert ledger.gaps(1) == []


def test_a_response_that_nobody_read_is_a_gap_with_its_pointer() -> None:
    assert replay(("archived", "a#0")).gaps(1) == ["1 responses have no outcome (a#0)"]


def test_an_item_that_never_ended_is_a_gap_with_the_pointer_of_its_page() -> None:
    events = page("a#0", "stored", "stored")[:-1]

    assert replay(*events).gaps(1) == ["1 responses have no outcome (a#0)"]


def test_a_response_that_was_read_but_not_archived_is_a_gap() -> None:
    events = page("a#0", "stored")[1:]

    assert replay(*events).gaps(0) == ["0 responses archived, 1 accounted for"]


def test_an_archive_that_holds_another_number_of_responses_is_a_gap() -> None:
    assert replay(*page("a#0")).gaps(2) == ["the archive holds 2 responses, 1 noted"]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Give the events of a whole crawl, those of different responses interleaved."""
    lanes: list[list[Event]] = []
    for number in range(draw(st.integers(1, 6))):
        pointer = f"a#{number}"
        ends: dict[str, list[tuple[str, ...]]] = {
            "page": page(pointer, *draw(st.lists(st.sampled_from(FROM_ITEMS), max_size=3))),
            "moved": [("archived", pointer), ("pass_on", pointer)],
            "gone": [("archived", pointer), ("close", pointer, "gone")],
            "unfetched": [("fail_unfetched",)],
        }
        lanes.append(ends[draw(st.sampled_from(sorted(ends)))])
    order = draw(st.permutations([n for n, lane in enumerate(lanes) for _ in lane]))
    steps = [iter(lane) for lane in lanes]
    return [next(steps[n]) for n in order]


def archived(events: list[Event]) -> int:
    return sum(name == "archived" for name, *_ in events)


@given(histories())
def test_a_whole_history_has_no_gap_and_one_outcome_a_url(events: list[Event]) -> None:
    ledger = replay(*events)

    assert ledger.gaps(archived(events)) == []
    urls = archived(events) + ledger.unfetched - ledger.passed_on
    assert ledger.outcomes.total() == urls
    assert set(ledger.outcomes) <= set(OUTCOMES)


@given(histories(), st.data())
def test_a_history_that_lacks_one_event_has_a_gap(events: list[Event], data: st.DataObject) -> None:
    # A URL that nobody fetched leaves no trace elsewhere; a lost `yielded` closes the page early.
    untold = {"fail_unfetched", "yielded"}
    places = [n for n, (name, *_) in enumerate(events) if name not in untold]
    if not places:
        return
    lost = data.draw(st.sampled_from(places))

    ledger = replay(*events[:lost], *events[lost + 1 :])

    assert ledger.gaps(archived(events))
