"""Records of runs: open until they end, interrupted where their process is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from crawler.state.db import runs
from crawler.state.operations import end_run
from crawler.state.owner import Owner
from crawler.state.runs import beat, begin_run, shares_pass


def _records(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(select(runs).order_by(runs.c.id)).mappings()
        return [dict(row) for row in found]


def _nobody_is_dead(owner: str) -> bool:
    return False


def test_a_run_is_open_until_it_ends(database: Engine) -> None:
    with database.begin() as connection:
        first, _ = begin_run(connection, "hewan", "a", _nobody_is_dead)
        begin_run(connection, "shiqiao", "b", _nobody_is_dead)
        values = {
            "status": "failed",
            "exit_code": 1,
            "reasons": ["缺口"],
            "outcomes": {"stored": 2},
        }
        end_run(connection, first, values)

    ended, still_open = _records(database)
    assert (ended["status"], ended["exit_code"], ended["reasons"]) == ("failed", 1, ["缺口"])
    assert ended["outcomes"] == {"stored": 2}
    assert ended["ended_at"] >= ended["started_at"]
    assert (still_open["status"], still_open["ended_at"]) == ("running", None)


def test_a_run_whose_process_died_is_interrupted_and_the_next_goes_on_with_its_pass(
    database: Engine,
) -> None:
    with database.begin() as connection:
        killed, pass_began = begin_run(connection, "hewan", "dead", _nobody_is_dead)
        beat(connection, killed, "dead", 0.0)

    with database.begin() as connection:
        number, again = begin_run(connection, "hewan", "alive", lambda owner: owner == "dead")
        shared = shares_pass(connection, number)

    record = _records(database)[0]
    assert (record["status"], record["exit_code"]) == ("interrupted", 1)
    assert record["ended_at"] == record["heartbeat_at"]
    assert (again, shared) == (pass_began, True)


def test_a_run_long_after_one_that_was_killed_begins_a_pass_of_its_own(database: Engine) -> None:
    with database.begin() as connection:
        killed, _ = begin_run(connection, "hewan", "dead", _nobody_is_dead)
        beat(connection, killed, "dead", 0.0)
        connection.execute(text("UPDATE runs SET cycle = cycle - 86000"))

    with database.begin() as connection:
        number, began = begin_run(
            connection, "hewan", "alive", lambda owner: owner == "dead", period=86400.0
        )
        shared = shares_pass(connection, number)

    assert began > _records(database)[0]["cycle"] + 80000
    assert not shared


@pytest.mark.parametrize(("before", "now", "same"), [("", "full", False), ("full", "full", True)])
def test_a_run_goes_on_with_a_killed_ones_pass_if_it_is_asked_for_the_same(
    database: Engine, before: str, now: str, same: bool
) -> None:
    with database.begin() as connection:
        _, one = begin_run(connection, "hewan", "dead", _nobody_is_dead, asked=before)

    with database.begin() as connection:
        is_dead = "dead".__eq__
        _, other = begin_run(connection, "hewan", "alive", is_dead, asked=now)

    assert (other == one) is same


def test_a_replay_and_a_crawl_share_no_pass(database: Engine) -> None:
    with database.begin() as connection:
        crawl, one = begin_run(connection, "hewan", "a", _nobody_is_dead)
        replay, other = begin_run(connection, "hewan", "b", _nobody_is_dead, asked="replay")
        end_run(connection, crawl, {"status": "good", "exit_code": 0})
        later, last = begin_run(connection, "hewan", "c", _nobody_is_dead)
        shared = [shares_pass(connection, number) for number in (crawl, replay, later)]

    assert len({one, other, last}) == 3
    assert shared == [False, False, False]


def test_a_run_of_another_machine_is_interrupted_after_its_silence(database: Engine) -> None:
    with database.begin() as connection:
        begin_run(connection, "hewan", "far away", _nobody_is_dead)
        connection.execute(text("UPDATE runs SET heartbeat_at = '2020-01-01T00:00:00+00:00'"))
        begin_run(connection, "hewan", "here", _nobody_is_dead)

    assert [r["status"] for r in _records(database)] == ["interrupted", "running"]


def test_a_run_after_one_that_ended_begins_a_pass_of_its_own(database: Engine) -> None:
    with database.begin() as connection:
        first, earlier = begin_run(connection, "hewan", "a", _nobody_is_dead)
        end_run(connection, first, {"status": "good", "exit_code": 0})
        number, later = begin_run(connection, "hewan", "b", _nobody_is_dead)
        shared = shares_pass(connection, number)

    assert later > earlier
    assert not shared


def test_a_run_beside_a_living_one_shares_its_pass(database: Engine) -> None:
    with database.begin() as connection:
        first, one = begin_run(connection, "hewan", "a", _nobody_is_dead)
        alone = shares_pass(connection, first)
        later, other = begin_run(connection, "hewan", "b", _nobody_is_dead)
        shared = [shares_pass(connection, number) for number in (first, later)]

    assert one == other
    assert not alone
    assert shared == [True, True]


def test_a_run_beside_a_living_one_shares_its_pass_though_a_later_one_has_ended(
    database: Engine,
) -> None:
    with database.begin() as connection:
        _, one = begin_run(connection, "hewan", "a", _nobody_is_dead)
        short, _ = begin_run(connection, "hewan", "b", _nobody_is_dead)
        end_run(connection, short, {"status": "good", "exit_code": 0})
        last, other = begin_run(connection, "hewan", "c", _nobody_is_dead)
        shared = shares_pass(connection, last)

    assert (other, shared) == (one, True)


def test_two_runs_that_begin_at_once_see_each_other(database: Engine) -> None:
    def begin(owner: str) -> float:
        with database.begin() as connection:
            return begin_run(connection, "hewan", owner, _nobody_is_dead)[1]

    with ThreadPoolExecutor(1) as threads:
        with database.begin() as connection:
            _, first = begin_run(connection, "hewan", "a", _nobody_is_dead)
            second = threads.submit(begin, "b")
            with pytest.raises(TimeoutError):
                second.result(0.3)
        assert second.result(30) == first


def test_an_owner_lives_until_its_process_is_killed(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, pathlib, time; from crawler.state.owner import Owner\n"
            "owner = Owner(pathlib.Path(sys.argv[1])); print(owner.name, flush=True)\n"
            "time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    here = Owner(tmp_path)

    alive = here.is_dead(name)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    dead = here.is_dead(name)

    assert (alive, dead) == (False, True)
    assert here.is_dead(name), "asked again"
    assert not here.is_dead(here.name)
    here.close()


@pytest.mark.parametrize("name", ["0123456789abcdef-17-cafe", ""])
def test_nothing_is_known_of_an_owner_elsewhere(tmp_path: Path, name: str) -> None:
    assert not Owner(tmp_path).is_dead(name)
