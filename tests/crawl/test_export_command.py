"""`scrapy export` as a user calls it: exit codes, kills, a full disk, PostgreSQL."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.crawl.conftest import ROOT, Ended, Scrapy
from tests.stored import database, row


def rows(count: int, characters: int = 0) -> list[dict[str, object]]:
    drawn = os.urandom(characters).hex()  # does not shrink when packed
    return [row(n, f"2026-11-{n % 20 + 1:02}", text=f"{n}{drawn[n % 7 :]}") for n in range(count)]


def test_a_user_exports_a_month_of_a_source(scrapy: Scrapy, tmp_path: Path) -> None:
    database(tmp_path / "data", [*rows(40), row(99, source="kuaixun")])
    out = tmp_path / "out"
    words = "export", "--source", "qcdy", "--since", "2026-11-05", "--until", "2026-11-06"

    ended = scrapy(*words, "-O", str(out))

    assert ended.exit_code == 0
    assert f"written {out}/qcdy/2026-11-05.jsonl.zst: 2 rows" in ended.output
    assert f"4 rows in 2 files: 2 written, 0 unchanged, 0 removed -> {out}" in ended.output
    assert sorted(p.name for p in out.rglob("*.zst")) == [
        "2026-11-05.jsonl.zst",
        "2026-11-06.jsonl.zst",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--source", "qcdi"], "unknown source 'qcdi'; did you mean qcdy?"),
        (["--since", "2026-11-31"], "--since takes a day as 2026-11-30, not '2026-11-31'"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "is after --until 2026-11-01"),
        (["--format", "xlsx"], "invalid choice: 'xlsx'"),
    ],
)
def test_wrong_usage_is_named(words: list[str], said: str, scrapy: Scrapy, tmp_path: Path) -> None:
    database(tmp_path / "data", rows(1))

    ended = scrapy("export", "-O", str(tmp_path / "out"), *words)

    assert ended.exit_code == 2
    assert said in ended.output
    assert not (tmp_path / "out").exists()


def test_without_a_database_nothing_is_made_and_the_exit_is_1(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    ended = scrapy("export", "-O", str(tmp_path / "out"))

    assert ended.exit_code == 1
    assert f"there is no database {ended.data}/qingyuan.db" in ended.output
    assert not ended.data.exists()


def start(tmp_path: Path, *words: str, limit: int = 0) -> subprocess.Popen[str]:
    """Start an export; with a limit no file may grow over so many bytes, as with a quota."""

    def bound() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "scrapy", "export", "-O", str(tmp_path / "out"), *words],
        cwd=ROOT,
        env={**os.environ, "QINGYUAN_DATA": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=bound,  # noqa: PLW1509 - this process has no threads here
    )


def test_a_killed_export_leaves_no_half_file_and_goes_on(tmp_path: Path) -> None:
    database(tmp_path / "data", rows(200, 5_000))
    out = tmp_path / "out"
    seen: dict[str, int] = {}
    for wait in (0.0, 0.03):
        with start(tmp_path, "--format", "csv") as killed:
            assert killed.stdout is not None
            told = killed.stdout.readline()
            time.sleep(wait)
            os.kill(killed.pid, signal.SIGKILL)
        assert told.startswith("written ")
        for path in out.rglob("*.csv"):
            assert path.read_bytes().count(b"\r\n") == 11  # a head and 10 rows
        kept = {line["path"] for line in manifest(out)}
        assert all((out / path).stat().st_mtime_ns == seen[path] for path in kept & set(seen))
        seen = {path: (out / path).stat().st_mtime_ns for path in kept}

    with start(tmp_path, "--format", "csv") as last:
        output = last.communicate()[0]

    assert last.returncode == 0
    assert f"200 rows in 20 files: {20 - len(seen)} written, {len(seen)} unchanged" in output
    assert len(seen) >= 2
    assert not list(out.rglob("*.part"))


def manifest(out: Path) -> list[dict[str, str]]:
    found = []
    for line in (out / "manifest.jsonl").read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            assert line == ""
    return found


@pytest.mark.parametrize("format_", ["jsonl.zst", "csv", "parquet"])
def test_a_full_disk_is_named_and_leaves_whole_files_only(tmp_path: Path, format_: str) -> None:
    small, large = row(1, "2026-11-01"), row(2, "2026-11-02", text=os.urandom(200_000).hex())
    database(tmp_path / "data", [small, large])

    with start(tmp_path, "--format", format_, limit=100_000) as ended:
        output = ended.communicate()[0]

    assert ended.returncode == 1
    assert f"cannot write {tmp_path}/out/qcdy/2026-11-02.{format_}: File too large" in output
    assert "Traceback" not in output
    names = sorted(p.name for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert names == [f"2026-11-01.{format_}", "manifest.jsonl"]


def test_parquet_without_its_library_says_what_to_install(tmp_path: Path) -> None:
    database(tmp_path / "data", rows(1))
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from scrapy.cmdline import execute\n"
        f"execute(['scrapy', 'export', '--format', 'parquet', '-O', {str(tmp_path / 'out')!r}])"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "QINGYUAN_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert "pip install 'pyarrow>=18'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_log_of_a_killed_crawl_is_read(scrapy: Scrapy, tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from crawler.state.db import open_database\n"
        "from tests.stored import add, row\n"
        "Path(sys.argv[1]).mkdir()\n"
        "add(open_database(f'sqlite:///{sys.argv[1]}/qingyuan.db'), [row(1)])\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "data")], cwd=ROOT, check=False)

    ended: Ended = scrapy("export", "-O", str(tmp_path / "out"))

    assert "1 rows in 1 files: 1 written" in ended.output
