"""Processes that open a new database at the same moment all get it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from crawler.state.db import open_database
from pipelines.dedup.index import ReprintIndex

RACERS, ROUNDS = 6, 12


def open_store(path: Path) -> None:
    open_database(f"sqlite:///{path}").dispose()


def open_index(path: Path) -> None:
    with ReprintIndex(path):
        pass


def race(opener: Callable[[Path], None], folder: Path, barrier: Barrier) -> None:
    for turn in range(ROUNDS):
        barrier.wait(60)
        opener(folder / f"{turn}.db")


@pytest.mark.parametrize("opener", [open_store, open_index])
def test_processes_that_open_a_new_file_at_once_all_succeed(
    opener: Callable[[Path], None], tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(RACERS)
    racers = [context.Process(target=race, args=(opener, tmp_path, barrier)) for _ in range(RACERS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(120)
    assert [racer.exitcode for racer in racers] == [0] * RACERS
