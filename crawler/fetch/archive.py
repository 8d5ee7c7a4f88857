"""Keeps every response as sent before anything else looks at it."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.redact import redact_url
from crawler.run import Run
from crawler.state.warc import Recorded, json_or_empty


class ArchiveMiddleware:
    """Appends each response to the run's WARC and notes its pointer in `request.meta`.

    It stands inside HttpCompression, so the body still has its Content-Encoding.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        """Share the run's archive."""
        return cls(Run.of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        """Write the response; raises OSError when the disk refuses, which fails the fetch."""
        if "cached" in response.flags:
            return response
        callback = getattr(request.callback, "__name__", "")
        pointer = self.run.archive.append(
            Recorded(
                url=redact_url(response.url),
                status=response.status,
                headers=[
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, values in response.headers.items()
                    for value in values
                ],
                body=response.body,
                fetched_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                source=self.run.source,
                callback=callback,
                cb_kwargs=json_or_empty(request.cb_kwargs),
                rendered=bool(request.meta.get("playwright")),
            )
        )
        request.meta["archive"] = pointer
        self.run.ledger.archived(pointer)
        return response
