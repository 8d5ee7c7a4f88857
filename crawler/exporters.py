"""Feeds in formats that a person opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapy.exporters import CsvItemExporter
from scrapy.item import Field

from crawler.spreadsheet import safe_cell


class SafeCsvItemExporter(CsvItemExporter):
    """Scrapy's CSV, in which no cell is a formula."""

    def serialize_field(self, field: Mapping[str, Any] | Field, name: str, value: Any) -> Any:
        """Give the cell of a value."""
        cell = super().serialize_field(field, name, value)
        return safe_cell(cell) if isinstance(cell, str) else cell
