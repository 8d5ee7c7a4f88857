"""Recorded pages as tests: one for the number of results, one per field of each result."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import time_machine
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from crawler.fixtures import expected, load


class RecordedPage(pytest.File):
    """One fixture folder; its results are worked out once, with the clock at its recording."""

    @cached_property
    def results(self) -> list[dict[str, Any]]:
        """What the source makes of the page now."""
        folder, source = self.path.parent, self.path.parent.parent.name
        spiders = SpiderLoader.from_settings(get_project_settings())
        fixture = load(folder, spiders.load(source))
        with time_machine.travel(fixture.recorded_at, tick=False):
            return fixture.results()

    def collect(self) -> Iterator[pytest.Item]:
        """Give the tests of the page."""
        wanted = expected(self.path.parent)
        yield FieldTest.from_parent(self, name="count", pick=len, wanted=len(wanted))
        for index, fields in enumerate(wanted):
            for field, value in fields.items():
                yield FieldTest.from_parent(
                    self, name=f"{index}.{field}", pick=_picker(index, field), wanted=value
                )
            yield FieldTest.from_parent(
                self, name=f"{index}.fields", pick=_names(index), wanted=sorted(fields)
            )


class FieldTest(pytest.Item):
    """One expectation."""

    def __init__(self, *, pick: Any, wanted: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pick, self.wanted = pick, wanted

    def runtest(self) -> None:
        """Compare."""
        page = self.parent
        assert isinstance(page, RecordedPage)
        found = self.pick(page.results)
        assert found == self.wanted

    def repr_failure(self, excinfo: Any, style: Any = None) -> str:
        """Say what differs and how to accept it."""
        where = Path(self.path).parent
        return f"{where}: {self.name}\n{super().repr_failure(excinfo, style)}\n"


def _picker(index: int, field: str) -> Any:
    return lambda results: results[index].get(field) if index < len(results) else None


def _names(index: int) -> Any:
    return lambda results: sorted(results[index]) if index < len(results) else None
