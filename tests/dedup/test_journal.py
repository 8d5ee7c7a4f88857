"""A log gives back what was appended, whole records only, whoever was killed in between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dedup import journal
from pipelines.dedup.journal import Log, LogError, Row, packed
from pipelines.dedup.outlines import OUTLINE

PLAIN = bytes(range(OUTLINE))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "7.log"
    Log.create(path, 7)
    return path


def append(log: Log, key: str, features: tuple[int, ...] = (1, 2)) -> bool:
    record = packed(Row(log.last + 1, key, 5, 3), None, features, PLAIN, "正文")
    if log.append(record):
        log.note(features, len(record))
        return True
    return False


def keys(path: Path) -> list[str]:
    log = Log(path, 7)
    log.read_new()
    return [log.document(number)[0].key for number in range(7, log.last + 1)]


@settings(max_examples=50)
@given(
    st.text(st.characters(codec=None), max_size=40),
    st.none() | st.text(max_size=10),
    st.tuples(
        st.lists(st.integers(0, 2**40 - 1), max_size=17),
        st.binary(min_size=OUTLINE, max_size=OUTLINE),
    ),
    st.text(st.characters(codec=None), max_size=60),
)
def test_a_document_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    key: str,
    published: str | None,
    seen: tuple[list[int], bytes],
    text: str,
) -> None:
    path = tmp_path_factory.mktemp("log") / "7.log"
    Log.create(path, 7)
    row = Row(7, key, -(2**63), 2**32 - 1)
    features, outline = seen
    Log(path, 7).append(packed(row, published, features, outline, text))

    log = Log(path, 7)

    assert log.read_new()
    assert log.document(7) == (row, published)
    assert log.text(7) == text
    assert list(log.features(7)) == features
    assert log.outline(7) == outline
    assert [number for _, found in log.lookup(features) for number in found] == [7] * len(features)


def test_a_reader_sees_what_is_appended_later(path: Path) -> None:
    writer, reader = Log(path, 7), Log(path, 7)
    append(writer, "a")
    assert reader.read_new()
    append(writer, "b")

    assert reader.read_new()
    assert not reader.read_new()
    assert reader.lookup([2, 3]) == [(2, [7, 8])]


@pytest.mark.parametrize("kept", [3, 16, 30, -1])
def test_a_half_written_record_is_not_there_and_makes_room(kept: int, path: Path) -> None:
    writer = Log(path, 7)
    append(writer, "a")
    start = writer._end
    append(writer, "torn", tuple(range(17)))
    end = writer._end if kept < 0 else start + kept
    with path.open("r+b") as file:  # the rest of it was not written yet
        file.seek(end - 1 if kept < 0 else end)
        file.write(bytes(2000))

    assert keys(path) == ["a"]
    later = Log(path, 7)
    later.read_new()
    assert append(later, "b")
    assert keys(path) == ["a", "b"]


def test_a_full_log_takes_no_more_and_can_still_be_sealed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "CAPACITY", 1000)
    Log.create(path, 7)
    log, reader = Log(path, 7), Log(path, 7)
    while append(log, "a"):
        pass

    log.seal()

    reader.read_new()
    assert reader.sealed
    assert 5 < reader.count == log.count
    assert path.stat().st_size == 1000


def test_a_document_larger_than_a_log_gets_a_larger_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "CAPACITY", 1000)
    record = packed(Row(7, "book", 1, 1), None, (1,), PLAIN, "书" * 5000)
    Log.create(path, 7, len(record))

    assert Log(path, 7).append(record)


@pytest.mark.parametrize("content", [b"", b"a letter, no log", b"QYLOG004" + bytes(2000)])
def test_a_file_that_is_no_log_is_named(content: bytes, path: Path) -> None:
    path.write_bytes(content)

    with pytest.raises(LogError, match=r"7\.log"):
        Log(path, 7)


# The file is cut under its map: as on a full disk where it was copied without the space that it
# had not filled yet, or shares its blocks with a copy, its pages cannot be written.
NO_ROOM = """
import os, sys
from pathlib import Path
from pipelines.dedup.journal import Log
log = Log(Path(sys.argv[1]), 7)
os.truncate(log.path, 4096)
record = b"x" * int(sys.argv[2])
for _ in range(2):
    try:
        log.append(record)
    except OSError as error:
        print(error.strerror)
"""


@pytest.mark.parametrize("size", [5000, 100_000])
def test_a_page_that_cannot_be_written_is_an_error_and_ends_no_process(
    size: int, path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NO_ROOM, str(path), str(size)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "No space left on device\n" * 2
