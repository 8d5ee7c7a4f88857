"""Several processes add at once, are killed, and run out of disk: nothing acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.dedup import IndexFileError, ReprintIndex, compaction, front, journal
from tests.dedup.texts import OTHER, STORY, THIRD

# Adds documents of its own and, in between, ones that all the others add as well, in logs so small
# that one is sealed or flushed at any moment; says each key when it is acknowledged.
ADDER = """
import resource, sqlite3, sys
from pathlib import Path
from pipelines.dedup import ReprintIndex, compaction, journal
journal.CAPACITY = 8000
compaction.SMALL = 500
path, name, count, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
index = ReprintIndex(path)
if most:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    for number in range(count):
        key = f"全{number}" if number % 3 == 0 else f"{name}{number}"
        index.add(key, f"{key}号来自{name if number % 3 else ''}的短讯")
        print(key, flush=True)
except (OSError, sqlite3.OperationalError):
    print("full", flush=True)
"""


@contextmanager
def adders(
    path: Path, *names: str, count: int, most: int = 0
) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, "-c", ADDER, str(path)]
    started = [
        subprocess.Popen([*command, name, str(count), str(most)], stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    try:
        yield started
    finally:
        for adder in started:
            adder.kill()
            adder.wait()
            if adder.stdout is not None:
                adder.stdout.close()


def said(adder: subprocess.Popen[str], count: int = -1) -> list[str]:
    """Read so many lines, or all, whole ones only."""
    assert adder.stdout is not None
    lines = [adder.stdout.readline() for _ in range(count)] if count >= 0 else list(adder.stdout)
    return [line.strip() for line in lines if line.endswith("\n")]


def test_of_several_processes_each_document_is_added_once(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"

    with adders(path, "甲", "乙", "丙", count=150) as started:
        acknowledged = [key for adder in started for key in said(adder)]

    with ReprintIndex(path) as index:
        assert all(key in index for key in acknowledged)
        assert len(index) == len(set(acknowledged)) == 50 + 3 * 100
        assert index.cluster("全6") == ["全6"]


def test_what_was_acknowledged_outlives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    acknowledged: list[str] = []
    for first in (40, 90):
        with adders(path, f"甲{first}", f"乙{first}", count=100_000) as started:
            for adder in started:
                acknowledged += said(adder, first)
            for adder in started:
                adder.kill()
                acknowledged += said(adder)

        with ReprintIndex(path) as index:
            lost = [key for key in acknowledged if key not in index]
            index.add(f"again {first}", STORY)

        assert len(acknowledged) >= 2 * first
        assert lost == []


def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with adders(path, "甲", count=60) as started:
        acknowledged = said(started[0])

    with adders(path, "乙", count=100_000, most=2000) as started:
        more = said(started[0])

    assert more[-1] == "full"
    with ReprintIndex(path) as index:
        assert [key for key in [*acknowledged, *more[:-1]] if key not in index] == []
        assert index.add("later", STORY) is None


@pytest.fixture
def small_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "CAPACITY", 8000)
    monkeypatch.setattr(compaction, "SMALL", 500)


def note(number: int) -> str:
    return f"第{number}号短讯{number * 7919 % 1000}"


@pytest.mark.usefixtures("small_logs")
def test_a_disk_that_takes_a_part_of_what_is_written_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.pwrite

    def part(file: int, content: bytes, at: int) -> int:
        return whole(file, memoryview(content)[:1000], at)

    monkeypatch.setattr(os, "pwrite", part)
    with ReprintIndex(tmp_path / "reprints.db") as index:
        for number in range(400):
            index.add(str(number), note(number))

        assert [n for n in range(400) if str(n) not in index] == []


@pytest.mark.usefixtures("small_logs")
def test_a_reader_follows_through_logs_and_segments(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as reader, ReprintIndex(path) as writer:
        for number in range(400):
            writer.add(str(number), note(number))
            if number % 130 == 0:
                assert str(number) in reader

        assert [n for n in range(400) if str(n) not in reader] == []
        assert len(reader) == 400


@pytest.mark.usefixtures("small_logs")
def test_work_that_another_claimed_and_left_is_done_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as idle, ReprintIndex(path) as busy:
        number = 0
        while not idle._compaction._flush:  # claims the first log
            idle.add(str(number), note(number))
            number += 1

        for later in range(number, number + 600):
            busy.add(str(later), note(later))

        assert len(busy._view.logs) <= 5
        assert list(tmp_path.glob("*.seg"))
        for later in range(number + 600, number + 700):
            idle.add(str(later), note(later))
        assert [n for n in range(number + 700) if str(n) not in busy or str(n) not in idle] == []


def test_a_copy_whose_links_a_kill_prevented_gets_them_when_added_again(tmp_path: Path) -> None:
    class KilledError(Exception):
        pass

    def kill(*_: object) -> None:
        raise KilledError

    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        index.add("a", STORY)
        index._link = kill  # type: ignore[method-assign, assignment]
        with pytest.raises(KilledError):
            index.add("b", "本报讯" + STORY)

    with ReprintIndex(path) as index:
        match = index.add("b", "本报讯" + STORY)

        assert match is not None
        assert match.key == "a"
        assert index.cluster("a") == ["a", "b"]


def test_a_copy_equal_to_a_known_one_is_not_compared_with_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.dedup import index as module
    from pipelines.dedup.verify import verify

    compared: list[str] = []

    def counted(theirs: str, ours: str):  # type: ignore[no-untyped-def]
        compared.append(theirs)
        return verify(theirs, ours)

    with ReprintIndex(tmp_path / "reprints.db") as index:
        for place in range(6):
            index.add(f"copy {place}", STORY[: len(STORY) - 2 * place])
        monkeypatch.setattr(module, "verify", counted)

        match = index.add("twin", STORY[:-4] + "。")

        assert match is not None
        assert match.key == "copy 2"
        assert match.relation == "same"
        assert compared == [STORY[:-4]]
        assert len(index.cluster("twin")) == 7


def without(path: Path, pattern: str) -> None:
    for file in path.parent.glob(pattern):
        file.unlink()


@pytest.mark.usefixtures("small_logs")
def test_a_lost_log_is_named(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        for number in range(10):
            index.add(str(number), note(number))
    without(path, "*.log")

    with pytest.raises(IndexFileError, match=r"\.log is missing"):
        ReprintIndex(path)


@pytest.mark.usefixtures("small_logs")
@pytest.mark.parametrize("sealed", [True, False])
def test_a_log_made_just_before_a_kill_does_no_harm(sealed: bool, tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        index.add("a", STORY)
        log = index._view.logs[-1]
        following = index._ledger.beside("2.log")
        journal.Log.create(following, 2)
        if sealed:
            log.seal()

    with ReprintIndex(path) as index:
        index.add("b", OTHER)
        index.add("c", THIRD)
        assert following.exists() == sealed

    with ReprintIndex(path) as index:
        assert [key in index for key in "abc"] == [True] * 3


def test_what_killed_processes_left_is_cleared_away(tmp_path: Path) -> None:
    import os

    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        left = index._ledger.beside("0123456789ab.seg.part")
        recent = index._ledger.beside("ba9876543210.seg.part")
    for file in (left, recent):
        file.write_bytes(b"half")
    os.utime(left, (0, 0))

    ReprintIndex(path).close()

    assert not left.exists()
    assert recent.exists()


@pytest.mark.usefixtures("small_logs")
def test_after_a_power_cut_the_filter_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reprints.db"
    with ReprintIndex(path) as index:
        for number in range(300):
            index.add(str(number), note(number))
    (filter_,) = tmp_path.glob("*.front")
    filter_.write_bytes(filter_.read_bytes()[:64] + bytes(filter_.stat().st_size - 64))
    with ReprintIndex(path) as index:  # the same boot: nobody looks
        assert not all(str(number) in index for number in range(300))

    monkeypatch.setattr(front, "_boot", lambda: b"another")

    with ReprintIndex(path) as index:
        assert all(str(number) in index for number in range(300))


@pytest.mark.usefixtures("small_logs")
def test_the_filter_grows_with_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "_FEWEST", 16)
    path = tmp_path / "reprints.db"

    with ReprintIndex(path) as one, ReprintIndex(path) as other:
        for number in range(600):
            (one, other)[number % 2].add(str(number), note(number))
        (filter_,) = tmp_path.glob("*.front")

        assert filter_.stat().st_size > 600
        assert all(str(number) in index for number in range(600) for index in (one, other))
