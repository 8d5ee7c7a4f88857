"""Fuzzing sees what fails, hangs and dies, and the soak judges what grows."""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path

import pytest

from benchmarks.reliability import fuzz as fuzzing
from benchmarks.reliability.fuzz import Found, Slice, Tally, report, save, shrink
from benchmarks.reliability.fuzz_targets import TARGETS, Target
from benchmarks.reliability.mutate import LARGEST, draw
from benchmarks.reliability.small_site import LARGEST as PAGE_MOST
from benchmarks.reliability.small_site import SMALLEST, SmallSite, served
from benchmarks.reliability.soak import Sample, sample, verdicts


def faulty(body: bytes) -> None:
    if b"raise" in body:
        raise LookupError("no such thing")
    if b"hang" in body:
        while True:
            pass
    if b"crash" in body:
        ctypes.string_at(0)
    if b"eat" in body:
        bytearray(3 * 2**30)
    if b"wait" in body:
        time.sleep(60)


TARGET = Target(faulty, lambda: [b"sound"])


def kinds(folder: Path, *bodies: bytes) -> list[str]:
    slice_ = Slice(TARGET, folder)
    _, _, death = slice_.run(iter(bodies), 60)
    return [failure.key for _, failure, _ in slice_.raised()] + ([death.kind] if death else [])


def test_what_an_input_raises_is_told_and_the_next_one_runs(tmp_path: Path) -> None:
    slice_ = Slice(TARGET, tmp_path)

    done, size, death = slice_.run(iter([b"raise", b"sound", b"eat"]), 60)

    keys = [(number, failure.key) for number, failure, _ in slice_.raised()]
    assert (done, size, death) == (3, 13, None)
    assert [number for number, _ in keys] == [0, 2]
    assert keys[0][1].startswith("LookupError in ")
    assert keys[1][1].startswith("MemoryError in ")


@pytest.mark.parametrize(("body", "kind"), [(b"crash", "crash"), (b"hang", "hang")])
def test_what_kills_or_holds_the_process_is_seen_with_its_input(
    body: bytes, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzzing, "HANG", 0.3)
    slice_ = Slice(TARGET, tmp_path)

    done, _, death = slice_.run(iter([b"sound", body, b"sound"]), 60)

    assert death is not None
    assert (done, death.kind, slice_.in_flight()) == (1, kind, body)
    assert "in faulty" in death.trace


def test_an_input_that_waits_for_ever_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzzing, "BLOCKED", 0.5)

    assert kinds(tmp_path, b"wait") == ["blocked or aborted"]


def test_an_input_is_shortened_to_what_fails(tmp_path: Path) -> None:
    tally = Tally()
    failure = fuzzing.attempt(TARGET, b"raise")
    assert failure is not None
    tally.add(failure, b"much before raise and behind", 7)
    tally.add(failure, b"longer: much before raise and behind", 9)
    found = tally.found[failure.key]

    found.body = shrink(TARGET, found, 10)

    assert (found.body, found.times, found.number) == (b"raise", 2, 7)


def test_a_failure_is_saved_and_fails_the_report(tmp_path: Path) -> None:
    failure = fuzzing.Failure("exception", "LookupError in a.py:1 (f)", "the trace")
    tallies = {"a": Tally(5, 9, 1.0, {failure.key: Found(failure, b"raise", 3)}), "b": Tally(1)}

    save(tallies, tmp_path / "saved")
    table, passed = report(tallies)

    assert not passed
    assert "1 distinct crashes and exceptions, 0 hangs: FAIL" in table
    assert [p.read_bytes() for p in (tmp_path / "saved").glob("a-*.bin")] == [b"raise"]
    assert not report({"a": Tally()})[1]  # nothing ran
    assert report({"a": Tally(1)})[1]


def test_the_same_seed_gives_the_same_inputs() -> None:
    corpus = [b"<p>a</p>" * 50, b"<div>b</div>"]

    drawn = [draw(1, "x", number, corpus) for number in range(60)]

    assert drawn == [draw(1, "x", number, corpus) for number in range(60)]
    assert len(set(drawn)) > 50
    assert max(map(len, drawn)) <= LARGEST
    assert drawn != [draw(2, "x", number, corpus) for number in range(60)]


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"reprints"}))
def test_a_few_inputs_of_each_target_do_no_harm(name: str, tmp_path: Path) -> None:
    corpus = [body for body in TARGETS[name].corpus() if 0 < len(body) < 30_000]
    slice_ = Slice(TARGETS[name], tmp_path)

    bodies = (draw(1, name, number, corpus)[:10_000] for number in range(4))
    done, _, death = slice_.run(bodies, 60)

    assert (done, death, [failure.trace for _, failure, _ in slice_.raised()]) == (4, None, [])


def test_small_pages_are_of_the_promised_size_and_all_different() -> None:
    site = SmallSite(40)

    pages = [site.page(path) for path in site.article_paths()]

    assert all(page and SMALLEST <= len(page) <= PAGE_MOST for page in pages)
    assert len(set(pages)) == 40
    assert site.page("/list/0.html") is not None
    assert site.page("/robots.txt") is None


def test_a_sample_holds_a_process_and_its_children() -> None:
    with served(SmallSite(1)):
        taken = sample(os.getpid(), 7)

    assert taken is not None
    assert (taken.pages, taken.crawler > 10, taken.workers > 5) == (7, True, True)
    assert taken.descriptors > 5


@pytest.mark.parametrize(
    ("crawler", "workers", "descriptors", "passes"),
    [
        (104.9, 52.0, 44, True),
        (105.1, 50.0, 40, False),
        (100.0, 53.0, 40, False),
        (100.0, 50.0, 45, False),
    ],
)
def test_memory_is_judged_by_the_most_and_descriptors_by_the_usual(
    crawler: float, workers: float, descriptors: int, passes: bool
) -> None:
    samples = [Sample(10, 100.0, 50.0, 9.0, 40), Sample(90, 90.0, 40.0, 9.0, 40)]
    samples += [Sample(105, 90.0, 40.0, 9.0, n) for n in (40, 60, 40)]
    samples += [Sample(110, crawler, workers, 99.0, descriptors)] * 3

    lines, passed = verdicts(samples, 100)

    assert passed is passes
    assert any("FAIL" in line for line in lines) is not passes
