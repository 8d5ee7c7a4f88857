"""A segment gives back what was written, whatever it was merged from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipelines.dedup import segments as module
from pipelines.dedup.front import Front
from pipelines.dedup.segments import KEPT, MAGIC, Fresh, Segment, SegmentError, written

MOST = 2**40 - 1


def postings(first: int, *documents: tuple[int, ...]) -> Fresh:
    features = [feature for document in documents for feature in document]
    return Fresh(features, [len(document) for document in documents], first)


def made(
    path: Path, fresh: Fresh, *merged: Segment, numbers: range, dead: tuple[int, ...] = ()
) -> Segment:
    for _ in written(path, fresh, merged, numbers, dead):
        pass
    return Segment(path)


def looked_up(segment: Segment, *features: int) -> dict[int, list[int]]:
    return {feature: list(numbers) for feature, numbers in segment.lookup(features)}


def test_a_feature_leads_to_its_documents(tmp_path: Path) -> None:
    fresh = postings(1, (7, MOST), (0,), (7,))

    segment = made(tmp_path / "a", fresh, numbers=range(1, 4))

    assert looked_up(segment, 7, 0, MOST, 8) == {7: [1, 3], 0: [2], MOST: [1]}


@pytest.mark.parametrize("step", [500, 4096, 10**6])
def test_of_many_postings_none_is_lost_in_merges(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP", step)
    chance = np.random.default_rng(5)
    documents = [tuple(map(int, row)) for row in chance.integers(0, 2**40, (3000, 10))]
    first = made(tmp_path / "a", postings(5, *documents[:1200]), numbers=range(5, 1205))
    second = made(tmp_path / "b", postings(1205, *documents[1200:2000]), numbers=range(1205, 2005))

    merged = made(
        tmp_path / "c",
        postings(2005, *documents[2000:]),
        *(first, second),
        numbers=range(5, 3005),
    )

    for number, document in enumerate(documents, 5):
        assert looked_up(merged, *document) == {feature: [number] for feature in document}
    assert merged.count == 30_000


def test_numbers_beyond_24_bits_are_kept(tmp_path: Path) -> None:
    numbers = range(1, 2**25 + 3)
    first = made(tmp_path / "a", postings(1, (7, 9), (8,)), numbers=range(1, 3))

    merged = made(tmp_path / "b", postings(2**25, (7,), (9, MOST)), first, numbers=numbers)

    assert looked_up(merged, 7, 8, 9, MOST) == {
        7: [1, 2**25],
        8: [2],
        9: [1, 2**25 + 1],
        MOST: [2**25 + 1],
    }


def test_the_filter_lets_all_present_and_few_absent_features_pass(tmp_path: Path) -> None:
    chance = np.random.default_rng(6)
    here, absent = chance.integers(0, 2**40, (2, 100_000), dtype=np.uint64)
    segment = made(tmp_path / "a", Fresh(here.tolist(), [10] * 10_000, 1), numbers=range(1, 10_001))
    Front.create(tmp_path / "front", segment.count)
    front, other = Front(tmp_path / "front"), Front(tmp_path / "front")

    for features in segment.features():
        front.set(features)

    assert other.maybe(here.tolist()) == here.tolist()
    assert len(other.maybe(absent.tolist())) < 0.04 * len(absent)
    assert not front.has_room(10 * segment.count)


def test_the_dead_are_left_out_of_a_merge(tmp_path: Path) -> None:
    first = made(tmp_path / "a", postings(1, (7,), (7,)), numbers=range(1, 3))

    merged = made(tmp_path / "b", postings(3, (7,)), first, numbers=range(1, 4), dead=(2,))

    assert looked_up(merged, 7) == {7: [1, 3]}


def test_of_a_template_feature_the_newest_are_kept(tmp_path: Path) -> None:
    fresh = postings(0, *[(7,)] * 1000, (9,))

    segment = made(tmp_path / "a", fresh, numbers=range(1001))

    assert looked_up(segment, 7, 9) == {7: list(range(1000 - KEPT, 1000)), 9: [1000]}


def test_a_filter_of_more_than_2_to_the_24_words_lets_all_present_features_pass(
    tmp_path: Path,
) -> None:
    Front.create(tmp_path / "front", 100_000_000)
    front = Front(tmp_path / "front")
    here = np.array([0, 2**39, MOST - 1, MOST], dtype=np.uint64)

    front.set(here)

    assert front.maybe(here.tolist()) == here.tolist()
    assert (tmp_path / "front").stat().st_size > 8 * 2**24
    assert front._words[-1]


@pytest.mark.parametrize("damage", [b"", MAGIC + b"\0" * 400])
def test_a_damaged_file_is_named(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "torn.seg"
    made(path, postings(1, (7,)), numbers=range(1, 2)).close()
    path.write_bytes(damage or path.read_bytes()[:-3])

    with pytest.raises(SegmentError, match=r"torn\.seg"):
        Segment(path)
