"""Whatever the bytes of an archive, its reader ends soon, within bounds, and says what is wrong."""

from __future__ import annotations

import contextlib
import gc
import gzip
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.state.warc import (
    ArchiveError,
    Recorded,
    WarcArchive,
    members,
    read_pointer,
    read_responses,
)
from crawler.state.warc.members import MAX_RECORD_BYTES
from crawler.state.warc.recovery import mend
from crawler.state.warc.survey import damages, survey
from tests.state.archives import response, written

HEAD = (
    b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://hewan.example/\r\n"
    b"WARC-Date: 2024-05-10T01:30:00Z\r\n"
)


@pytest.fixture(scope="module")
def one_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an archive of one plain file, `a.warc`."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "a.warc").write_bytes(raw(b"0", b""))
    return folder


def raw(length: bytes, block: bytes, head: bytes = HEAD) -> bytes:
    return head + b"Content-Length: " + length + b"\r\n\r\n" + block + b"\r\n\r\n"


def read_everything(path: Path) -> None:
    """Read a file in every way there is; only ArchiveError may come out."""
    with contextlib.suppress(ArchiveError):
        list(read_responses(path))
    with contextlib.suppress(ArchiveError):
        read_pointer(path.parent, f"{path.name}#0")
    survey(path.parent.parent, path)
    list(damages(path.parent.parent, path))
    mend(path)
    with contextlib.suppress(ArchiveError):
        list(read_responses(path))


# What a mutation puts in: the words that the reader goes by, and the numbers that lie.
PIECES = [
    b"", b"\r\n", b"\r\n\r\n", b"WARC/1.1", b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n", "Content-Length: ²\r\n".encode(), b"HTTP/1.1 ", b"HTTP/1.1\r\n",
    b"\x1f\x8b\x08\x00", b"\x00" * 40, b"WARC-Type: revisit\r\n", b": \r\n", b" x\r\n", b"\xff",
    b"QY-Refers-To: hewan/a.warc.gz#1\r\n", b"WARC-Payload-Digest: shake_128:aa\r\n",
    b"WARC-Payload-Digest: \x00\r\n", b"WARC-Target-URI: <http://[>\r\n",
]  # fmt: skip
MUTATIONS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES) | st.binary(max_size=9)),
    min_size=1,
    max_size=5,
)


@settings(deadline=None)
@given(mutations=MUTATIONS, where=st.sampled_from(["plain", "inside", "packed"]))
def test_a_mutated_archive_is_read_or_refused_by_name(
    mutations: list[tuple[float, int, bytes]],
    where: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    path = written(folder, response(b"one" * 99), response(b"one" * 99), response(b"two"))
    packed = path.read_bytes()
    content = packed if where == "packed" else gzip.decompress(packed)
    for place, length, piece in mutations:
        at = int(place * len(content))
        content = content[:at] + piece + content[at + length :]
    path.write_bytes(gzip.compress(content) if where == "inside" else content)

    read_everything(path)


@settings(deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_name(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("archive") / "a.warc.gz"
    path.write_bytes(content)

    read_everything(path)


@settings(deadline=None)
@given(pointer=st.text(max_size=40) | st.from_regex(r"a\.warc#-?\d+", fullmatch=True))
def test_any_pointer_is_read_or_refused(pointer: str, one_record: Path) -> None:
    with contextlib.suppress(ArchiveError):
        assert isinstance(read_pointer(one_record, pointer), Recorded)


def bomb(mebibytes: int) -> bytes:
    """Give a gzip member that is a record with a body of so many MiB of zeros."""
    block = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(mebibytes * 2**20)
    return gzip.compress(raw(b"%d" % len(block), block), 1)


def test_a_bomb_is_refused_before_it_is_inflated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MAX_RECORD_BYTES", 2**20)
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(bomb(40))
    tracemalloc.start()

    with pytest.raises(ArchiveError, match=r"bomb\.warc\.gz.* a record over 1048576 bytes"):
        list(read_responses(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 4 * 2**20


def test_a_bomb_without_a_line_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.1\r\nX: " + bytes(70 * 2**20), 1))

    with pytest.raises(ArchiveError, match="a record over"):
        list(read_responses(path))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (raw(b"99999999999", b"short"), "a record over 67108864 bytes"),
        (raw(b"-5", b"short"), "record without its length"),
        (raw(b"5" * 5000, b"short"), "record without its length"),
        (raw(b"999", b"short"), "bytes are missing"),
        (HEAD + b"X: y\r\n" * 200_000, "no end of the header"),
        (HEAD, "cut within a header"),
        (b"GIF89a", "not a WARC file"),
        (gzip.compress(raw(b"0", b"") * 2), "more than one record in a gzip member"),
        (gzip.compress(raw(b"999", b"short")), "bytes are missing"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(content)

    with pytest.raises(ArchiveError, match=rf"odd\.warc: broken behind response 0: .*{reason}"):
        list(read_responses(path))


@pytest.mark.parametrize(
    "record",
    [response(bytes(MAX_RECORD_BYTES)), response(cb_kwargs=f'{{"x": "{"y" * 2**20}"}}')],
    ids=["body", "arguments"],
)
def test_what_could_not_be_read_back_is_not_written(record: Recorded, tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")

    with pytest.raises(ArchiveError, match="more than its reader takes"):
        archive.append(record)

    assert archive.written == 0
    archive.close()


def test_a_line_end_in_a_header_does_not_begin_the_body(tmp_path: Path) -> None:
    path = written(tmp_path, response(b"body", headers=[("Link", "<a>\r\n\r\n<b>")]))

    (found,) = read_responses(path)

    assert (found.headers, found.body) == ((("Link", "<a> <b>"),), b"body")


def test_a_file_of_records_that_only_begin_is_read_up_to_a_limit_and_told(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\n\r\n" + random.Random(1).randbytes(60_000)
    member = gzip.compress(raw(b"%d" % len(block), block))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(member + member[:-40] * 300)

    found = []
    with pytest.raises(ArchiveError, match=r"at last .* over 100 places are broken"):
        for record in read_responses(path):
            found.append(record)

    assert len(found) == 1
    assert mend(path).startswith(f"{path}: damaged at {len(member)}")


def test_many_broken_records_hold_no_memory(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\n\r\n" + random.Random(1).randbytes(2**20)
    member = gzip.compress(raw(b"%d" % len(block), block))
    path = tmp_path / "a.warc.gz"
    path.write_bytes((member[:-8] + bytes(8)) * 40)  # the check behind each is wrong
    gc.disable()  # it may come late: there are few objects, and each is large
    tracemalloc.start()

    with pytest.raises(ArchiveError, match="and 39 more"):
        list(read_responses(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.enable()

    assert peak < 8 * 2**20
