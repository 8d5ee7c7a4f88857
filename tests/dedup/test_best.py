"""The best copy is complete, then sound, then of the best source, then the earliest."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Damage
from pipelines.dedup import Copy, best
from pipelines.dedup.best import doubt, earliest

WHOLE = Copy("whole", 0, 1000, "2024-05-10", 0)


@pytest.mark.parametrize(
    ("copy", "wins"),
    [
        (Copy("excerpt", 0, 500, "2024-05-01", 9), False),
        (Copy("damaged, longer by its damage", 40, 1060, "2024-05-01", 9), False),
        (Copy("damaged, half as long again", 40, 1500, None), True),
        (Copy("longer by a strange tail", 0, 1070, "2024-05-11"), False),
        (Copy("shorter by a signature, of the issuing body", 0, 950, "2024-05-11", 1), True),
        (Copy("earlier", 0, 1000, "2024-05-09"), True),
        (Copy("of the same day, with its hour", 0, 1000, "2024-05-10T08:00:00+08:00"), True),
        (Copy("of the same day in another zone", 0, 1000, "2024-05-10T00:30:00Z"), True),
        (Copy("without a date", 0, 1000, None), False),
        (Copy("with no date that is one", 0, 1000, "昨天"), False),
        (Copy("a few invisible characters taken out", 0.03, 1000, "2024-05-09"), True),
    ],
    ids=lambda value: value.key if isinstance(value, Copy) else "",
)
def test_a_copy_against_a_sound_whole_one(copy: Copy, wins: bool) -> None:
    assert best([WHOLE, copy]) == (copy.key if wins else "whole")


COPIES = st.lists(
    st.builds(
        Copy,
        st.text("abc", min_size=1),
        st.floats(0, 50),
        st.integers(0, 2000),
        st.sampled_from([None, "", "2024-05-10", "2024-05-10T08:00:00+08:00", "9999-12-31"]),
        st.integers(-1, 2),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda copy: copy.key,
)


@given(COPIES)
def test_the_order_of_the_copies_does_not_count(copies: list[Copy]) -> None:
    assert len({best(order) for order in itertools.permutations(copies)}) == 1
    assert len({tuple(earliest(order)) for order in itertools.permutations(copies)}) == 1


def dated(**dates: str | None) -> list[Copy]:
    return [Copy(key, 0, 1000, published) for key, published in dates.items()]


def test_the_first_copy_is_the_one_with_the_earliest_time() -> None:
    copies = dated(a="2024-05-10T09:00:00+08:00", b="2024-05-10T08:00:00+08:00", c=None)

    assert earliest(copies) == ["b"]


def test_on_one_day_a_bare_date_may_be_before_a_time_or_behind_it() -> None:
    copies = dated(a="2024-05-10", b="2024-05-10T08:00:00+08:00", c="2024-05-11", d="2024-05-10")

    assert earliest(copies) == ["b", "a", "d"]


def test_without_any_date_nobody_is_the_first() -> None:
    assert earliest(dated(a=None, b="昨天")) == []


def test_doubt_is_the_number_of_characters_that_may_be_wrong() -> None:
    lost = Damage("lost_replaced", (3, 5), "\ufffd\ufffd", "\ufffd\ufffd", 0.0)
    run = Damage("misaligned_run", (9, 14), "?！督鸬肚", "。《金刀", 0.75)
    healed = Damage("healed", (3, 5), "\ufffd\ufffd", "研究", 0.5)

    assert doubt([lost, run, healed]) == 3.0
