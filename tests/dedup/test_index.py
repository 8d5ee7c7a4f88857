"""Copies of one story are found, other stories are not, and nothing acknowledged is lost."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from opencc import OpenCC

from pipelines.dedup import (
    IndexFileError,
    ReprintIndex,
    compaction,
    fingerprint,
    journal,
    segments,
)
from pipelines.dedup import index as module
from pipelines.dedup.rebuild import rebuild
from pipelines.dedup.verdict import Verdict
from pipelines.dedup.verify import verify
from tests.dedup.texts import (
    FIRST_NOTICE,
    NOTICE,
    OTHER,
    OTHER_NOTICE,
    STORY,
    THIRD,
    edited,
    replaced,
)


@pytest.fixture
def index(tmp_path: Path) -> ReprintIndex:
    return ReprintIndex(tmp_path / "reprints.db")


@pytest.fixture
def small_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "CAPACITY", 10_000)  # some fifteen stories
    monkeypatch.setattr(compaction, "SMALL", 600)
    monkeypatch.setattr(segments, "STEP", 2000)


def story(number: int) -> str:
    """Make up an article of its own from the characters of another."""
    return "".join(random.Random(number).sample(STORY + THIRD, 200))


@pytest.mark.parametrize(
    "copy",
    [
        "本报讯（记者 虞舟）" + STORY + "（责任编辑：韦青）",
        OpenCC("s2t").convert(STORY),
        STORY.replace("，", ",").replace("。", ". "),
        STORY[: len(STORY) * 2 // 3],
        STORY.replace("每周配送两次", "一周送来两趟").replace("不必再换三趟车", "少走许多路"),
        edited(STORY, 0.1, 1),
        replaced(STORY, 0.3, 1),
    ],
    ids=[
        "other head and tail",
        "other script",
        "other punctuation",
        "cut",
        "retouched",
        "damaged",
        "sentences replaced",
    ],
)
def test_a_reprint_is_found(copy: str, index: ReprintIndex) -> None:
    index.add("http://a.example/1", STORY)
    index.add("http://a.example/2", OTHER)

    match = index.add("http://b.example/9", copy)

    assert match is not None
    assert match.key == "http://a.example/1"
    assert index.cluster("http://a.example/1") == ["http://a.example/1", "http://b.example/9"]


def test_another_story_is_no_copy(index: ReprintIndex) -> None:
    index.add("a", STORY)

    assert index.add("b", OTHER) is None
    assert index.cluster("a") == ["a"]


def test_two_notices_of_one_template_are_two(index: ReprintIndex) -> None:
    index.add("a", FIRST_NOTICE)

    assert index.add("b", OTHER_NOTICE) is None


def test_a_site_of_one_template_costs_few_comparisons(
    index: ReprintIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def counted(theirs: str, ours: str) -> Verdict | None:
        compared.append(theirs)
        return verify(theirs, ours)

    monkeypatch.setattr(module, "verify", counted)
    for number in range(200):
        fields = (f"{number}县医院", f"{number}号", f"QL-{number}", number, "9时", f"555-{number}")
        index.add(str(number), NOTICE.format(*fields))
    compared.clear()

    copy = index.add("copy", "转载：" + NOTICE.format("7县医院", "7号", "QL-7", 7, "9时", "555-7"))

    assert copy is not None
    assert copy.key == "7"
    assert len(compared) <= 2 * (16 + 4)


def test_short_texts_are_copies_only_when_equal(index: ReprintIndex) -> None:
    index.add("a", "青岚县今日晴，最高气温二十六度。")

    assert index.add("b", "青岚县今日晴，最高气温二十七度。") is None
    assert index.add("c", "青岚县今日晴，最高气温二十六度！") is not None


@pytest.mark.usefixtures("small_logs")
def test_half_a_character_in_a_key_or_a_time_is_refused_and_spoils_no_later_add(
    index: ReprintIndex,
) -> None:
    with pytest.raises(ValueError, match="holds half a character"):
        index.add("http://hewan.example/\udc87", STORY)
    with pytest.raises(ValueError, match="holds half a character"):
        index.add("http://hewan.example/1", STORY, published="2024-01-\udc87")

    for number in range(60):  # more than a log holds
        index.add(f"http://hewan.example/{number}", story(number))
    assert len(index) == 60


def test_adding_again_changes_nothing_and_never_matches_itself(index: ReprintIndex) -> None:
    assert [index.add("a", STORY) for _ in range(3)] == [None, None, None]
    assert index.cluster("a") == ["a"]
    assert len(index) == 1


def test_adding_a_copy_again_gives_its_match_again(index: ReprintIndex) -> None:
    index.add("a", STORY)

    first, again = index.add("b", STORY + "完"), index.add("b", STORY + "完")

    assert first is not None
    assert first == again


def test_another_text_under_a_key_takes_the_place_of_the_first(index: ReprintIndex) -> None:
    index.add("a", STORY)
    index.add("a", OTHER)

    assert index.add("b", STORY) is None
    assert index.cluster("a") == ["a"]
    assert len(index) == 2


def test_the_index_tells_what_it_knows(index: ReprintIndex) -> None:
    index.add("a", STORY)

    assert "a" in index
    assert "b" not in index
    assert index.nearest("b", fingerprint(STORY)) == module.Match("a", "same", 1.0)


COPIES = [STORY, "本报讯" + STORY, OTHER, STORY[:90] + THIRD[:60], THIRD, THIRD + "完"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(6)))[::17])
def test_clusters_do_not_depend_on_the_order_of_arrival(
    order: tuple[int, ...], index: ReprintIndex
) -> None:
    for number in order:
        index.add(str(number), COPIES[number])

    assert index.cluster("0") == ["0", "1", "3"]
    assert index.cluster("2") == ["2"]
    assert index.cluster("5") == ["4", "5"]


def test_a_cluster_outlives_its_leader(index: ReprintIndex) -> None:
    for key, text in (("a", STORY + "这是全文。"), ("b", STORY), ("c", "本报讯" + STORY)):
        index.add(key, text)

    index.add("a", OTHER)

    assert index.cluster("b") == ["b", "c"]


@pytest.mark.usefixtures("small_logs")
@pytest.mark.parametrize("own_texts", [True, False], ids=["own texts", "the store's texts"])
def test_compaction_changes_no_answer(tmp_path: Path, own_texts: bool) -> None:
    texts = {f"key {number}": story(number) for number in range(300)}
    text_of = None if own_texts else texts.get
    path = tmp_path / "reprints.db"

    with ReprintIndex(path, text_of=text_of) as index:
        found = [index.add(key, text) for key, text in texts.items()]
    with ReprintIndex(path, text_of=text_of) as index:
        again = [index.add(f"copy of {key}", text + "完") for key, text in texts.items()]
        count = len(index)
        known = [key in index for key in texts]

    assert found == [None] * 300
    assert [match and match.key for match in again] == list(texts)
    assert count == 600
    assert all(known)
    assert 2 <= len(list(tmp_path.glob("*.seg"))) <= 6
    assert len(list(tmp_path.glob("*.log"))) <= 4


@pytest.mark.usefixtures("small_logs")
def test_two_views_of_one_index_see_what_the_other_added(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as one, ReprintIndex(path) as other:
        for number in range(100):
            one.add(f"one {number}", story(number))
            other.add(f"other {number}", story(1000 + number))

        crosswise = other.add("copy", story(3)), one.add("copy too", story(1003))

    assert [match and match.key for match in crosswise] == ["one 3", "other 3"]


def test_a_file_that_is_no_index_is_named(tmp_path: Path) -> None:
    path = tmp_path / "note.db"
    path.write_text("this is a letter, not a database " * 100)

    with pytest.raises(IndexFileError, match=r"note\.db"):
        ReprintIndex(path)


@pytest.mark.usefixtures("small_logs")
def test_a_lost_segment_is_named(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        for number in range(100):
            index.add(str(number), story(number))
    segment = next(tmp_path.glob("*.seg"))
    segment.unlink()

    with pytest.raises(IndexFileError, match=segment.name):
        ReprintIndex(path)


@pytest.mark.usefixtures("small_logs")
def test_an_index_is_made_anew_in_the_place_of_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    path.write_text("this is a letter, not a database " * 100)

    count = rebuild(path, [(str(number), story(number), None) for number in range(50)])

    with ReprintIndex(path) as index:
        match = index.add("copy", story(7))
    assert count == 50
    assert match is not None
    assert match.key == "7"
