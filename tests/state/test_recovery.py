"""Killed writers and full disks cost what was being written, and nothing else."""

from __future__ import annotations

import errno
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.state.warc import (
    ArchiveError,
    Recorded,
    WarcArchive,
    read_pointer,
    read_responses,
)
from crawler.state.warc.members import MOST_BROKEN
from crawler.state.warc.recovery import SEALED, mend, recover
from tests.state.archives import response, written
from tests.state.write_forever import body

ROOT = Path(__file__).resolve().parents[2]


def writer(folder: Path, size: int, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.state.write_forever", str(folder), str(size), *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(lines: list[str]) -> list[tuple[str, int, int]]:
    """Read pointer, number and size from whole lines of a writer's output."""
    words = [line.split() for line in lines if line.endswith("\n")]
    return [(pointer, int(number), int(size)) for pointer, number, size in words]


def assert_all_there(folder: Path, told: list[tuple[str, int, int]]) -> None:
    for pointer, number, size in told:
        assert read_pointer(folder, pointer).body == body(number, size)


def all_records(folder: Path) -> list[Recorded]:
    return [record for path in sorted(folder.glob("hewan/*.gz")) for record in read_responses(path)]


def append_one(folder: Path) -> None:
    archive = WarcArchive(folder, "hewan")
    archive.append(response())
    archive.close()


def test_no_acknowledged_record_is_lost_when_writers_are_killed(tmp_path: Path) -> None:
    told = []
    for number in range(6):
        process = writer(tmp_path, 400_000)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(random.Random(number).uniform(0.0, 0.15))
        process.kill()
        told += acknowledged([first, *process.stdout.readlines()])
        process.wait()

    append_one(tmp_path)

    assert_all_there(tmp_path, told)
    found = all_records(tmp_path)  # raises where a segment is torn
    assert len(found) >= len(told) + 1


def test_the_next_archive_cuts_a_torn_record_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(tmp_path, response(b"one"), response(b"two"))
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(path.read_bytes()[:100])

    append_one(tmp_path)

    assert path.stat().st_size == whole
    assert [record.body for record in read_responses(path)] == [b"one", b"two"]
    assert f"cut 100 bytes of a record that was not whole, at {whole}" in caplog.text


@pytest.mark.parametrize("tail", [b"\x1f", b"\x1f\x8b\x08", b"\0" * 5000])
def test_any_torn_end_is_cut(tail: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, response(b"one"))
    whole = path.read_bytes()
    path.write_bytes(whole + tail)

    assert mend(path).startswith(f"{path}: cut {len(tail)} bytes")

    assert path.read_bytes() == whole


def test_a_sound_segment_is_sealed_and_not_read_again(tmp_path: Path) -> None:
    path = written(tmp_path, response(b"one"))

    assert list(recover(path.parent)) == []
    assert path.stat().st_mode & 0o777 == SEALED
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-5])
    path.chmod(SEALED)
    assert list(recover(path.parent)) == []


def test_an_empty_file_may_be_a_writers_that_has_not_begun(tmp_path: Path) -> None:
    path = tmp_path / "begun.warc.gz"
    path.touch()

    assert mend(path) == ""
    assert path.stat().st_mode & 0o200


def test_whole_records_behind_a_broken_one_are_never_cut(tmp_path: Path) -> None:
    path = written(tmp_path, response(b"one"), response(os.urandom(900)), response(b"3"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    assert "damaged at" in mend(path)

    assert path.read_bytes() == content


def test_a_torn_end_behind_which_very_many_records_begin_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    member = gzip.compress(b"WARC/1.1\r\n" + random.Random(1).randbytes(2_000))
    torn = gzip.compress(member[:1_500] * (MOST_BROKEN + 1) + bytes(9), 0)[:-40]
    path.write_bytes(torn)

    told = mend(path)

    assert told.startswith(f"{path}: damaged at 0: cut within a gzip member")
    assert path.read_bytes() == torn


def test_a_segment_that_a_living_process_writes_is_not_touched(tmp_path: Path) -> None:
    process = writer(tmp_path, 1000)
    try:
        assert process.stdout is not None
        told = acknowledged([process.stdout.readline()])
        process.send_signal(signal.SIGSTOP)  # alive, and in the middle of something
        live = [p for p in tmp_path.glob("hewan/*.gz") if p.stat().st_mode & 0o200]
        before = {p: p.stat().st_size for p in live}

        append_one(tmp_path)

        assert live
        assert {p: p.stat().st_size for p in live} == before
        assert_all_there(tmp_path, told)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def test_a_reader_passes_over_what_is_being_written(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")
    pointer = archive.append(response(b"one"))
    path = tmp_path / pointer.partition("#")[0]
    with path.open("ab") as file:  # as if the next record were half written
        file.write(path.read_bytes()[:100])

    assert [record.body for record in read_responses(path)] == [b"one"]

    archive.close()
    with pytest.raises(ArchiveError, match="broken behind response 1: cut within a gzip member"):
        list(read_responses(path))


def test_a_full_disk_leaves_whole_records_and_the_next_one_that_fits(tmp_path: Path) -> None:
    process = writer(tmp_path, 60_000, "200000")
    lines, _ = process.communicate(timeout=60)

    *before, refused, after = lines.splitlines(keepends=True)

    assert process.returncode == 0
    assert refused == f"refused {errno.EFBIG}\n"
    told = acknowledged([*before, after])
    assert [number for _, number, _ in told] == [0, 1, 2, 3]
    assert_all_there(tmp_path, told)
    assert [record.body for record in all_records(tmp_path)] == [body(n, s) for _, n, s in told]


def test_a_disk_without_room_for_a_first_record_leaves_no_file(tmp_path: Path) -> None:
    process = writer(tmp_path, 60_000, "100")
    process.communicate(timeout=60)

    assert process.returncode != 0
    assert list(tmp_path.glob("hewan/*")) == []
