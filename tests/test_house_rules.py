"""The rules of the house that a machine can read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOREIGN = {"scrapy", "twisted", "sqlalchemy", "sqlite3", "psycopg"}
SPIDERS = sorted(p for p in (ROOT / "spiders").rglob("*.py") if p.name != "__init__.py")
# The Scrapy classes over the cores, and the one index that is a database by its nature.
THIN = {"pipeline.py", "store.py"}
NAMED_EXCEPTIONS = {"pipelines/dedup/ledger.py"}


def cores() -> Iterator[Path]:
    for path in sorted((ROOT / "pipelines").rglob("*.py")):
        if path.name not in THIN and str(path.relative_to(ROOT)) not in NAMED_EXCEPTIONS:
            yield path
    yield from (ROOT / "crawler" / name for name in ("items.py", "source.py", "sites/discovery.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", list(cores()), ids=lambda p: str(p.relative_to(ROOT)))
def test_pure_cores_import_no_scrapy_twisted_or_database(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(path)}

    assert not roots & FOREIGN


@pytest.mark.parametrize("path", SPIDERS, ids=lambda p: p.stem)
def test_a_source_has_one_name_and_at_most_25_lines(path: Path) -> None:
    tree = ast.parse(text := path.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    names = re.findall(r'^    name = "(\w+)"$', text, re.M)

    assert [c.name for c in classes] == [path.stem.title().replace("_", "")]
    assert names == [path.stem]
    assert len(text.splitlines()) <= 25


@pytest.mark.parametrize("path", SPIDERS, ids=lambda p: p.stem)
def test_no_source_imports_another_or_holds_a_selector(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not any(name.startswith("spiders") for name in imported(path))
    assert not re.search(r"\.(css|xpath|re|select)\(", text)


@pytest.mark.parametrize("path", SPIDERS, ids=lambda p: p.stem)
def test_every_source_has_seeds_and_a_list_and_an_article_fixture(path: Path) -> None:
    recorded = list((ROOT / "tests" / "fixtures" / path.stem).glob("*/response.json"))
    callbacks = {re.search(r'"callback": "(\w+)"', p.read_text())[1] for p in recorded}  # type: ignore[index]

    assert (ROOT / "seeds" / f"{path.stem}.txt").is_file()
    assert callbacks >= {"parse", "parse_article"}


def test_the_sources_are_the_five() -> None:
    assert {p.stem for p in SPIDERS} == {"qcdy", "jszhaobiao", "guanchajia", "fuwufensi", "kuaixun"}


def test_settings_hold_names_and_paths_only() -> None:
    lines = (ROOT / "crawler" / "settings.py").read_text().splitlines()

    assert len(lines) <= 25


def test_no_file_names_a_path_of_a_machine() -> None:
    homes = re.compile(r"(?<![\w.:/])/(home|root|Users)/\w+")
    suffixes = {".py", ".toml", ".md", ".txt", ".cfg", ".sh", ""}
    found = [
        str(path.relative_to(ROOT))
        for folder in ("crawler", "pipelines", "spiders", "seeds", "scripts", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in suffixes and homes.search(path.read_text("utf-8"))
    ]

    assert found == []
