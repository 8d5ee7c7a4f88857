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

from crawler.fetch.failures import class_of, class_of_status
from crawler.fetch.politeness import RetryLater
from crawler.run import Run, pointer_of
from crawler.state.requests import PASSING

GONE = (404, 410)


class NotChangedError(Exception):
    """A page is as it was when it was last read: no spider reads it again."""


class FetchAccounting:
    """The outermost downloader middleware: failed fetches, each under its class."""

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

    def _failed(self, errback: Any, failure: Failure) -> Any:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        pointer, lease = request.meta.get("archive", ""), request.meta.get("lease")
        if isinstance(failure.value, RetryLater) and self.run.frontier is not None:
            self.run.frontier.put_off(lease, failure.value.at)
        if pointer:  # fetched, then refused by a middleware: a bomb, a body that does not inflate
            if self.run.ledger.close(pointer, "failed"):
                count_failed(self.run, class_of(failure.value))
        elif failure.check(IgnoreRequest):  # robots.txt or another rule: never fetched
            self.run.crawler.stats.inc_value("fetch/refused")
            self.run.settled(lease, "refused")
        else:
            self.run.ledger.fail_unfetched(lease)
            count_failed(self.run, class_of(failure.value))
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
        elif response.request is not None and response.request.meta.get("unchanged"):
            self.run.ledger.close(pointer, "unchanged")
            raise NotChangedError(f"{response.url} is as it was")
        elif not 200 <= response.status < 300:
            if self.run.ledger.close(pointer, "failed"):
                count_failed(self.run, class_of_status(response.status))
        else:
            self.run.ledger.read(pointer)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Count the items of a response as they leave."""
        pointer = pointer_of(response)
        try:
            async for output in result:
                if isinstance(output, Request):
                    yield self._counted(response, output)
                else:
                    self.run.ledger.yielded(pointer)
                    yield output
        except Exception:
            self.run.ledger.raised(pointer)
            raise
        finally:
            self.run.ledger.read_through(pointer)

    def _counted(self, response: Response, output: Request) -> Request:
        """Tell the frontier which page a request is from; what is a fetch's own stays with it."""
        if output is response.request:
            output = output.copy()
        for name in PASSING:
            output.meta.pop(name, None)
        lease = response.request.meta.get("lease") if response.request is not None else None
        if lease is not None and self.run.frontier is not None:
            self.run.frontier.expect(lease, output)
        return output

    def process_spider_exception(
        self, response: Response, exception: Exception, spider: Spider | None = None
    ) -> list[Any] | None:
        """Close a response whose callback failed before it yielded anything."""
        if isinstance(exception, NotChangedError):
            return []
        pointer = pointer_of(response)
        self.run.ledger.raised(pointer)
        self.run.ledger.read_through(pointer)
        return None


def count_failed(run: Run, kind: str) -> None:
    """Count a failed fetch under its class."""
    run.crawler.stats.inc_value(f"fetch/failed/{kind}")
