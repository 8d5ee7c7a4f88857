"""The archive keeps what came, finds it again, and says where it is broken."""

from __future__ import annotations

import contextlib
import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawler.state.warc import (
    ArchiveError,
    Recorded,
    WarcArchive,
    json_or_empty,
    read_pointer,
    read_responses,
)
from tests.state.archives import PAGE, response, written


def read_back(folder: Path, record: Recorded) -> Recorded:
    (found,) = read_responses(written(folder, record))
    return found


def test_a_response_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = response(rendered=True)

    found = read_back(tmp_path, record)

    for name in (n for n in Recorded.__slots__ if n not in ("pointer", "digest")):
        assert getattr(found, name) == (
            tuple(record.headers) if name == "headers" else getattr(record, name)
        )


@pytest.mark.parametrize("status", [200, 301, 404, 503])
def test_the_status_comes_back(status: int, tmp_path: Path) -> None:
    record = Recorded("https://hewan.example/", status, (), b"", "2024-05-10T01:30:00Z")

    assert read_back(tmp_path, record).status == status


def test_a_coded_body_stays_coded(tmp_path: Path) -> None:
    body = gzip.compress(PAGE.encode())

    found = read_back(tmp_path, response(body, headers=[("Content-Encoding", "gzip")]))

    assert found.body == body
    assert found.headers == (("Content-Encoding", "gzip"),)


@pytest.mark.parametrize("body", [b"", b"\r\n\r\n", b"\x00\xff\xfe", b"WARC/1.1\r\n\r\n"])
def test_odd_bodies_come_back(body: bytes, tmp_path: Path) -> None:
    before, after = response(b"before"), response(b"after")

    found = read_responses(written(tmp_path, before, response(body), after))

    assert [record.body for record in found] == [b"before", body, b"after"]


@settings(deadline=None)
@given(bodies=st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_any_bytes_come_back_and_every_pointer_finds_its_own(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    archive = WarcArchive(folder, "hewan")
    pointers = [archive.append(response(body)) for body in bodies]
    archive.close()

    assert [read_pointer(folder, pointer).body for pointer in pointers] == bodies
    found = list(read_responses(folder / pointers[0].partition("#")[0]))
    assert [record.pointer for record in found] == [f"{folder}/{p}" for p in pointers]


def test_a_header_beyond_ascii_is_kept_byte_for_byte(tmp_path: Path) -> None:
    sent = 'attachment; filename="公告.doc"'.encode("gbk")
    path = written(tmp_path, response(headers=[("X-File", sent.decode("latin-1"))]))

    assert b"X-File: " + sent + b"\r\n" in gzip.decompress(path.read_bytes())
    (found,) = read_responses(path)
    assert found.headers == (("X-File", sent.decode("latin-1")),)
    assert found.body == PAGE.encode("gbk")


def test_a_header_without_a_value_and_repeated_headers_come_back(tmp_path: Path) -> None:
    headers = [("X-Empty", ""), ("Link", "<a>"), ("Link", "<b>")]

    assert read_back(tmp_path, response(headers=headers)).headers == tuple(headers)


@pytest.mark.parametrize("name", ["Set-Cookie", "SET-COOKIE", "Authorization", "X-Api-Key"])
def test_secrets_in_headers_are_not_written(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, response(headers=[(name, "s3cret"), ("Server", "nginx")]))

    assert b"s3cret" not in gzip.decompress(path.read_bytes())
    (found,) = read_responses(path)
    assert found.headers == (("Server", "nginx"),)


@pytest.mark.parametrize("userinfo", ["me:s3cret", "me", "me:s3cret@more"])
def test_credentials_in_the_url_are_not_written(userinfo: str, tmp_path: Path) -> None:
    path = written(tmp_path, response(url=f"https://{userinfo}@hewan.example/a?to=x@y.example"))

    (found,) = read_responses(path)
    assert found.url == "https://hewan.example/a?to=x@y.example"
    assert b"s3cret" not in gzip.decompress(path.read_bytes())


def test_an_at_sign_in_the_path_is_no_credential(tmp_path: Path) -> None:
    url = "https://hewan.example/@author/1"

    assert read_back(tmp_path, response(url=url)).url == url


def test_a_full_segment_is_followed_by_another(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan", roll_bytes=1)
    pointers = [archive.append(response(body)) for body in (b"one", b"two", b"three")]
    archive.close()

    assert len({pointer.partition("#")[0] for pointer in pointers}) == 3
    assert [read_pointer(tmp_path, p).body for p in pointers] == [b"one", b"two", b"three"]
    assert archive.written == 3


def test_two_archives_of_a_source_begun_in_one_second_do_not_clash(tmp_path: Path) -> None:
    archives = [WarcArchive(tmp_path, "hewan") for _ in range(2)]
    pointers = [archive.append(response(b"%d" % n)) for n, archive in enumerate(archives)]
    for archive in archives:
        archive.close()

    assert [read_pointer(tmp_path, pointer).body for pointer in pointers] == [b"0", b"1"]


@pytest.mark.parametrize("source", ["../../etc", "site:hewan.example", "", "a/b"])
def test_a_source_names_a_folder_within_the_archive(source: str, tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, source)
    pointer = archive.append(response())
    archive.close()

    path = (tmp_path / pointer.partition("#")[0]).resolve()
    assert path.parent.parent == tmp_path.resolve()


def test_each_record_is_on_disk_before_the_archive_is_closed(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")
    for count in (1, 2):
        pointer = archive.append(response())

        path = tmp_path / pointer.partition("#")[0]
        assert len(list(read_responses(path))) == count
    archive.close()


def test_a_file_cut_within_a_record_gives_what_stands_before(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")
    pointers = [archive.append(response(body * 500)) for body in (b"one", b"two")]
    archive.close()
    name, _, offset = pointers[1].partition("#")
    path = tmp_path / name
    whole = path.read_bytes()

    for length in range(int(offset) + 1, len(whole)):
        path.write_bytes(whole[:length])
        bodies = []
        with pytest.raises(ArchiveError) as caught:
            for record in read_responses(path):
                bodies.append(record.body)
        assert bodies == [b"one" * 500], length
        assert f"{path}: broken behind response 1: " in str(caught.value), length


@settings(deadline=None)
@given(
    packed=st.booleans(),
    hits=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, packed: bool, hits: list[tuple[int, int]]
) -> None:
    path = written(tmp_path_factory.mktemp("archive"), response(b"one"), response(b"two"))
    whole = path.read_bytes()
    content = bytearray(whole if packed else gzip.decompress(whole))
    for place, value in hits:
        content[place % len(content)] = value
    path.write_bytes(content)

    with contextlib.suppress(ArchiveError):
        assert len(list(read_responses(path))) <= 2


def test_an_archive_that_was_opened_and_not_written_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "killed.warc.gz"
    path.touch()

    assert list(read_responses(path)) == []


def test_an_archive_without_compression_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, response(b"one"), response(b"two"))
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(path.read_bytes()))

    assert [record.body for record in read_responses(plain)] == [b"one", b"two"]


@pytest.mark.parametrize(
    "content",
    [
        b"<html>no archive</html>",
        b"\x00" * 600,
        gzip.compress(b"plain words", mtime=0),
        b"\x1f\x8b\x08\x00",
    ],
)
def test_a_file_that_is_no_archive_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page.warc.gz"
    path.write_bytes(content)

    with pytest.raises(ArchiveError, match=r"page\.warc\.gz"):
        list(read_responses(path))


def test_what_stands_behind_a_broken_place_is_given_and_the_place_is_told(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")
    pointers = [archive.append(response(b"%d" % number)) for number in range(4)]
    archive.close()
    path = tmp_path / pointers[0].partition("#")[0]
    path.chmod(0o644)
    second, third = (int(pointer.rpartition("#")[2]) for pointer in pointers[1:3])
    content = bytearray(path.read_bytes())
    content[second + 20 : third] = b"\xff" * (third - second - 20)
    path.write_bytes(content)

    found = []
    with pytest.raises(ArchiveError, match="broken behind response 1: broken gzip member"):
        for record in read_responses(path):
            found.append(record.body)

    assert found == [b"0", b"2", b"3"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"absent\.warc: No such file"):
        list(read_responses(tmp_path / "absent.warc"))


@pytest.mark.parametrize("pointer", ["absent.warc.gz#0", "{name}#7", "{name}#999999", "{name}#x"])
def test_a_pointer_to_nothing_names_the_file(pointer: str, tmp_path: Path) -> None:
    name = written(tmp_path, response()).relative_to(tmp_path)

    with pytest.raises(ArchiveError, match=r"\.warc\.gz"):
        read_pointer(tmp_path, pointer.format(name=name))


def test_another_tools_archive_may_space_its_headers_as_it_likes(tmp_path: Path) -> None:
    http = b"HTTP/1.0 200 OK\nServer:    nginx    \nContent-Type:\ttext/html\n\n<p>ok</p>"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://hewan.example/\r\n"
        "WARC-Record-ID: <urn:uuid:3f1d5e0a-0000-4000-8000-000000000001>\r\n"
        "WARC-Date: 2024-05-10T01:30:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    path = tmp_path / "other.warc"
    path.write_bytes(head.encode() + http + b"\r\n\r\n")

    (found,) = read_responses(path)

    assert (found.url, found.status, found.body) == ("http://hewan.example/", 200, b"<p>ok</p>")
    assert found.content_type() == "text/html"


def test_the_file_is_a_warc_1_1_whose_digests_hold(tmp_path: Path) -> None:
    records = [response(), response(b""), response(headers=[("X", "\xe9")])]
    path = written(tmp_path, *records)

    with path.open("rb") as file:
        seen = []
        for entry in ArchiveIterator(file, check_digests="raise"):
            entry.raw_stream.read()
            seen.append((entry.rec_headers.protocol, entry.rec_type, entry.digest_checker.passed))

    # A warcinfo record has a block digest that warcio checks as well.
    assert [kind for _, kind, _ in seen] == ["warcinfo", "response", "response", "response"]
    assert {version for version, _, _ in seen} == {"WARC/1.1"}
    assert all(passed for _, kind, passed in seen if kind == "response")


def test_warcios_own_check_passes(tmp_path: Path) -> None:
    path = written(tmp_path, response(), response(b""))

    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count("digest pass") >= 2


@pytest.mark.parametrize(
    ("value", "json"), [({"page": 2}, '{"page": 2}'), ({"x": object()}, "{}"), ({}, "{}")]
)
def test_arguments_that_are_no_json_are_left_out(value: dict[str, object], json: str) -> None:
    assert json_or_empty(value) == json
