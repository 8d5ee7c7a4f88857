"""Serves a crawl from the archive instead of the network."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from crawler.run import Run
from crawler.state.templates import TemplateStore
from crawler.state.warc import ArchiveError, Recorded, read_pointer, read_responses
from pipelines.boilerplate.memory import Kept

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
    "SPIDER_MIDDLEWARES": {
        "crawler.replay.ReplayStart": 3,
        "crawler.replayed.ReplayedItems": 4,
    },
    "EXTENSIONS": {
        "crawler.fetch.quiet.QuietHours": None,
        "crawler.fetch.identity.Identity": None,
    },
    "ROBOTSTXT_OBEY": False,
    "RETRY_ENABLED": False,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
}


class ReplayStart:
    """A spider middleware that starts from the spider's `replay` records."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReplayStart:
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


class ReplayMiddleware:
    """A downloader middleware that answers each request from the archive."""

    def __init__(self, run: Run) -> None:
        self.run = run
        # Before the pipelines are made: they take the run's templates then.
        run.templates = FrozenTemplates(run.data / "templates")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReplayMiddleware:
        """Share the run."""
        return cls(Run.of(crawler))

    def process_request(self, request: Request) -> Response:
        """Answer from the archive; raises ArchiveError where the record cannot be read."""
        pointer = request.meta["replay"]
        record = read_pointer(self.run.archive.folder, pointer)
        self.run.replayed.add(pointer)
        self.run.ledger.archived(pointer)
        request.meta["archive"] = pointer
        request.meta["replayed_at"] = record.fetched_at
        return to_response(record)


class FrozenTemplates(TemplateStore):
    """What is known of the sites, and nothing learnt: same bytes in, same bytes out."""

    def learn(self, page: Kept | None) -> None:
        """Learn nothing: what a page is read with must not depend on those read before it."""


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

    Of several responses of a URL the last one counts: an older text must not take the place of a
    newer one. Pointers become relative to the archive's folder where the file lies in it. What
    cannot be read is named in `problems`; what stands before it is kept.
    """
    found: dict[str, dict[tuple[str, str], Recorded]] = defaultdict(dict)
    for path in paths:
        try:
            for record in read_responses(path.resolve()):
                if not is_document(record):
                    continue
                documents = found[record.source or GENERIC_SOURCE]
                key = (record.url, record.callback)
                if key not in documents or documents[key].fetched_at <= record.fetched_at:
                    documents[key] = _light(record, folder)
        except ArchiveError as error:
            problems.append(str(error))
    return {source: list(documents.values()) for source, documents in found.items()}


@contextmanager
def scratch(data: Path) -> Iterator[dict[str, Any]]:
    """Give the settings of a replay that leaves nothing behind.

    It reads the archive and the templates, and writes to a folder that is removed.
    """
    with tempfile.TemporaryDirectory(prefix="qingyuan-") as name:
        for shared in ("archive", "templates"):
            (Path(name) / shared).symlink_to((data / shared).resolve(), target_is_directory=True)
        yield {
            "QINGYUAN_DATA": name,
            "QINGYUAN_DATABASE_URL": f"sqlite:///{name}/qingyuan.db",
            "FEEDS": {},
        }


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
