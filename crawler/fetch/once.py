"""Fetches a few URLs through the guarded downloader, outside any run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import scrapy
from scrapy.http import Request, Response
from twisted.python.failure import Failure

# Decoding stays on: the spider sees what a source's spider would see.
_WITHOUT_RUN: dict[str, Any] = {
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "EXTENSIONS": {"crawler.run.Run": None, "crawler.progress.Progress": None},
    "QINGYUAN_THROTTLE_TIMES": 1,  # a 429 too is an answer
    "QINGYUAN_ROBOTS_PATIENCE": 15.0,
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.accounting.FetchAccounting": None,
        "crawler.fetch.conditional.ConditionalMiddleware": None,
        "crawler.fetch.archive.ArchiveMiddleware": None,
        "crawler.fetch.blocked.Blocked": None,  # what a challenge looks like is shown
    },
    "SPIDER_MIDDLEWARES": {"crawler.fetch.accounting.OutputAccounting": None},
    "ITEM_PIPELINES": {
        "pipelines.charset.pipeline.CharsetPipeline": None,
        "pipelines.boilerplate.pipeline.BoilerplatePipeline": None,
        "pipelines.quality.pipeline.QualityPipeline": None,
        "pipelines.dedup.pipeline.DedupPipeline": None,
        "pipelines.store.StorePipeline": None,
    },
    "LOG_LEVEL": "CRITICAL",  # failures are told in words
}


class _Once(scrapy.Spider):
    name = "once"

    def __init__(self, urls: Sequence[str], into: dict[str, Response | str], meta: dict[str, Any]):
        super().__init__()
        self.urls, self.into, self.extra = urls, into, meta

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(
                url,
                callback=self.keep,
                errback=self.failed,
                meta={"handle_httpstatus_all": True, "asked": url, **self.extra},
                dont_filter=True,
            )

    def keep(self, response: Response) -> None:
        self.into[response.meta["asked"]] = response

    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        self.into[request.meta["asked"]] = f"{type(failure.value).__name__}: {failure.value}"


def fetch(
    process: Any,
    urls: Sequence[str],
    spider_settings: dict[str, Any] | None = None,
    meta: dict[str, Any] | None = None,
) -> dict[str, Response | str]:
    """Give for each URL its response, of any status, or the failure in words.

    It starts and ends the process's reactor: one call a process.
    """
    found: dict[str, Response | str] = dict.fromkeys(urls, "not fetched")
    spider = type("_Once", (_Once,), {"custom_settings": (spider_settings or {}) | _WITHOUT_RUN})
    process.crawl(spider, urls=urls, into=found, meta=meta or {})
    process.start()
    return found
