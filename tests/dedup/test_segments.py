"""A segment gives back what was written, whatever it was merged from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipelines.dedup.segments import KEPT, Postings, Segment, SegmentError, written


def postings(*pairs: tuple[int, int]) -> Postings:
    return np.asarray([feature << 32 | number for feature, number in pairs], dtype=np.uint64)


def made(path: Path, fresh: Postings, *merged: Segment, dead: tuple[int, ...] = ()) -> Segment:
    for _ in written(path, fresh, merged, np.asarray(dead, dtype=np.uint32)):
        pass
    return Segment(path)


def looked_up(segment: Segment, *features: int) -> dict[int, list[int]]:
    return {feature: list(numbers) for feature, numbers in segment.lookup(features)}


def test_a_feature_leads_to_its_documents(tmp_path: Path) -> None:
    segment = made(tmp_path / "a", postings((7, 3), (2**32 - 1, 1), (7, 1), (0, 2)))

    assert looked_up(segment, 7, 0, 2**32 - 1, 8) == {7: [1, 3], 0: [2], 2**32 - 1: [1]}


def test_of_many_postings_none_is_lost_in_merges(tmp_path: Path) -> None:
    features = np.random.default_rng(5).integers(0, 2**32, 30_000, dtype=np.uint64)
    every = features << np.uint64(32) | np.arange(30_000, dtype=np.uint64)
    first = made(tmp_path / "a", every[:12_000])
    second = made(tmp_path / "b", every[12_000:20_000])

    merged = made(tmp_path / "c", every[20_000:], first, second)

    found = looked_up(merged, *(int(feature) for feature in features))
    assert all(number in found[int(feature)] for number, feature in enumerate(features))
    assert merged.count == 30_000


def test_the_dead_are_left_out_of_a_merge(tmp_path: Path) -> None:
    first = made(tmp_path / "a", postings((7, 1), (7, 2)))

    merged = made(tmp_path / "b", postings((7, 3)), first, dead=(2,))

    assert looked_up(merged, 7) == {7: [1, 3]}


def test_of_a_template_feature_the_newest_are_kept(tmp_path: Path) -> None:
    every = postings(*((7, number) for number in range(1000)), (9, 4))

    segment = made(tmp_path / "a", every)

    assert looked_up(segment, 7, 9) == {7: list(range(1000 - KEPT, 1000)), 9: [4]}


@pytest.mark.parametrize("damage", [b"", b"QYSEG001" + b"\0" * 400])
def test_a_damaged_file_is_named(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "torn.seg"
    made(path, postings((7, 1))).close()
    path.write_bytes(damage or path.read_bytes()[:-3])

    with pytest.raises(SegmentError, match=r"torn\.seg"):
        Segment(path)
