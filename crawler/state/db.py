"""The database: its tables, and how a connection is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from crawler.redact import redact
from crawler.state.migrate import MigrationError, migrate
from crawler.state.wal import use_wal

metadata = MetaData()

# The columns are named as the output fields; those of a notice are null in an article's row.
articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("stored_at", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text, nullable=False),
    Column("source", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("published_at", String(32)),
    Column("published_raw", Text),
    Column("publisher", Text),
    Column("authors", JSON),
    Column("editor", Text),
    Column("region", Text),
    Column("section", Text),
    Column("tags", JSON),
    Column("fetched_at", String(32)),
    Column("encoding", String(32)),
    Column("script", String(8)),
    Column("damages", JSON),
    Column("dropped", JSON),
    Column("quality", Float),
    Column("template", Text),
    Column("fingerprint", String(64)),
    Column("reprint_of", Text),
    Column("archive", Text),
    Column("schema_version", Integer),
    Column("stage", Text),
    Column("project", Text),
    Column("project_number", Text),
    Column("purchaser", Text),
    Column("agency", Text),
    Column("budget_cny", Float),
    Column("awards", JSON),
    Column("deadline", String(32)),
    Column("opening_at", String(32)),
    Column("contact", Text),
    Column("stated", JSON),
    Column("rank", Integer),
    Index("articles_version", "canonical_url", "version", unique=True),
    Index("articles_source", "source", "is_current"),
    Index("articles_reprint_of", "reprint_of"),
)

# What a person decided: that two articles are, or are not, copies of one story; a < b.
reprint_decisions = Table(
    "reprint_decisions",
    metadata,
    Column("a", Text, primary_key=True),
    Column("b", Text, primary_key=True),
    Column("decision", String(8), nullable=False),
    Column("at", String(32), nullable=False),
    Column("who", Text),
    Index("reprint_decisions_b", "b"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("run", Integer),
    Column("source", String(128), nullable=False),
    Column("url", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("kind", String(16)),
    Column("title", Text),
    Column("text", Text),
    Column("archive", Text),
    Column("dropped", JSON),
    Index("quarantine_url", "url", "reason"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("run", Integer),
    Column("source", String(128), nullable=False),
    Column("url", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("archive", Text),
    Column("replayed_at", String(32)),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(128), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("ended_at", String(32)),
    Column("status", String(16), nullable=False),
    Column("exit_code", Integer),
    Column("reasons", JSON),
    Column("outcomes", JSON),
    Column("owner", String(64)),
    Column("heartbeat_at", String(32)),
    # When the pass over the source began: an interrupted run hands it on to the one that goes on.
    Column("cycle", Float),
    # What it does beside reading what is due: full, since=…, replay, or nothing.
    Column("asked", String(64)),
    Index("runs_source", "source", "id"),
)

# One row a known address. Times are seconds since 1970.
frontier = Table(
    "frontier",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(128), nullable=False),
    Column("key", String(40), nullable=False),
    Column("host", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("callback", String(128), nullable=False),
    Column("request", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("depth", Integer, nullable=False),
    # due, leased, waiting (for next_due), done, gone, failed
    Column("status", String(8), nullable=False),
    Column("next_due", Float),
    Column("outcome", String(12)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", String(64)),
    Column("lease_until", Float),
    Column("first_seen", Float, nullable=False),
    Column("fetched_at", Float),
    Column("changed_at", Float),
    Column("revisit", Float),
    Column("etag", Text),
    Column("last_modified", Text),
    # JSON: address, digest, pointer and date of the response that holds the body.
    Column("archived", Text),
    # JSON: keys of the rows and further pages that a list linked when it was read.
    Column("links", Text),
    Index("frontier_key", "source", "key", unique=True),
    Index("frontier_due", "source", "status", "priority", "id"),
    Index("frontier_next_due", "source", "status", "next_due"),
)

# Which process may send requests to a host: politeness holds across all of them.
hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("owner", String(64)),
    Column("until", Float, nullable=False),
    Column("since", Float),
    Column("wanted", Float),
    Column("last", String(64)),
)


class DatabaseError(Exception):
    """The database cannot be used; the message names its URL without the password."""


def open_database(url: str) -> Engine:
    """Open a database and make its tables where they are missing; raises DatabaseError."""
    try:
        parsed = make_url(url)
        shown = redact(parsed.render_as_string(hide_password=True))
    except ArgumentError as error:
        raise DatabaseError(f"not a database URL: {url.rpartition('@')[2]!r}") from error
    if "@" in (parsed.host or ""):  # the driver would name the end of the password as its host
        raise DatabaseError(f"{redact(url)}: an '@' in a password is written %40")
    try:
        if parsed.get_backend_name() == "sqlite":
            engine = _open_sqlite(url, parsed.database)
        else:
            engine = create_engine(url, pool_pre_ping=True)
        with engine.begin() as connection:
            migrate(connection)
    except MigrationError as error:
        raise DatabaseError(f"{shown}: {error}") from error
    except (SQLAlchemyError, OSError, NoSuchModuleError, ModuleNotFoundError) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseError(f"cannot open database {shown}: {cause}") from error
    return engine


def _open_sqlite(url: str, path: str | None) -> Engine:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 60, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling begins too late for savepoints; ours begins below.
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=60000")
        use_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Two writers that both begin deferred cannot both upgrade: the later one would fail.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
