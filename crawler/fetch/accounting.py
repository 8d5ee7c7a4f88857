"""Tells the ledger what becomes of each fetch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.run import Run, pointer_of

GONE = (404, 410)


class FetchAccounting:
    """The outermost downloader middleware: failed fetches, and those that only served the crawl."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FetchAccounting:
        """Share the run's ledger."""
        return cls(Run.of(crawler))

    def process_request(self, request: Request) -> None:
        """Make sure that a failure is counted, before the request's own errback sees it."""
        if not request.meta.get("scheduled") and (pointer := request.meta.pop("archive", None)):
            self.run.ledger.pass_on(pointer)  # robots.txt was redirected or is tried again
        errback = request.errback
        if not (isinstance(errback, partial) and errback.func == self._failed):
            request.errback = partial(self._failed, errback)

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass on what no spider will read: robots.txt and other requests outside the scheduler."""
        if not request.meta.get("scheduled"):
            self.run.ledger.pass_on(request.meta.get("archive", ""))
        return response

    def _failed(self, errback: Any, failure: Failure) -> Any:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        pointer = request.meta.get("archive", "")
        if pointer:  # fetched, then refused by a middleware: a bomb, a body that does not inflate
            self.run.ledger.close(pointer, "failed")
        elif failure.check(IgnoreRequest):  # robots.txt or another rule: never fetched
            self.run.crawler.stats.inc_value("fetch/refused")
        else:
            self.run.ledger.fail_unfetched()
        return errback(failure) if errback else failure


class OutputAccounting:
    """The outermost spider middleware: what came out of each response."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OutputAccounting:
        """Share the run's ledger."""
        return cls(Run.of(crawler))

    def process_spider_input(self, response: Response) -> None:
        """Open a response that a spider will read; close one that it will not."""
        pointer = pointer_of(response)
        if not pointer:
            return
        if response.status in GONE:
            self.run.ledger.close(pointer, "gone")
        elif not 200 <= response.status < 300:
            self.run.ledger.close(pointer, "failed")
        else:
            self.run.ledger.read(pointer)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Count the items of a response as they leave."""
        pointer = pointer_of(response)
        try:
            async for output in result:
                if not isinstance(output, Request):
                    self.run.ledger.yielded(pointer)
                yield output
        except Exception:
            self.run.ledger.raised(pointer)
            raise
        finally:
            self.run.ledger.read_through(pointer)

    def process_spider_exception(
        self, response: Response, exception: Exception, spider: Spider | None = None
    ) -> None:
        """Close a response whose callback failed before it yielded anything."""
        pointer = pointer_of(response)
        self.run.ledger.raised(pointer)
        self.run.ledger.read_through(pointer)
