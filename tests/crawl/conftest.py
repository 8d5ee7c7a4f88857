"""Crawls of the replica sites, each in a process of its own as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.demo import PORT_VARIABLE, SETTINGS
from crawler.state.db import articles, dead_letters, open_database, quarantine, runs

# Each replica site has a challenge page, for which its host pauses twice.
REPLICAS = SETTINGS | {"QINGYUAN_BACKOFF": "0.5"}
ROOT = Path(__file__).resolve().parents[2]
TABLES = {table.name: table for table in (articles, quarantine, dead_letters, runs)}


@dataclass(frozen=True)
class Ended:
    """What a `scrapy` command left behind."""

    exit_code: int
    output: str
    data: Path

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Give the rows of a table of the run's database."""
        engine = open_database(f"sqlite:///{self.data / 'qingyuan.db'}")
        with engine.connect() as connection:
            found = [dict(row._mapping) for row in connection.execute(select(TABLES[table]))]
        engine.dispose()
        return found

    def outcomes(self) -> dict[str, int]:
        """Give the outcomes of the latest run."""
        return dict(self.rows("runs")[-1]["outcomes"])


Scrapy = Callable[..., Ended]


@pytest.fixture
def scrapy(tmp_path: Path) -> Scrapy:
    """Run `scrapy WORDS…` in the project with the demo's settings and a data folder of its own."""

    def run(
        *words: str,
        port: int = 0,
        settings: dict[str, str] | None = None,
        cwd: Path = ROOT,
        environment: dict[str, str] | None = None,
    ) -> Ended:
        data = tmp_path / "data"
        # To start a worker takes as long as most of these crawls; who tests workers asks for them.
        values = {"QINGYUAN_WORKERS": "0"} | (REPLICAS if port else {}) | (settings or {})
        options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
        ended = subprocess.run(
            [sys.executable, "-m", "scrapy", *words, *options],
            cwd=cwd,
            env={k: v for k, v in os.environ.items() if k != "SCRAPY_SETTINGS_MODULE"}
            | {"QINGYUAN_DATA": str(data), PORT_VARIABLE: str(port)}
            | (environment or {}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout + ended.stderr, data)

    return run


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
