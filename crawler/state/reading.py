"""Reading the store while a crawl writes: nothing is created, upgraded or locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from crawler.state.db import DatabaseError, articles


@contextmanager
def open_snapshot(url: str) -> Iterator[Connection]:
    """Give one read-only transaction that sees the store as it is now; raises DatabaseError.

    SQLite's write-ahead log and PostgreSQL's snapshots let a crawl write all the same.
    """
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except ArgumentError as error:
        raise DatabaseError(f"not a database URL: {url!r}") from error
    try:
        engine = _engine(make_url(url))
        try:
            with engine.connect() as connection:
                _check(connection, shown)
                yield connection
        finally:
            engine.dispose()
    except (SQLAlchemyError, NoSuchModuleError, ModuleNotFoundError) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseError(f"cannot read database {shown}: {cause}") from error


def _check(connection: Connection, shown: str) -> None:
    inspector = inspect(connection)
    if not inspector.has_table(articles.name):
        raise DatabaseError(f"the database {shown} holds no articles: nothing was crawled into it")
    found = {column["name"] for column in inspector.get_columns(articles.name)}
    if lacking := {column.name for column in articles.columns} - found:
        raise DatabaseError(
            f"the database {shown} is of an older version, without {', '.join(sorted(lacking))}: "
            "the next crawl upgrades it"
        )


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    engine = create_engine(url)
    level: dict[str, Any] = {"isolation_level": "REPEATABLE READ"}
    if url.get_backend_name() == "postgresql":
        level["postgresql_readonly"] = True
    return engine.execution_options(**level)


def _sqlite(url: URL) -> Engine:
    path = Path(url.database or "")
    if not path.is_file():
        raise DatabaseError(f"there is no database {path}: nothing was crawled yet")
    # mode=rw, not ro: a log that a killed crawl left can only be read by one who may recover it.
    name = f"file:{quote(str(path.absolute()))}"
    uri = url.set(database=name, query={"mode": "rw", "uri": "true"})
    engine = create_engine(uri, connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins no transaction for a SELECT
        connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
