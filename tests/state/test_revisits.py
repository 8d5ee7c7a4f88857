"""A body that is known is kept once, and comes back all the same."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.state.warc import ArchiveError, Known, WarcArchive, read_pointer, read_responses
from tests.state.archives import URL, appended, response

LATER, BODY = "2024-05-11T01:30:00Z", b"<p>" + b"qing yuan " * 400


def known_of(folder: Path, body: bytes = BODY) -> Known:
    """Write a response in a run of its own and give what is known of it then."""
    archive = WarcArchive(folder, "hewan")
    archive.append(response(body))
    archive.close()
    known = archive.known(URL)
    assert known is not None
    return known


def warc_headers(folder: Path, pointer: str) -> dict[str, str]:
    name, _, offset = pointer.partition("#")
    with (folder / name).open("rb") as file:
        file.seek(int(offset))
        return dict(next(iter(ArchiveIterator(file))).rec_headers.headers)


def test_the_same_payload_again_becomes_a_revisit_as_warc_1_1_has_it(tmp_path: Path) -> None:
    known = known_of(tmp_path)

    [pointer] = appended(tmp_path, response(BODY, at=LATER), known=known)

    found = warc_headers(tmp_path, pointer)
    assert found["WARC-Type"] == "revisit"
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert found["WARC-Profile"] == profile
    assert found["WARC-Refers-To-Target-URI"] == URL
    assert found["WARC-Refers-To-Date"] == "2024-05-10T01:30:00Z"
    assert found["WARC-Payload-Digest"] == known.digest
    assert found["WARC-Date"] == LATER
    assert found["QY-Refers-To"] == known.pointer


def test_a_revisit_comes_back_with_its_own_headers_and_the_known_body(tmp_path: Path) -> None:
    known = known_of(tmp_path)
    again = response(BODY, at=LATER, headers=[("ETag", '"2"')])
    [pointer] = appended(tmp_path, again, known=known)

    (read,) = read_responses(tmp_path / pointer.partition("#")[0])

    for found in (read, read_pointer(tmp_path, pointer)):
        assert found.body == BODY
        assert found.headers == (("ETag", '"2"'),)
        assert found.fetched_at == LATER
        assert found.refers_to == known.pointer


def test_what_is_known_after_a_revisit_is_still_the_first_response(tmp_path: Path) -> None:
    known = known_of(tmp_path)
    archive = WarcArchive(tmp_path, "hewan")

    archive.append(response(BODY, at=LATER), known)

    assert archive.known(URL) == known
    archive.close()


def test_a_url_that_one_run_fetches_twice_is_known_without_being_told(tmp_path: Path) -> None:
    first, second = appended(tmp_path, response(BODY), response(BODY, at=LATER))

    assert read_pointer(tmp_path, second).refers_to == first
    assert read_pointer(tmp_path, second).body == BODY


@pytest.mark.parametrize(
    "again",
    [
        response(BODY + b"!", at=LATER),
        response(BODY, url="https://hewan.example/b.html", at=LATER),
        response(b"", at=LATER),
    ],
    ids=["another body", "another address", "no body"],
)
def test_what_is_not_the_same_is_written_in_full(again: object, tmp_path: Path) -> None:
    known = known_of(tmp_path)

    [pointer] = appended(tmp_path, again, known=known)  # type: ignore[arg-type]

    assert warc_headers(tmp_path, pointer)["WARC-Type"] == "response"


def test_a_body_whose_segment_is_gone_is_written_in_full(tmp_path: Path) -> None:
    known = known_of(tmp_path)
    (tmp_path / known.pointer.partition("#")[0]).unlink()

    [pointer] = appended(tmp_path, response(BODY, at=LATER), known=known)

    assert read_pointer(tmp_path, pointer).body == BODY
    assert warc_headers(tmp_path, pointer)["WARC-Type"] == "response"


def test_another_sources_segment_is_not_referred_to(tmp_path: Path) -> None:
    known = known_of(tmp_path)
    archive = WarcArchive(tmp_path, "linhai")
    pointer = archive.append(response(BODY, at=LATER), known)
    archive.close()

    assert warc_headers(tmp_path, pointer)["WARC-Type"] == "response"


@pytest.mark.parametrize(("days", "kind"), [(100_000, "revisit"), (30, "response"), (0, "revisit")])
def test_a_body_older_than_the_retention_is_written_again(
    days: int, kind: str, tmp_path: Path
) -> None:
    known = known_of(tmp_path)
    archive = WarcArchive(tmp_path, "hewan", keep_days=days)
    pointer = archive.append(response(BODY, at=LATER), known)
    archive.close()

    assert warc_headers(tmp_path, pointer)["WARC-Type"] == kind


@pytest.mark.parametrize("told", [True, False])
def test_a_304_is_kept_as_it_came_and_says_what_it_stands_for(told: bool, tmp_path: Path) -> None:
    known = known_of(tmp_path)

    [pointer] = appended(
        tmp_path, response(b"", status=304, at=LATER), known=known if told else None
    )

    found = warc_headers(tmp_path, pointer)
    assert found["WARC-Type"] == "revisit"
    assert found["WARC-Profile"].endswith("/server-not-modified")
    assert found.get("QY-Refers-To") == (known.pointer if told else None)
    (read,) = read_responses(tmp_path / pointer.partition("#")[0])
    assert (read.status, read.body) == (304, b"")
    assert read_pointer(tmp_path, pointer).body == b""


def test_every_record_of_a_response_counts_as_written(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")
    for record in (response(BODY), response(BODY, at=LATER), response(b"", status=304)):
        archive.append(record)
    archive.close()

    assert archive.written == 3


def test_a_revisit_whose_response_is_lost_is_told_and_the_others_are_given(tmp_path: Path) -> None:
    known = known_of(tmp_path)
    other = response(b"other", url="https://hewan.example/b.html")
    [pointer, _] = appended(tmp_path, response(BODY, at=LATER), other, known=known)
    (tmp_path / known.pointer.partition("#")[0]).unlink()

    found = []
    with pytest.raises(ArchiveError, match=r"1 responses refer to lost ones, first offset"):
        for record in read_responses(tmp_path / pointer.partition("#")[0]):
            found.append(record.body)
    assert found == [b"other"]
    with pytest.raises(ArchiveError, match="No such file"):
        read_pointer(tmp_path, pointer)


@pytest.mark.parametrize("target", ["../../etc/passwd#0", "/etc/passwd#0", "{own}", "nowhere#x"])
def test_a_reference_that_leads_nowhere_is_an_error(target: str, tmp_path: Path) -> None:
    known = known_of(tmp_path)
    own = f"{known.pointer.partition('#')[0]}#999999"
    archive = WarcArchive(tmp_path, "hewan")
    pointer = archive.append(response(BODY, at=LATER), known)
    archive.close()
    name, _, offset = pointer.partition("#")
    path = tmp_path / name
    content = path.read_bytes()
    changed = gzip.decompress(content[int(offset) :]).replace(
        known.pointer.encode(), target.format(own=own).encode()
    )
    path.chmod(0o644)
    path.write_bytes(content[: int(offset)] + gzip.compress(changed))

    with pytest.raises(ArchiveError):
        read_pointer(tmp_path, pointer)


def test_other_tools_read_revisits(tmp_path: Path) -> None:
    known = known_of(tmp_path)
    records = (response(BODY, at=LATER), response(b"", status=304, at=LATER))
    [pointer, _] = appended(tmp_path, *records, known=known)
    path = tmp_path / pointer.partition("#")[0]

    with path.open("rb") as file:
        kinds = [entry.rec_type for entry in ArchiveIterator(file, check_digests="raise")]
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert kinds == ["warcinfo", "revisit", "revisit"]
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "digest present but not checked (revisit)" in checked.stdout
