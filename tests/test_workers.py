"""Workers: results and exceptions come back; a stage that dies or hangs costs one page."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from crawler import workers as module
from crawler.workers import (
    StageDiedError,
    StageFailedError,
    StageMemoryError,
    StageTimeoutError,
    Workers,
    default_count,
)
from tests import stage_functions as stages

WAIT = 30  # seconds; a test that hangs fails


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    pool = Workers(1, deadline=1.0)
    pool.submit(stages.double, 1).result(WAIT)
    yield pool
    pool.close()


def goes_on(workers: Workers) -> bool:
    return workers.submit(stages.double, 21).result(WAIT) == 42


def test_a_result_comes_back_from_another_process(workers: Workers) -> None:
    assert workers.submit(stages.double, 20, plus=2).result(WAIT) == 42
    assert workers.submit(stages.process_id).result(WAIT) != os.getpid()


def test_a_coroutine_may_wait_for_it(workers: Workers) -> None:
    assert asyncio.run(workers.run(stages.double, 20, plus=2)) == 42


def test_an_exception_passes_with_its_type_and_arguments(workers: Workers) -> None:
    with pytest.raises(KeyError) as caught:
        workers.submit(stages.refuse, "标题").result(WAIT)

    assert caught.value.args == ("标题",)
    assert goes_on(workers)


def test_a_timeout_of_the_function_is_not_taken_for_the_deadline(workers: Workers) -> None:
    with pytest.raises(TimeoutError, match="the site's clock"):
        workers.submit(stages.time_out).result(WAIT)


def test_a_worker_that_ends_is_named_and_replaced(workers: Workers) -> None:
    with pytest.raises(StageDiedError, match="ended in die, exit code 3"):
        workers.submit(stages.die, 3).result(WAIT)

    assert goes_on(workers)


def test_a_stage_over_its_deadline_is_stopped_and_replaced(workers: Workers) -> None:
    with pytest.raises(StageTimeoutError, match="sleep took over 1 s"):
        workers.submit(stages.sleep, 60).result(WAIT)

    assert goes_on(workers)


def test_the_deadline_does_not_count_the_wait_for_a_worker(workers: Workers) -> None:
    waiting = [workers.submit(stages.sleep, 0.6) for _ in range(3)]

    assert [future.result(WAIT) for future in waiting] == [0.6] * 3


def test_the_death_of_a_worker_does_not_take_the_pages_that_wait(workers: Workers) -> None:
    dying = workers.submit(stages.die, 1)
    waiting = [workers.submit(stages.double, number) for number in range(3)]

    assert [future.result(WAIT) for future in waiting] == [0, 2, 4]
    assert isinstance(dying.exception(WAIT), StageDiedError)


def test_a_result_that_cannot_travel_fails_its_page_only(workers: Workers) -> None:
    assert workers.submit(stages.give_what_cannot_travel).exception(WAIT) is not None
    assert goes_on(workers)


def test_an_exception_that_cannot_be_made_again_fails_its_page_only(workers: Workers) -> None:
    with pytest.raises(StageFailedError, match=r"OddError: a.html at 7"):
        workers.submit(stages.refuse_oddly).result(WAIT)

    assert goes_on(workers)


def test_pages_that_wait_when_the_pool_closes_end_with_an_error() -> None:
    pool = Workers(1, deadline=WAIT)
    waiting = [pool.submit(stages.sleep, 20) for _ in range(3)]

    pool.close()

    assert all(future.exception(WAIT) is not None for future in waiting)


def test_without_workers_the_stage_runs_here() -> None:
    pool = Workers(0, deadline=1.0)

    assert pool.submit(stages.process_id).result(0) == os.getpid()
    assert asyncio.run(pool.run(stages.double, 21)) == 42
    with pytest.raises(KeyError, match="标题"):
        pool.submit(stages.refuse, "标题").result(0)
    pool.close()


@pytest.mark.parametrize(("cores", "count"), [(None, 1), (1, 1), (2, 1), (8, 7)])
def test_one_core_is_left_to_the_crawler(
    cores: int | None, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    assert default_count() == count


def test_an_idle_worker_that_is_killed_is_replaced() -> None:
    pool = Workers(1, deadline=WAIT)
    os.kill(pool.submit(stages.process_id).result(WAIT), signal.SIGKILL)

    assert goes_on(pool)
    pool.close()


@pytest.mark.parametrize("size", [10, 5_000_000])
def test_a_worker_that_no_longer_takes_calls_is_replaced(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 4)
    pool = Workers(1, deadline=WAIT)
    os.kill(pool.submit(stages.process_id).result(WAIT), signal.SIGSTOP)

    assert pool.submit(len, bytes(size)).result(WAIT) == size
    pool.close()


def test_a_stage_that_kills_every_worker_at_once_is_named_and_costs_no_other() -> None:
    pool = Workers(2, deadline=WAIT)
    deadly = [pool.submit(stages.die, 9) for _ in range(5)]
    sound = [pool.submit(stages.double, number) for number in range(20)]

    assert all(isinstance(future.exception(WAIT), StageDiedError) for future in deadly)
    assert [future.result(WAIT) for future in sound] == list(range(0, 40, 2))
    pool.close()


def test_every_page_has_an_answer_while_workers_are_killed() -> None:
    pool = Workers(2, deadline=WAIT)
    waiting = [pool.submit(stages.give_much, 500_000) for _ in range(120)]
    died = 0
    for number, future in enumerate(waiting):
        error = future.exception(WAIT)
        if error is not None:
            assert isinstance(error, StageDiedError)
            died += 1
        elif number % 10 == 0:  # it sends the next result, or has begun with it
            with suppress(ProcessLookupError):
                os.kill(future.result()[0], signal.SIGKILL)

    assert died <= 12
    assert goes_on(pool)
    pool.close()


def test_a_function_that_cannot_travel_fails_its_page_only(workers: Workers) -> None:
    assert workers.submit(lambda: 1).exception(WAIT) is not None
    assert goes_on(workers)


def test_a_function_that_a_worker_does_not_find_fails_its_page_only(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_here() -> None:
        pass

    only_here.__module__, only_here.__qualname__ = stages.__name__, "only_here"
    monkeypatch.setattr(stages, "only_here", only_here, raising=False)

    with pytest.raises(AttributeError, match="only_here"):
        workers.submit(only_here).result(WAIT)
    assert goes_on(workers)


def test_without_a_limit_a_stage_that_asks_for_too_much_fails_its_page_only(
    workers: Workers,
) -> None:
    with pytest.raises(MemoryError):
        workers.submit(stages.take, 2**40).result(WAIT)

    assert goes_on(workers)


def test_a_stage_that_wants_to_exit_ends_nothing_but_its_page(workers: Workers) -> None:
    with pytest.raises(StageFailedError, match="SystemExit: 3"):
        workers.submit(sys.exit, 3).result(WAIT)

    assert goes_on(workers)


def test_a_page_whose_caller_gave_up_is_not_begun() -> None:
    pool = Workers(1, deadline=WAIT)
    working = pool.submit(stages.sleep, 0.5)
    leaving = pool.submit(stages.die, 3)
    staying = pool.submit(stages.double, 21)

    assert leaving.cancel()
    assert (working.result(WAIT), staying.result(WAIT)) == (0.5, 42)
    pool.close()


@pytest.mark.parametrize("at_work", [False, True])
def test_nothing_is_left_of_a_closed_pool(at_work: bool) -> None:
    threads = threading.active_count()
    pool = Workers(2, deadline=WAIT)
    processes = {pool.submit(stages.process_id).result(WAIT)}
    waiting = [pool.submit(stages.sleep, 20) for _ in range(3 * at_work)]

    pool.close()
    pool.close()

    assert threading.active_count() == threads
    assert not any(Path(f"/proc/{process}").exists() for process in processes)
    assert all(isinstance(future.exception(WAIT), StageDiedError) for future in waiting)
    assert isinstance(pool.submit(stages.double, 1).exception(WAIT), StageDiedError)


def test_workers_that_have_no_memory_to_begin_with_are_named() -> None:
    pool = Workers(1, deadline=WAIT, memory=1)

    assert isinstance(pool.submit(stages.double, 1).exception(WAIT), StageDiedError)
    pool.close()


def test_a_stage_over_its_memory_is_named_and_its_worker_replaced() -> None:
    pool = Workers(1, deadline=WAIT, memory=512)
    with pytest.raises(StageMemoryError, match="take took over 512 MB"):
        pool.submit(stages.take, 600).result(WAIT)

    assert pool.submit(stages.take, 50).result(WAIT) == 50 * 2**20
    assert goes_on(pool)
    pool.close()
