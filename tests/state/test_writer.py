"""One writer: what waits is committed together, and nothing returns before its commit."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, select
from sqlalchemy.exc import OperationalError

from crawler.state.db import open_database, runs
from crawler.state.writer import StorageError, Writer


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def commits(engine: Engine) -> list[int]:
    """The number of rows that the table held at each commit."""
    seen: list[int] = []

    @event.listens_for(engine, "commit")
    def _count(connection: Connection) -> None:
        seen.append(len(connection.execute(select(runs.c.id)).all()))

    return seen


def using(engine: Engine, body: Callable[[Writer], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine with a writer."""
    writer = Writer(engine)
    try:
        return asyncio.run(body(writer))
    finally:
        writer.close()


def add(source: str) -> Callable[[Connection], str]:
    """Give an operation that adds a run of this source and gives its name back."""

    def operation(connection: Connection) -> str:
        values = {"source": source, "started_at": "2024-05-10", "status": "running"}
        connection.execute(insert(runs).values(values))
        return source

    return operation


def add_and_raise(connection: Connection) -> None:
    add("half done")(connection)
    raise ValueError("the page is odd")


def stored(engine: Engine) -> list[str]:
    """Give the sources in the table, as another connection sees them."""
    with engine.connect().execution_options(reading=True) as connection:
        return list(connection.scalars(select(runs.c.source).order_by(runs.c.id)))


def test_an_operation_gives_its_result(engine: Engine) -> None:
    assert using(engine, lambda writer: writer.write(add("a"))) == "a"


def test_a_result_is_there_only_when_another_connection_sees_the_row(engine: Engine) -> None:
    async def body(writer: Writer) -> list[str]:
        await writer.write(add("a"))
        return stored(engine)

    assert using(engine, body) == ["a"]


def test_operations_that_wait_are_committed_together_in_their_order(
    engine: Engine, commits: list[int]
) -> None:
    async def body(writer: Writer) -> list[str]:
        return await asyncio.gather(*(writer.write(add(name)) for name in "abcde"))

    assert using(engine, body) == list("abcde")
    assert commits == [5]
    assert stored(engine) == list("abcde")


def test_what_arrives_during_a_commit_goes_into_the_next_one(
    engine: Engine, commits: list[int]
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        begun.set()
        assert go_on.wait(10)
        add("slow")(connection)

    async def body(writer: Writer) -> None:
        first = asyncio.create_task(writer.write(slow))
        await asyncio.to_thread(begun.wait, 10)
        later = [asyncio.create_task(writer.write(add(name))) for name in "abc"]
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(first, *later)

    using(engine, body)

    assert commits == [1, 4]


def test_an_operation_that_raises_is_rolled_back_alone_and_raises_at_its_caller(
    engine: Engine,
) -> None:
    async def body(writer: Writer) -> list[Any]:
        operations: list[Callable[[Connection], Any]] = [add("a"), add_and_raise, add("b")]
        return await asyncio.gather(
            *(writer.write(operation) for operation in operations), return_exceptions=True
        )

    first, failed, last = using(engine, body)

    assert (first, last) == ("a", "b")
    assert isinstance(failed, ValueError)
    assert str(failed) == "the page is odd"
    assert stored(engine) == ["a", "b"]


def test_the_writer_goes_on_after_an_operation_that_raised(engine: Engine) -> None:
    async def body(writer: Writer) -> str:
        with pytest.raises(ValueError, match="odd"):
            await writer.write(add_and_raise)
        return await writer.write(add("a"))

    assert using(engine, body) == "a"
    assert stored(engine) == ["a"]


def test_a_commit_that_fails_reaches_every_caller_and_stores_nothing(engine: Engine) -> None:
    @event.listens_for(engine, "commit")
    def _refuse(connection: Connection) -> None:
        raise OSError("disk full")

    async def body(writer: Writer) -> list[Any]:
        return await asyncio.gather(
            *(writer.write(add(name)) for name in "abc"), return_exceptions=True
        )

    errors = using(engine, body)

    assert [str(error) for error in errors] == ["disk full"] * 3
    assert stored(engine) == []


def test_a_caller_that_gave_up_does_not_hold_the_others(engine: Engine) -> None:
    async def body(writer: Writer) -> str:
        leaving = asyncio.create_task(writer.write(add("a")))
        staying = asyncio.create_task(writer.write(add("b")))
        await asyncio.sleep(0)
        leaving.cancel()
        return await asyncio.wait_for(staying, 10)

    assert using(engine, body) == "b"


def test_what_is_committed_is_not_run_again_when_the_database_is_away_for_the_rest_of_the_batch(
    engine: Engine,
) -> None:
    away = iter([True])

    def meets_another(connection: Connection) -> str:
        if next(away, False):
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))
        return add("b")(connection)

    async def body(writer: Writer) -> list[Any]:
        operations: list[Callable[[Connection], Any]] = [add("a"), add_and_raise, meets_another]
        return await asyncio.gather(
            *(writer.write(operation) for operation in operations), return_exceptions=True
        )

    first, failed, last = using(engine, body)

    assert (first, last) == ("a", "b")
    assert isinstance(failed, ValueError)
    assert stored(engine) == ["a", "b"]


def test_who_waits_when_the_writer_closes_is_told_that_nothing_was_kept(engine: Engine) -> None:
    async def body(writer: Writer) -> Any:
        waiting = asyncio.create_task(writer.write(add("a")))
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.close)
        return await asyncio.wait_for(asyncio.gather(waiting, return_exceptions=True), 10)

    (error,) = using(engine, body)

    assert isinstance(error, StorageError)
    assert stored(engine) == []
