"""Asks for a known page only if it has changed, and sees by its bytes whether it has."""

from __future__ import annotations

import json
from typing import Any

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.run import Run

VALIDATORS = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}


class ConditionalMiddleware:
    """Sends a page's validators (RFC 9110, 13.1) and marks what came back the same."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ConditionalMiddleware:
        """Share the run's frontier."""
        return cls(Run.of(crawler))

    def process_request(self, request: Request) -> None:
        """Add the validators of the page's last visit."""
        for name, header in VALIDATORS.items():
            if value := request.meta.get("visited", {}).get(name):
                request.headers.setdefault(header, value)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note what this visit showed; mark the page where it is as it was."""
        lease = self.run.frontier and self.run.frontier.held.get(request.meta.get("lease", 0))
        if not lease:
            return response
        archived = request.meta.get("archive_known")
        if response.status == 304:
            # Where nothing was asked that it could be an answer to, it says nothing of the page.
            request.meta["unchanged"] = any(name in request.headers for name in VALIDATORS.values())
        elif response.status == 200 and archived:
            # By the bytes: many sites send a new date with the same page.
            former = json.loads(lease.row["archived"]) if "visited" in request.meta else []
            request.meta["unchanged"] = archived[:2] == former[:2]
            lease.visit = {"archived": json.dumps(archived)} | _validators(request, response)
        return response


def _validators(request: Request, response: Response) -> dict[str, Any]:
    if request.meta.get("redirect_urls"):  # they are another address's
        return dict.fromkeys(VALIDATORS)
    found = {"etag": response.headers.get("ETag"), "last_modified": None}
    found["last_modified"] = response.headers.get("Last-Modified")
    return {name: value.decode("latin-1") if value else None for name, value in found.items()}
