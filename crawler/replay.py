"""Serves a crawl from the archive instead of the network, and lets no new request out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from crawler.run import Run
from crawler.state.warc import ArchiveError, Recorded, read_pointer, read_responses

GENERIC_SOURCE = "site"

# What a replayed crawl does otherwise than a real one: it asks nobody and waits for nobody.
SETTINGS: dict[str, Any] = {
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.conditional.ConditionalMiddleware": None,
        "crawler.fetch.archive.ArchiveMiddleware": None,
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "crawler.fetch.blocked.Blocked": None,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
        "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
        "crawler.replay.ReplayMiddleware": 960,
    },
    "SPIDER_MIDDLEWARES": {"crawler.replay.ReplayMiddleware": 4},
    "EXTENSIONS": {
        "crawler.fetch.quiet.QuietHours": None,
        "crawler.fetch.identity.Identity": None,
    },
    "ROBOTSTXT_OBEY": False,
    "RETRY_ENABLED": False,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
}


class ReplayMiddleware:
    """Starts from the spider's `replay` pointers; answers each from the archive."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.run = Run.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReplayMiddleware:
        """Build for a crawler."""
        return cls(crawler)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Give a request for each recorded response, in place of the source's own start."""
        spider: Any = self.crawler.spider
        for record in spider.replay:
            callback = getattr(spider, record.callback, None) or spider.parse_article
            yield Request(
                record.url,
                callback=callback,
                cb_kwargs=json.loads(record.cb_kwargs),
                meta={"replay": record.pointer},
                dont_filter=True,
            )

    def process_request(self, request: Request) -> Response:
        """Answer from the archive; raises ArchiveError where the record cannot be read."""
        pointer = request.meta["replay"]
        record = read_pointer(self.run.archive.folder, pointer)
        self.run.replayed.add(pointer)
        self.run.ledger.archived(pointer)
        request.meta["archive"] = pointer
        return to_response(record)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Let items through and no requests."""
        async for output in result:
            if not isinstance(output, Request):
                yield output


def to_response(record: Recorded) -> Response:
    """Make the response that the recorded one was."""
    headers = Headers()
    for name, value in record.headers:
        headers.appendlist(name, value)
    if record.rendered:  # a browser hands over the text that it rendered, no longer encoded
        headers.pop("Content-Encoding", None)
    cls = responsetypes.from_args(headers=headers, url=record.url, body=record.body)
    return cls(url=record.url, status=record.status, headers=headers, body=record.body)


def is_document(record: Recorded) -> bool:
    """Tell whether a spider read this response: no robots.txt, no redirect, no error."""
    return 200 <= record.status < 300 and record.callback != "NO_CALLBACK"


def by_source(
    paths: Sequence[Path], folder: Path, problems: list[str]
) -> dict[str, list[Recorded]]:
    """Group the documents of archives by source, without their bodies.

    Pointers become relative to the archive's folder where the file lies in it. What cannot be
    read is named in `problems`; what stands before it is kept.
    """
    found: dict[str, list[Recorded]] = defaultdict(list)
    for path in paths:
        try:
            for record in read_responses(path.resolve()):
                if is_document(record):
                    found[record.source or GENERIC_SOURCE].append(_light(record, folder))
        except ArchiveError as error:
            problems.append(str(error))
    return found


def at_pointers(folder: Path, pointers: Iterable[str], problems: list[str]) -> Iterator[Recorded]:
    """Give the documents at pointers, without their bodies; what cannot be read is a problem."""
    for pointer in dict.fromkeys(pointers):
        try:
            yield _light(read_pointer(folder, pointer), folder)
        except ArchiveError as error:
            problems.append(str(error))


def _light(record: Recorded, folder: Path) -> Recorded:
    name, _, offset = record.pointer.rpartition("#")
    path = (folder / name).resolve()
    if path.is_relative_to(folder.resolve()):
        name = str(path.relative_to(folder.resolve()))
    else:
        name = str(path)
    return record.located(f"{name}#{offset}")
