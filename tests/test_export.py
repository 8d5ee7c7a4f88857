"""Exports: what is in the files, what is written again, and what a kill or a full disk leaves."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from sqlalchemy import delete, update

from crawler.export import Done, ExportError, Wanted, export
from crawler.export_formats import FORMATS, FormatError
from crawler.items import ARTICLE_FIELDS, NOTICE_FIELDS
from crawler.state.db import DatabaseError, articles, open_database
from crawler.state.reading import open_snapshot
from tests.postgres import Postgres
from tests.stored import FORMULA, add, database, nasty_rows, row


def exported(url: str, out: Path, format_: str = "jsonl.zst", **wanted: Any) -> list[Done]:
    with open_snapshot(url) as connection:
        return list(export(connection, Wanted(**wanted), format_, out))


def outcomes(done: list[Done]) -> dict[str, str]:
    return {each.path: each.outcome for each in done}


def files(out: Path) -> list[str]:
    return sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())


def lines(path: Path) -> list[dict[str, Any]]:
    text = zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes()).decode()
    return [json.loads(line) for line in text.split("\n")[:-1]]


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def changed(url: str, statement: Any) -> None:
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(statement)
    engine.dispose()


def sound(value: Any) -> Any:
    return json.loads(json.dumps(value).replace("\\ud800", "\\ufffd"))


def test_there_is_a_file_a_source_and_day_of_publication(tmp_path: Path) -> None:
    rows = [row(1), row(2, "2026-11-06"), row(3, None), row(4, source="kuaixun")]
    rows.append(row(5) | {"published_at": "2026-11-06"})
    url = database(tmp_path, rows)

    done = exported(url, tmp_path / "out")

    assert [(d.path, d.rows) for d in done] == [
        ("kuaixun/2026-11-05.jsonl.zst", 1),
        ("qcdy/undated.jsonl.zst", 1),
        ("qcdy/2026-11-05.jsonl.zst", 1),
        ("qcdy/2026-11-06.jsonl.zst", 2),
    ]
    assert files(tmp_path / "out") == sorted(["manifest.jsonl", *(d.path for d in done)])


def test_days_of_storing_part_the_files_when_asked(tmp_path: Path) -> None:
    late = row(1, None, stored_at="2026-11-09T00:00:00+00:00")
    url = database(tmp_path, [late, row(2)])

    done = exported(url, tmp_path / "out", by="stored")

    assert list(outcomes(done)) == ["qcdy/2026-11-06.jsonl.zst", "qcdy/2026-11-09.jsonl.zst"]


def test_a_range_holds_both_its_ends_and_nothing_undated(tmp_path: Path) -> None:
    days = ["2026-11-04", "2026-11-05", "2026-11-06", "2026-11-07", None]
    url = database(tmp_path, [row(n, day) for n, day in enumerate(days)])

    done = exported(url, tmp_path / "out", since="2026-11-05", until="2026-11-06")

    assert list(outcomes(done)) == ["qcdy/2026-11-05.jsonl.zst", "qcdy/2026-11-06.jsonl.zst"]


def test_former_versions_and_reprints_are_chosen_by_options(tmp_path: Path) -> None:
    former = row(1, is_current=False)
    rows = [former, row(1, version=2), row(2, reprint_of="http://h.example/1")]
    url = database(tmp_path, rows)

    current = exported(url, tmp_path / "a")
    every = exported(url, tmp_path / "b", all_versions=True)
    best = exported(url, tmp_path / "c", reprints=False)

    assert [d[0].rows for d in (current, every, best)] == [2, 3, 1]
    found = lines(tmp_path / "b" / every[0].path)
    assert [(line["version"], line["is_current"]) for line in found] == [
        (1, False),
        (2, True),
        (1, True),
    ]
    assert list(found[0])[-3:] == ["version", "is_current", "stored_at"]


def test_lines_have_the_documented_keys_in_order_and_the_stored_values(tmp_path: Path) -> None:
    rows = nasty_rows()
    url = database(tmp_path, rows)

    done = exported(url, tmp_path / "out")

    article, notice = lines(tmp_path / "out" / done[0].path)
    assert tuple(article) == ARTICLE_FIELDS
    assert tuple(notice) == NOTICE_FIELDS
    assert article == sound({name: rows[0][name] for name in ARTICLE_FIELDS})
    assert notice == sound({name: rows[1][name] for name in NOTICE_FIELDS})


def test_a_spreadsheet_opens_cells_and_runs_none(tmp_path: Path) -> None:
    rows = nasty_rows()
    url = database(tmp_path, rows)

    done = exported(url, tmp_path / "out", "csv")

    path = tmp_path / "out" / done[0].path
    article, notice = cells(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfurl,canonical_url,")
    assert b"\0" not in path.read_bytes()
    assert tuple(article) == NOTICE_FIELDS
    assert article["title"] == "'" + FORMULA
    assert article["editor"] == "'@甲"
    assert article["text"] == rows[0]["text"].replace("\0", "\ufffd")
    assert json.loads(article["authors"]) == ["-一", '"二"\n']
    assert notice["project_number"] == "'+86-01"
    assert float(notice["budget_cny"]) == 1234567.89
    assert json.loads(notice["awards"]) == rows[1]["awards"]
    assert article["awards"] == article["reprint_of"] == ""


def test_parquet_has_types_and_the_stored_values(tmp_path: Path) -> None:
    rows = nasty_rows()
    url = database(tmp_path, rows)

    done = exported(url, tmp_path / "out", "parquet")

    table = parquet.read_table(tmp_path / "out" / done[0].path)
    article, notice = table.to_pylist(maps_as_pydicts="strict")
    assert tuple(table.schema.names) == NOTICE_FIELDS
    assert str(table.schema.field("authors").type) == "list<element: string>"
    assert str(table.schema.field("published_at").type) == "string"
    assert str(table.schema.field("budget_cny").type) == "double"
    assert "supplier: string" in str(table.schema.field("awards").type)
    assert article == sound({name: rows[0][name] for name in NOTICE_FIELDS})
    assert notice == sound({name: rows[1][name] for name in NOTICE_FIELDS})


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=3, max_size=3)
)
def test_any_text_comes_back_from_every_format(tmp_path: Path, words: list[str]) -> None:
    folder = tmp_path / os.urandom(8).hex()
    one = row(1, title=words[0], text=words[1], authors=[words[2]])
    url = database(folder, [one])

    for format_ in FORMATS:
        exported(url, folder / "out", format_)

    packed = lines(folder / "out" / "qcdy" / "2026-11-05.jsonl.zst")[0]
    table = parquet.read_table(folder / "out" / "qcdy" / "2026-11-05.parquet").to_pylist()[0]
    cell = cells(folder / "out" / "qcdy" / "2026-11-05.csv")[0]
    for name in ("title", "text", "authors"):
        assert packed[name] == table[name] == one[name]
    for name in ("title", "text"):
        assert cell[name].removeprefix("'") == one[name].replace("\0", "\ufffd").removeprefix("'")


@pytest.mark.parametrize("format_", FORMATS)
def test_only_what_changed_is_written_again(tmp_path: Path, format_: str) -> None:
    url = database(tmp_path, [row(1), row(2, "2026-11-06"), row(3, "2026-11-07")])
    out = tmp_path / "out"
    exported(url, out, format_)
    before = {path: (out / path).stat().st_mtime_ns for path in files(out)}
    # A refreshed fact and an elected copy leave number, count and time of storing as they were.
    changed(url, update(articles).where(articles.c.id == 2).values(editor="乙"))

    done = exported(url, out, format_)

    assert list(outcomes(done).values()) == ["unchanged", "written", "unchanged"]
    first = f"qcdy/2026-11-05.{format_}"
    assert (out / first).stat().st_mtime_ns == before[first]


def test_a_file_whose_rows_have_gone_is_removed_within_the_range_only(tmp_path: Path) -> None:
    url = database(tmp_path, [row(1), row(2, "2026-11-06"), row(3, source="kuaixun")])
    out = tmp_path / "out"
    exported(url, out)
    exported(url, out, "csv")
    changed(url, delete(articles))

    later = exported(url, out, since="2026-11-06")
    rest = exported(url, out)

    assert outcomes(later) == {"qcdy/2026-11-06.jsonl.zst": "removed"}
    assert set(outcomes(rest)) == {"kuaixun/2026-11-05.jsonl.zst", "qcdy/2026-11-05.jsonl.zst"}
    assert [path for path in files(out) if path.endswith("zst")] == []
    assert len([path for path in files(out) if path.endswith("csv")]) == 3


def test_other_options_in_the_same_folder_write_other_files(tmp_path: Path) -> None:
    url = database(tmp_path, [row(1)])
    exported(url, tmp_path / "out")

    again = exported(url, tmp_path / "out", all_versions=True)

    assert list(outcomes(again).values()) == ["written"]
    assert "version" in lines(tmp_path / "out" / again[0].path)[0]


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_file_that_is_not_as_it_was_left_is_written_again(tmp_path: Path, damage: str) -> None:
    url = database(tmp_path, [row(1)])
    path = tmp_path / "out" / exported(url, tmp_path / "out")[0].path
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])

    done = exported(url, tmp_path / "out")

    assert list(outcomes(done).values()) == ["written"]
    assert lines(path)[0]["title"] == "石桥1"


def test_what_a_killed_run_left_is_cleared_and_the_rest_is_written(tmp_path: Path) -> None:
    url = database(tmp_path, [row(1), row(2, "2026-11-06")])
    out = tmp_path / "out"
    exported(url, out, until="2026-11-05")
    (out / "qcdy" / "2026-11-06.jsonl.zst.part").write_bytes(b"half")
    with (out / "manifest.jsonl").open("ab") as manifest:
        manifest.write('{"path": "河/2026-11-06", "source": "河'.encode()[:-1])  # cut by the kill

    done = exported(url, out)

    assert list(outcomes(done).values()) == ["unchanged", "written"]
    assert not list(out.rglob("*.part"))
    assert len((out / "manifest.jsonl").read_text().splitlines()) == 2


def test_two_exports_into_one_folder_do_not_meet(tmp_path: Path) -> None:
    url = database(tmp_path, [row(1), row(2, "2026-11-06")])
    with open_snapshot(url) as connection:
        first = export(connection, Wanted(), "csv", tmp_path / "out")
        next(first)

        with pytest.raises(ExportError, match="another export is writing to"):
            exported(url, tmp_path / "out")
        assert len(list(first)) == 1


def test_a_crawl_goes_on_storing_while_an_export_reads(tmp_path: Path) -> None:
    url = database(tmp_path, [row(1), row(2, "2026-11-06")])
    engine = open_database(url)
    with open_snapshot(url) as connection:
        running = export(connection, Wanted(), "csv", tmp_path / "out")
        next(running)
        add(engine, [row(3, "2026-11-06")])

        late = list(running)
    engine.dispose()

    assert late[0].rows == 1  # as it was when the export began
    assert [d.rows for d in exported(url, tmp_path / "out", "csv")] == [1, 2]


def test_a_source_and_a_day_of_odd_names_stay_inside_the_folder(tmp_path: Path) -> None:
    odd = row(1, source="../a") | {"published_at": "../../b/c/d"}
    url = database(tmp_path, [odd, row(2, source="..")])

    done = exported(url, tmp_path / "out")

    assert set(outcomes(done)) == {
        "%2E%2E/2026-11-05.jsonl.zst",
        "..%2Fa/..%2F..%2Fb%2Fc%2F.jsonl.zst",
    }
    assert all((tmp_path / "out" / d.path).is_file() for d in done)


def test_one_word_in_the_place_of_a_list_is_a_list_of_one(tmp_path: Path) -> None:
    url = database(tmp_path, [row(1) | {"tags": "桥,河"}])

    exported(url, tmp_path / "out", "parquet")

    table = parquet.read_table(tmp_path / "out" / "qcdy" / "2026-11-05.parquet")
    assert table.to_pylist()[0]["tags"] == ["桥,河"]


def test_a_value_that_parquet_cannot_take_is_named_by_its_article(tmp_path: Path) -> None:
    url = database(tmp_path, [row(1), row(2) | {"awards": ["青岚营造"]}])

    with pytest.raises(FormatError, match=r"http://h\.example/2: no value for Parquet"):
        exported(url, tmp_path / "out", "parquet")

    assert files(tmp_path / "out") == ["manifest.jsonl"]


def test_a_database_that_is_none_or_empty_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"no database .*missing\.db"):
        exported(f"sqlite:///{tmp_path / 'missing.db'}", tmp_path / "out")
    (tmp_path / "empty.db").write_bytes(b"")
    with pytest.raises(DatabaseError, match="holds no articles"):
        exported(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "out")
    (tmp_path / "junk.db").write_bytes(b"not a database, but a text of some length" * 40)
    with pytest.raises(DatabaseError, match="cannot read database"):
        exported(f"sqlite:///{tmp_path / 'junk.db'}", tmp_path / "out")

    assert not (tmp_path / "missing.db").exists()


@pytest.fixture
def many(tmp_path: Path) -> Iterator[str]:
    """A store of 3,000 rows on 3 days."""
    yield database(tmp_path, (row(n, f"2026-11-0{n % 3 + 1}") for n in range(3_000)))


@pytest.mark.parametrize("format_", FORMATS)
def test_rows_beyond_one_reading_come_in_the_order_of_storing(
    many: str, tmp_path: Path, format_: str
) -> None:
    done = exported(many, tmp_path / "out", format_)

    assert [d.rows for d in done] == [1_000] * 3
    path = tmp_path / "out" / done[1].path
    readers: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
        "jsonl.zst": lines,
        "csv": cells,
        "parquet": lambda path: list(parquet.read_table(path).to_pylist()),
    }
    assert [line["url"] for line in readers[format_](path)] == [
        f"http://h.example/{n}" for n in range(1, 3_000, 3)
    ]


def test_postgres_gives_the_same_files_while_a_crawl_stores(
    tmp_path: Path, postgres: Postgres
) -> None:
    # PostgreSQL takes no NUL in a text.
    rows = [one | {"text": one["text"].replace("\0", "")} for one in nasty_rows()]
    for one in rows:
        one["dropped"] = []
    rows += [row(n, f"2026-11-0{n % 2 + 5}") for n in range(3, 900)]
    embedded = database(tmp_path, rows)
    url = postgres.database()
    engine = open_database(url)
    add(engine, rows)
    with open_snapshot(url) as connection:
        running = export(connection, Wanted(), "jsonl.zst", tmp_path / "pg")
        done = [next(running)]
        add(engine, [row(1_000, "2026-11-06")])
        done += running
    engine.dispose()
    again = exported(url, tmp_path / "pg")

    assert outcomes(exported(embedded, tmp_path / "lite")) == outcomes(done)
    assert list(outcomes(again).values()) == ["unchanged", "written"]
    for each in (done[0], again[1]):
        here = lines(tmp_path / "lite" / each.path)
        assert lines(tmp_path / "pg" / each.path)[: len(here)] == here
