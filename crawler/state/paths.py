"""Where things lie: a setting, else the environment, else the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from scrapy.settings import BaseSettings


def data_folder(settings: BaseSettings) -> Path:
    """Give the folder of everything embedded: `QINGYUAN_DATA`, else `data`."""
    return Path(_named("QINGYUAN_DATA", settings) or "data")


def database_url(settings: BaseSettings) -> str:
    """Give the database: `QINGYUAN_DATABASE_URL`, else SQLite in the data folder."""
    url = _named("QINGYUAN_DATABASE_URL", settings)
    return url or f"sqlite:///{data_folder(settings) / 'qingyuan.db'}"


def _named(name: str, settings: BaseSettings) -> str | None:
    return settings.get(name) or os.environ.get(name)
