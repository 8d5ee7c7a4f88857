"""Keeps every response as sent before anything else looks at it."""

from __future__ import annotations

import errno
import logging
from datetime import UTC, datetime

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.redact import redact_kept, redact_url
from crawler.run import Run
from crawler.state.warc import ArchiveError, Known, Recorded, json_or_empty

logger = logging.getLogger(__name__)

# A disk, a quota and a limit on the size of a file are full in the same way.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class ArchiveMiddleware:
    """Appends each response to the run's WARC and notes its pointer in `request.meta`.

    It stands inside HttpCompression, so the body still has its Content-Encoding.
    `request.meta["archive_known"]`, four strings, says where the URL's payload lay when it was last
    fetched, and then where it lies now; see crawler.state.warc.Known.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.run = Run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        """Share the run's archive."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Write the response; what cannot be written fails the fetch, and a full disk the run.

        Raises OSError and ArchiveError.
        """
        if "cached" in response.flags:
            return response
        record = self._record(request, response)
        former = request.meta.pop("archive_known", None)
        try:
            pointer = self.run.archive.append(record, Known(*former) if former else None)
        except (OSError, ArchiveError) as error:
            self._refused(error, response.url)
            raise
        request.meta["archive"] = pointer
        if known := self.run.archive.known(response.url):
            request.meta["archive_known"] = list(known)
        self.run.ledger.archived(pointer, request.meta.get("lease"))
        if not request.meta.get("scheduled"):  # robots.txt and the like: no spider will read it
            self.run.ledger.pass_on(pointer)
        return response

    def _record(self, request: Request, response: Response) -> Recorded:
        return Recorded(
            url=redact_url(response.url),
            status=response.status,
            headers=[
                (name.decode("latin-1"), redact_url(value.decode("latin-1")))
                for name, values in response.headers.items()
                for value in values
            ],
            body=response.body,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            source=self.run.source,
            callback=getattr(request.callback, "__name__", ""),
            cb_kwargs=json_or_empty(redact_kept(request.cb_kwargs)),
            rendered=bool(request.meta.get("playwright")),
        )

    def _refused(self, error: OSError | ArchiveError, url: str) -> None:
        """Say why the run fails; without an archive there is nothing to go on for."""
        full = isinstance(error, OSError) and error.errno in FULL
        cause = f"{'disk full' if full else 'the archive cannot be written'}: {error}"
        logger.critical("%s is not kept: %s", url, cause)
        if isinstance(error, OSError):
            self.run.stop(cause)
        elif cause not in self.run.reasons:
            self.run.reasons.append(cause)
