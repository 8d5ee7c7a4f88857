"""What is verified of a segment, what may go, and what must stay."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from crawler.state.warc import Known, WarcArchive, read_pointer
from crawler.state.warc.recovery import segments
from crawler.state.warc.retention import Plan, plan, remove
from crawler.state.warc.survey import Segment, damages, survey
from tests.state.archives import URL, response, written

BODY = b"<p>" + b"qing yuan " * 400


def segment(name: str, day: int, *refers_to: str, size: int = 100) -> Segment:
    date = f"2024-05-{day:02}T00:00:00Z"
    return Segment(name, size, 5, 1, date, date, frozenset(refers_to))


ONE, TWO, THREE = segment("a/1", 1), segment("a/2", 2), segment("a/3", 3)


def names(chosen: Plan) -> tuple[list[str], dict[str, str]]:
    return [s.name for s in chosen.gone], {s.name: reason for s, reason in chosen.blocked}


@pytest.mark.parametrize(
    ("before", "keep_bytes", "gone"),
    [
        ("2024-05-02T12:00:00Z", 0, ["a/1", "a/2"]),
        ("2024-05-01T00:00:00Z", 0, []),
        ("", 250, ["a/1"]),
        ("", 100, ["a/1", "a/2"]),
        ("", 300, []),
        ("2024-05-01T12:00:00Z", 100, ["a/1", "a/2"]),
        ("", 0, []),
    ],
)
def test_the_oldest_go_by_age_and_by_size(before: str, keep_bytes: int, gone: list[str]) -> None:
    chosen = plan([THREE, ONE, TWO], {}, before=before, keep_bytes=keep_bytes)

    assert names(chosen) == (gone, {})


def test_what_a_dead_letter_needs_stays_and_no_younger_one_goes_for_it() -> None:
    chosen = plan([ONE, TWO, THREE], {"a/1": "dead letter 7"}, keep_bytes=200)

    assert names(chosen) == ([], {"a/1": "dead letter 7"})


def test_what_a_kept_revisit_refers_to_stays() -> None:
    three = segment("a/3", 3, "a/1")

    chosen = plan([ONE, TWO, three], {}, before="2024-05-02T12:00:00Z")

    assert names(chosen) == (["a/2"], {"a/1": "a/3 refers to it"})


def test_a_reference_holds_over_several_steps() -> None:
    two, three = segment("a/2", 2, "a/1"), segment("a/3", 3, "a/2")

    chosen = plan([ONE, two, three], {}, before="2024-05-02T12:00:00Z")

    assert names(chosen) == ([], {"a/2": "a/3 refers to it", "a/1": "a/2 refers to it"})


def test_what_only_goes_with_what_refers_to_it_goes() -> None:
    two = segment("a/2", 2, "a/1")

    chosen = plan([ONE, two, THREE], {}, before="2024-05-02T12:00:00Z")

    assert names(chosen) == (["a/1", "a/2"], {})


def archived(folder: Path) -> list[Segment]:
    """Write a response and, in a segment of a later run, the same one again."""
    first = WarcArchive(folder, "hewan")
    first.append(response(BODY))
    first.close()
    known = first.known(URL)
    second = WarcArchive(folder, "hewan")
    second.append(response(BODY, at="2024-06-10T01:30:00Z"), known)
    second.append(response(b"other", url=URL + "?b", at="2024-06-11T01:30:00Z"))
    second.close()
    return [survey(folder, path) for path in segments(folder / "hewan")]


def test_a_survey_says_what_a_segment_holds(tmp_path: Path) -> None:
    one, two = archived(tmp_path)

    assert (one.records, one.revisits, one.refers_to) == (1, 0, frozenset())
    assert (two.records, two.revisits, two.refers_to) == (2, 1, frozenset({one.name}))
    assert (two.first, two.last) == ("2024-06-10T01:30:00Z", "2024-06-11T01:30:00Z")
    assert two.size == (tmp_path / two.name).stat().st_size
    assert {one.state, two.state} == {"sound"}


def test_what_goes_is_deleted_and_a_dry_run_deletes_nothing(tmp_path: Path) -> None:
    found = archived(tmp_path)
    chosen = plan(found, {}, before="2025-01-01T00:00:00Z")

    dry = remove(tmp_path, chosen, found, dry_run=True)
    left = segments(tmp_path / "hewan")
    done = remove(tmp_path, chosen, found, dry_run=False)

    assert len(left) == 2
    assert dry == done == Plan(found, [])
    assert segments(tmp_path / "hewan") == []


def test_a_source_that_is_crawled_is_left_alone(tmp_path: Path) -> None:
    found = archived(tmp_path)
    chosen = plan(found, {}, before="2025-01-01T00:00:00Z")
    archive = WarcArchive(tmp_path, "hewan")
    pointer = archive.append(response(BODY), Known(URL, "sha1:", f"{found[0].name}#0", ""))

    done = remove(tmp_path, chosen, found, dry_run=False)

    assert [reason for _, reason in done.blocked] == ["its source is being crawled"] * 2
    assert done.gone == []
    archive.close()
    assert read_pointer(tmp_path, pointer).body == BODY


def test_a_source_that_was_crawled_meanwhile_is_left_alone(tmp_path: Path) -> None:
    found = archived(tmp_path)
    chosen = plan(found, {}, before="2025-01-01T00:00:00Z")
    written(tmp_path, response())

    done = remove(tmp_path, chosen, found, dry_run=False)

    assert {reason for _, reason in done.blocked} == {
        "its source was crawled meanwhile, prune again"
    }
    assert len(segments(tmp_path / "hewan")) == 3


def test_sound_segments_verify(tmp_path: Path) -> None:
    archived(tmp_path)

    assert [list(damages(tmp_path, path)) for path in segments(tmp_path / "hewan")] == [[], []]


def repacked(path: Path, offset: int, old: bytes, new: bytes) -> None:
    """Change the last record of a segment under a gzip checksum that holds."""
    content = path.read_bytes()
    changed = gzip.decompress(content[offset:]).replace(old, new)
    path.write_bytes(content[:offset] + gzip.compress(changed))


def test_a_body_that_is_no_longer_what_it_was_is_named(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")
    pointers = [archive.append(response(b)) for b in (b"one", b"two")]
    archive.close()
    path, offset = tmp_path / pointers[1].partition("#")[0], int(pointers[1].partition("#")[2])
    path.chmod(0o644)
    repacked(path, offset, b"two", b"twa")

    [(place, reason)] = damages(tmp_path, path)

    assert place == offset
    assert reason.startswith("payload digest failed: sha1:")


def test_every_damaged_record_is_named_and_what_lies_between_is_surveyed(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, "hewan")
    pointers = [archive.append(response(b"%d" % n)) for n in range(5)]
    archive.close()
    offsets = [int(pointer.partition("#")[2]) for pointer in pointers]
    path = tmp_path / pointers[0].partition("#")[0]
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    for place in (offsets[1] + 60, offsets[3] + 60):
        content[place] ^= 0xFF
    path.write_bytes(content)

    assert [place for place, _ in damages(tmp_path, path)] == [offsets[1], offsets[3]]
    assert (survey(tmp_path, path).records, survey(tmp_path, path).state) == (3, "damaged")


def test_a_torn_segment_is_called_torn(tmp_path: Path) -> None:
    path = written(tmp_path, response(b"one"))
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(path.read_bytes()[:50])

    assert survey(tmp_path, path).state == "torn"
    assert list(damages(tmp_path, path)) == [(whole, "cut within a gzip member")]


def test_a_revisit_without_its_response_is_damaged(tmp_path: Path) -> None:
    one, two = archived(tmp_path)
    (tmp_path / one.name).unlink()

    [(_, reason)] = damages(tmp_path, tmp_path / two.name)

    assert "No such file" in reason
