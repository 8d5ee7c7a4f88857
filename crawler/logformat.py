"""Log lines that name a document instead of printing it."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class ShortLogFormatter(LogFormatter):
    """Scrapy's own lines dump the whole item: log volume is what fills a scrapyd disk."""

    def scraped(
        self, item: Any, response: Response | Failure | None, spider: Any
    ) -> LogFormatterResult:
        """Name the item."""
        return _line(logging.DEBUG, "scraped %(url)s", item, response)

    def dropped(
        self, item: Any, exception: BaseException, response: Any, spider: Any
    ) -> LogFormatterResult:
        """Name the item and why it was dropped."""
        return _line(logging.INFO, "quarantined %(url)s: %(why)s", item, response, exception)

    def item_error(
        self, item: Any, exception: BaseException, response: Any, spider: Any
    ) -> LogFormatterResult:
        """Name the item; the traceback follows."""
        return _line(logging.ERROR, "a stage failed on %(url)s: %(why)s", item, response, exception)


def _line(
    level: int, message: str, item: Any, response: Any, why: BaseException | None = None
) -> LogFormatterResult:
    url = getattr(item, "url", "") or getattr(response, "url", "")
    return {"level": level, "msg": message, "args": {"url": url, "why": why}}
