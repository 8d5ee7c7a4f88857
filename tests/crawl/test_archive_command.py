"""`archive`, and what a `replay` says, as a user calls them."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from sqlalchemy import Engine, delete, insert, select, update

from crawler.commands.archive import Command
from crawler.state.db import articles, dead_letters, open_database, quarantine
from crawler.state.warc import Recorded, WarcArchive, read_responses
from tests.crawl.conftest import ROOT, Scrapy
from tests.crawl.small_server import SmallServer, list_page
from tests.crawl.test_failures import OPEN, TOPICS, story

HOST = "http://hewan.example"


def page(topic: str, number: int, body: str = "", at: str = "2024-05-10T01:30:00Z") -> Recorded:
    return Recorded(
        f"{HOST}/2024/0510/{number}.html",
        200,
        [("Content-Type", "text/html; charset=utf-8")],
        (body or story(topic)).encode(),
        at,
        source="site",
        callback="parse_article",
    )


def archived(data: Path, *records: Recorded) -> list[str]:
    """Write responses as a crawl does; gives their pointers."""
    archive = WarcArchive(data / "archive", "site")
    pointers = [archive.append(record) for record in records]
    archive.close()
    return pointers


def opened(data: Path) -> Engine:
    return open_database(f"sqlite:///{data / 'qingyuan.db'}")


def stored(data: Path) -> dict[str, list[dict[str, Any]]]:
    """Give every row of the tables that a replay may write to."""
    engine = opened(data)
    with engine.connect() as connection:
        found = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in (articles, quarantine, dead_letters)
        }
    engine.dispose()
    return found


def row(output: str, *begins: str) -> list[str]:
    """Give the cells behind those that a row of a printed table begins with."""
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines()]
    [found] = [cells for cells in rows if cells[: len(begins)] == list(begins)]
    return found[len(begins) :]


def test_a_replay_shows_what_it_changes_and_a_dry_run_changes_nothing(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    numbered = list(enumerate(TOPICS, 1000))
    empty = page("", 1099, "<html><body><p>没有</p></body></html>")
    [pointer, *_, last] = archived(data, *(page(t, n) for n, t in numbered), empty)
    path = str(data / "archive" / pointer.partition("#")[0])
    first = scrapy("replay", path)
    engine = opened(data)
    urls = [page(t, n).url for n, t in numbered]
    with engine.begin() as db:
        of = articles.c.url
        db.execute(update(articles).where(of == urls[0]).values(title="旧题", editor="沈砚秋"))
        db.execute(update(articles).where(of == urls[1]).values(publisher=None))
        db.execute(delete(articles).where(of == urls[2]))
        refused = {"at": "", "source": "site", "url": urls[2], "reason": "old", "archive": "x#1"}
        db.execute(insert(quarantine).values(refused))
        was = dict(db.execute(select(articles).where(of == urls[3])).one()._mapping)
        was |= {"id": None, "url": empty.url, "canonical_url": empty.url, "archive": last}
        db.execute(delete(quarantine).where(quarantine.c.url == empty.url))
        db.execute(insert(articles).values(was))
    engine.dispose()
    before = stored(data)
    killed = Path(path)  # as if its crawl had been killed
    killed.chmod(0o644)
    killed.write_bytes(killed.read_bytes() + killed.read_bytes()[:100])

    dry = scrapy("replay", path, "--dry-run")
    after_dry = stored(data)
    wet = scrapy("replay", path, "--examples", "0")

    assert (first.exit_code, dry.exit_code, wet.exit_code) == (0, 1, 0), dry.output
    assert "cut within a gzip member" in dry.output
    assert f"{path}: cut 100 bytes of a record that was not whole" in wet.output
    for shown in (dry.output, wet.output):
        assert row(shown, "title") == ["4", "1", "0", "0"]
        assert row(shown, "editor") == ["0", "0", "0", "1"]
        assert row(shown, "publisher") == ["4", "0", "1", "0"]
        assert row(shown, "text") == ["5", "0", "0", "0"]
        assert row(shown, "accepted", "quarantined") == ["1"]
        assert row(shown, "quarantined", "accepted") == ["1"]
    assert "- 旧题" in dry.output
    assert "+ 青岚县石桥修缮进展顺利" in dry.output
    assert "旧题" not in wet.output
    assert after_dry == before
    assert len(wet.rows("runs")) == 2  # the dry run has none
    now = stored(data)["articles"]
    assert {article["fetched_at"] for article in now} == {"2024-05-10T01:30:00Z"}
    assert {a["title"] for a in now} >= {f"青岚县{t}进展顺利" for t in TOPICS}


Archive = Callable[..., tuple[int, str]]


@pytest.fixture
def archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Archive:
    """Run `scrapy archive WORDS…` in this process; gives exit code and output."""

    def run(*words: str) -> tuple[int, str]:
        command, parser = Command(), argparse.ArgumentParser()
        command.settings = Settings({"QINGYUAN_DATA": str(tmp_path / "data")})
        command.add_options(parser)
        opts, args = parser.parse_known_args(words)
        command.run(args, opts)
        out, err = capsys.readouterr()
        return command.exitcode, out + err

    return run


@pytest.mark.parametrize(
    "words",
    [
        ("prune",),
        ("prune", "--older", "soon"),
        ("prune", "--older", "nan"),
        ("prune", "--keep-bytes", "9 bananas"),
        ("prune", "a.warc.gz", "--older", "3"),
        ("burn",),
    ],
)
def test_what_the_archive_command_does_not_know_is_wrong_usage(
    words: tuple[str, ...], archive: Archive
) -> None:
    with pytest.raises(UsageError):
        archive(*words)


@pytest.mark.parametrize(("size", "gone"), [("1K", 2), ("0.5g", 0), ("1000000B", 0)])
def test_a_size_may_have_a_unit(size: str, gone: int, archive: Archive, tmp_path: Path) -> None:
    for number in range(3):
        archived(tmp_path / "data", page(TOPICS[number], number))

    _, output = archive("prune", "--keep-bytes", size)

    assert f"{gone} segments gone" in output


def test_the_archive_is_listed_checked_and_pruned(
    scrapy: Scrapy, archive: Archive, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    [old] = archived(data, page(TOPICS[0], 1))
    [waiting] = archived(data, page(TOPICS[1], 2, at="2024-05-11T01:30:00Z"))
    [young] = archived(data, page(TOPICS[2], 3, at="2099-05-11T01:30:00Z"))
    names = [pointer.partition("#")[0] for pointer in (old, waiting, young)]
    engine = opened(data)
    with engine.begin() as db:
        letter = {"at": "", "source": "site", "url": "", "stage": "", "error": ""}
        db.execute(insert(dead_letters).values(letter | {"archive": waiting}))
    engine.dispose()

    _, listed = archive()
    sound = scrapy("archive", "check")
    _, dry = archive("prune", "--older", "30", "--dry-run")
    there = list((data / "archive" / "site").iterdir())
    _, pruned = archive("prune", "--older", "30")
    big = data / "archive" / names[2]
    big.chmod(0o644)
    big.write_bytes(big.read_bytes()[:-40])
    code, torn = archive("check")
    by_name = archive("check", names[1])

    assert row(listed, names[0])[:4] == ["2024-05-10T01:30:00Z"] * 2 + ["1", "0"]
    assert sound.exit_code == 0
    assert "3 segments checked, sound" in sound.output
    assert f"would go  {names[0]}" in dry
    assert len(there) == 3
    assert f"gone  {names[0]}" in pruned
    assert f"stays  {names[1]}" in pruned
    assert "dead letter 1 is not yet replayed" in pruned
    assert {f"site/{p.name}" for p in (data / "archive" / "site").iterdir()} == set(names[1:])
    assert by_name == (0, "1 segments checked, sound\n")
    assert code == 1
    assert f"{big}, offset {young.partition('#')[2]}: cut within a gzip member" in torn


def test_a_full_disk_ends_the_crawl_with_its_name_and_loses_nothing_silently(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    topics = dict(zip(TOPICS, (f"/2024/0510/{n}.html" for n in range(1000, 1010)), strict=False))
    pages = {path: story(topic) for topic, path in topics.items()}
    filler = random.Random(7).randbytes(7_000_000).hex()
    pages[topics["石桥修缮"]] += f"<!-- {filler} -->"
    titles = {path: f"青岚县{topic}进展顺利" for topic, path in topics.items()}
    limited = (
        "import resource, sys; from scrapy.cmdline import execute; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000, 6_000_000)); execute()"
    )
    with SmallServer({"/": list_page(titles), **pages}) as server:
        options = [word for name, value in OPEN.items() for word in ("-s", f"{name}={value}")]
        words = ["crawl", "site", "-a", f"url={server.url}/", *options]
        ended = subprocess.run(
            [sys.executable, "-c", limited, *words],
            cwd=ROOT,
            env={**os.environ, "QINGYUAN_DATA": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        segments = sorted((tmp_path / "data").glob("archive/site/*.gz"))
        kept = [record for path in segments for record in read_responses(path)]
        repaired = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)

    run, later = repaired.rows("runs")
    assert ended.returncode == 1, ended.stderr
    assert run["status"] == "failed"
    assert any(reason.startswith("disk full: ") for reason in run["reasons"])
    assert "the crawl ended early: storage_failed" in run["reasons"]
    assert run["outcomes"]["fetched"] == len(kept)
    assert later["status"] == "good", later["reasons"]
    assert later["outcomes"]["stored"] + run["outcomes"]["stored"] == len(TOPICS)
