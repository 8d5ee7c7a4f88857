"""An outline tells most unlike texts apart, and never hides a copy for being damaged or short."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup import Fingerprint, ReprintIndex, compaction, fingerprint, journal
from pipelines.dedup import index as module
from pipelines.dedup.outlines import OUTLINE, Outlines, may_be_copies
from tests.dedup.texts import OTHER, STORY, THIRD, edited, replaced

LETTERS = "".join(map(chr, range(0x4E00, 0x5E00)))


def drawn(number: int, length: int = 500) -> str:
    return "".join(random.Random(number).choices(LETTERS, k=length))


def alike(ours: str, theirs: str) -> bool:
    there, back = (
        may_be_copies(fingerprint(a).outline, fingerprint(b).outline)
        for a, b in ((ours, theirs), (theirs, ours))
    )
    assert there == back
    return there


@pytest.mark.parametrize("seed", range(20))
def test_copies_have_like_outlines(seed: int) -> None:
    for copy in (edited(STORY, 0.1, seed), replaced(STORY, 0.5, seed), "本报讯" + STORY + "完"):
        assert alike(STORY, copy)


@pytest.mark.parametrize("part", [2, 4, 10, 60])
def test_an_excerpt_may_be_a_copy(part: int) -> None:
    for number in range(20):
        whole = drawn(number, 2000)
        assert alike(whole, whole[-len(whole) // part :])


def test_of_unlike_texts_few_have_like_outlines() -> None:
    pairs = [(drawn(number), drawn(number + 1)) for number in range(0, 600, 2)]

    assert sum(alike(*pair) for pair in pairs) < 0.15 * len(pairs)
    assert not alike(STORY, OTHER)


@given(st.text("雨雪风霜雷电云雾晴阴", max_size=400))
def test_an_outline_has_its_size_and_is_like_itself(text: str) -> None:
    outline = fingerprint(text).outline

    assert len(outline) == OUTLINE
    assert may_be_copies(outline, outline)


@pytest.mark.parametrize("kept", [0, 2, 8, 16])
def test_without_a_whole_outline_a_text_may_be_a_copy(kept: int) -> None:
    part = fingerprint(OTHER).outline[:kept]

    assert may_be_copies(fingerprint(STORY).outline, part)
    assert may_be_copies(fingerprint(STORY).outline, part.ljust(OUTLINE, b"\0"))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ReprintIndex]:
    with ReprintIndex(tmp_path / "reprints.db") as index:
        yield index


def by_chance(text: str) -> str:
    """Make another text that shares one feature with a text."""
    ours = set(fingerprint(text).features)
    for number in range(10_000):
        start = random.Random(number).randrange(len(text) - 6)
        other = drawn(number, 150) + text[start : start + 6] + drawn(-number, 150)
        if len(ours & set(fingerprint(other).features)) == 1 and not alike(text, other):
            return other
    raise AssertionError("no such text")


@pytest.mark.parametrize("compacted", [False, True], ids=["in a log", "in a segment"])
def test_who_shares_one_feature_by_chance_is_not_read(
    compacted: bool, index: ReprintIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    if compacted:
        monkeypatch.setattr(journal, "CAPACITY", 10_000)
        monkeypatch.setattr(compaction, "SMALL", 600)
    text = drawn(1, 300)
    index.add("a", text)
    for number in range(100 if compacted else 0):
        index.add(f"other {number}", drawn(1000 + number, 300))
    other = fingerprint(by_chance(text))
    read: list[int] = []

    def row(self: ReprintIndex, number: int) -> None:
        read.append(number)

    monkeypatch.setattr(module.ReprintIndex, "_row", row)
    seen = index.nearest("b", other), index.add_fingerprint("b", other)

    assert seen == (None, None)
    assert read == []


def test_who_shares_one_feature_and_has_a_like_outline_is_read(index: ReprintIndex) -> None:
    whole = fingerprint(STORY + THIRD)
    few = Fingerprint(whole.digest, whole.length, whole.features[:1], whole.outline, whole.text)
    index.add("a", STORY + THIRD)

    match = index.nearest("b", few)

    assert match is not None
    assert match.key == "a"


def test_another_text_without_like_outline_takes_the_place_under_its_key(
    index: ReprintIndex,
) -> None:
    index.add("a", STORY)
    index.add("a", OTHER)

    assert len(index) == 1
    assert index.add("b", OTHER) is not None


@given(st.lists(st.integers(1, 9), max_size=8), st.randoms(use_true_random=False))
def test_each_document_finds_its_outline(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], chance: random.Random
) -> None:
    outlines = Outlines(tmp_path_factory.mktemp("outlines") / "file")
    known: dict[int, bytes] = {}
    for size in sizes:
        first = 1 + len(known)
        known |= {number: chance.randbytes(OUTLINE) for number in range(first, first + size)}
        outlines.put(first, b"".join(known[n] for n in range(first, first + size)))

    assert {number: outlines.of(number) for number in known} == known
    assert outlines.of(1 + len(known)) == b""
    outlines.close()


def test_without_its_outlines_an_index_finds_the_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "CAPACITY", 10_000)
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        for number in range(100):
            index.add(str(number), drawn(number, 300))
    (file,) = tmp_path.glob("*.outlines")
    file.unlink()

    with ReprintIndex(path) as index:
        found = [index.nearest("copy", fingerprint(drawn(n, 300) + "完")) for n in range(100)]

    assert [match and match.key for match in found] == [str(number) for number in range(100)]
