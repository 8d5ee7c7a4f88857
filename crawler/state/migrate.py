"""Brings a database to the schema that this version reads, with Alembic's migrations."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

HEAD = "0005"
FIRST = "0001"


class MigrationError(Exception):
    """The database has a schema that this version does not know."""


def migrate(connection: Connection, to: str = HEAD) -> None:
    """Upgrade inside the caller's transaction; raises MigrationError for a newer schema."""
    if _version(connection) == to:  # before Alembic is imported: a fifth of a second
        return
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic.config import Config
    from alembic.operations import Operations
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    if connection.dialect.name == "postgresql":  # of processes that start at once, one migrates
        connection.execute(text("SELECT pg_advisory_xact_lock(7131914)"))
    _adopt(connection, Operations)
    with _revisions() as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(config)
        known = {revision.revision for revision in scripts.walk_revisions()}
        found = _version(connection)
        if found is not None and found not in known:
            raise MigrationError(f"the database has schema {found}, this version reads {HEAD}")
        with EnvironmentContext(
            config,
            scripts,
            fn=lambda revision, _: scripts._upgrade_revs(to, revision),
        ) as environment:
            environment.configure(connection=connection, transaction_per_migration=False)
            environment.run_migrations()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _adopt(connection: Connection, operations: type) -> None:
    """Take over a database from before Alembic: it counted its schemas in a table of its own."""
    if not inspect(connection).has_table("schema_version"):
        return
    found = connection.scalar(text("SELECT version FROM schema_version"))
    if found == 1:
        connection.execute(text("ALTER TABLE articles ADD COLUMN stated JSON"))
        connection.execute(text("ALTER TABLE quarantine ADD COLUMN dropped JSON"))
    elif found != 2:
        raise MigrationError(f"the database has schema {found}, this version reads {HEAD}")
    connection.execute(text("DROP TABLE schema_version"))
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    connection.execute(
        text("INSERT INTO alembic_version (version_num) VALUES (:first)"), {"first": FIRST}
    )


@contextmanager
def _revisions() -> Iterator[Path]:
    """Give the folder of revisions; Alembic reads files, and an egg has none."""
    packed = files("crawler.state.migrations")
    if isinstance(packed, Path):
        yield packed
        return
    with tempfile.TemporaryDirectory() as folder:
        _copy(packed, Path(folder))
        yield Path(folder)


def _copy(packed: Traversable, folder: Path) -> None:
    for entry in packed.iterdir():
        if entry.is_dir():
            (folder / entry.name).mkdir()
            _copy(entry, folder / entry.name)
        elif entry.name.endswith(".py"):
            with entry.open("rb") as source, (folder / entry.name).open("wb") as target:
                shutil.copyfileobj(source, target)
