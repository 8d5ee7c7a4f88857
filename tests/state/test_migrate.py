"""Databases are brought to this version's schema, whatever they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from crawler.state import migrations
from crawler.state.db import DatabaseError, metadata, open_database
from crawler.state.migrate import HEAD, migrate


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        # SQLite keeps no length of a string.
        compare = {"compare_type": connection.dialect.name != "sqlite"}
        found = compare_metadata(MigrationContext.configure(connection, opts=compare), metadata)
    return list(found)


def test_the_revisions_make_the_tables_that_the_code_declares(database: Engine) -> None:
    assert _differences(database) == []


def test_the_newest_revision_is_the_one_that_is_asked_for() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))

    assert scripts.get_current_head() == HEAD


@pytest.mark.parametrize("schema", [1, 2])
def test_a_database_from_before_the_revisions_keeps_its_rows(tmp_path: Path, schema: int) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.execute(text("DROP TABLE alembic_version"))
        if schema == 1:
            connection.execute(text("ALTER TABLE articles DROP COLUMN stated"))
            connection.execute(text("ALTER TABLE quarantine DROP COLUMN dropped"))
        connection.execute(text("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)"))
        connection.execute(text(f"INSERT INTO schema_version VALUES ({schema})"))
        connection.execute(
            text(
                "INSERT INTO runs (source, started_at, status)"
                " VALUES ('hewan', '2026-05-10T08:00:00+00:00', 'good')"
            )
        )
    engine.dispose()

    opened = open_database(url)

    assert _differences(opened) == []
    with opened.connect() as connection:
        assert connection.scalar(text("SELECT source FROM runs")) == "hewan"
    opened.dispose()


def test_https_addresses_are_respelt_unless_both_are_stored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    row = (
        "INSERT INTO articles (version, is_current, stored_at, url, canonical_url, source, kind,"
        " title, text, reprint_of) VALUES (1, true, '2026-05-10', :url, :url, 'hewan', 'article',"
        " '题', '文', :front)"
    )
    with engine.begin() as connection:
        migrate(connection, "0002")
        for address in ("https://h.example/a", "https://h.example/b", "http://h.example/b"):
            front = "https://h.example/a" if address.endswith("b") else None
            connection.execute(text(row), {"url": address, "front": front})
    engine.dispose()

    opened = open_database(url)

    with opened.connect() as connection:
        found = connection.execute(text("SELECT url, canonical_url, reprint_of FROM articles"))
        rows = {url: (key, front) for url, key, front in found}
    opened.dispose()
    assert rows == {
        "https://h.example/a": ("http://h.example/a", None),
        "https://h.example/b": ("https://h.example/b", "http://h.example/a"),
        "http://h.example/b": ("http://h.example/b", "http://h.example/a"),
    }


def test_a_newer_database_is_refused_by_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(DatabaseError, match=r"new\.db.*schema 9999"):
        open_database(url)
