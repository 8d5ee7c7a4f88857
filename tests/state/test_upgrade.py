"""A database of the schema before is read, and what is in it stays."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, select, text

from crawler.state.db import articles, open_database, reprint_decisions

HTTPS, HTTP = "https://a.example/1", "http://a.example/1"


def older(path: Path) -> str:
    """Make a database of schema 2 with rows of both schemes."""
    url = f"sqlite:///{path}"
    open_database(url).dispose()
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(text("DROP TABLE reprint_decisions"))
        db.execute(text("ALTER TABLE articles DROP COLUMN rank"))
        db.execute(text("UPDATE schema_version SET version = 2"))
        for key, front in (
            (HTTPS, None),
            ("http://b.example/1", HTTPS),
            ("https://c.example/1", None),
            ("http://c.example/1", "https://c.example/1"),
        ):
            db.execute(
                text(
                    "INSERT INTO articles (version, is_current, stored_at, url, canonical_url, "
                    "source, kind, title, text, reprint_of) "
                    "VALUES (1, 1, '', :key, :key, 's', 'article', '题', '文', :front)"
                ),
                {"key": key, "front": front},
            )
    engine.dispose()
    return url


def test_what_was_stored_under_https_has_the_key_of_both_schemes(tmp_path: Path) -> None:
    engine = open_database(older(tmp_path / "x.db"))

    columns = articles.c.url, articles.c.canonical_url, articles.c.reprint_of
    with engine.begin() as db:
        rows = [tuple(row) for row in db.execute(select(*columns).order_by(articles.c.id))]
        assert db.execute(select(reprint_decisions)).all() == []
    assert rows == [
        (HTTPS, HTTP, None),
        ("http://b.example/1", "http://b.example/1", HTTP),
        # Both are stored: two rows cannot have one key, and none is lost.
        ("https://c.example/1", "https://c.example/1", None),
        ("http://c.example/1", "http://c.example/1", "https://c.example/1"),
    ]
    engine.dispose()
