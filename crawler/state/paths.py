"""Where things lie, from the settings."""

from __future__ import annotations

from pathlib import Path

from scrapy.settings import BaseSettings


def data_folder(settings: BaseSettings) -> Path:
    """Give the folder of everything embedded: `QINGYUAN_DATA`, else `data`."""
    return Path(settings.get("QINGYUAN_DATA") or "data")


def database_url(settings: BaseSettings) -> str:
    """Give the database: `QINGYUAN_DATABASE_URL`, else SQLite in the data folder."""
    url = settings.get("QINGYUAN_DATABASE_URL")
    return str(url or f"sqlite:///{data_folder(settings) / 'qingyuan.db'}")
