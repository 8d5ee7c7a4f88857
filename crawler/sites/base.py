"""What every source's spider shares: where it starts, and how a response becomes a Page."""

# No `from __future__ import annotations` here: Source reads the annotations as types.
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Request, Response, TextResponse

from crawler.fetch.render import browser_meta
from crawler.items import Page
from crawler.seeds import read_seeds, shipped_seeds
from crawler.source import Source

Output = Iterator[Request | Page]


class SourceSpider(Source, scrapy.Spider):
    """A spider that begins at its seeds and yields Pages; `-a seeds=FILE` replaces its list."""

    def __init__(self, *args: Any, seeds: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.start_urls = read_seeds(seeds) if seeds else self.default_seeds()
        hosts = (urlsplit(url).hostname for url in self.start_urls)
        self.allowed_domains = self.allowed_domains or [host for host in hosts if host]

    def default_seeds(self) -> list[str]:
        """Give the start URLs of a run without arguments; raises SeedError."""
        return shipped_seeds(self.name)

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every seed."""
        for url in self.start_urls:
            yield self.request(url, self.parse)

    def request(self, url: str, callback: Callable[..., Any], **cb_kwargs: Any) -> Request:
        """Ask for a URL in the way this source is rendered."""
        meta = browser_meta() if self.render == "browser" else {}
        return Request(url, callback=callback, cb_kwargs=cb_kwargs, meta=meta)

    def parse_article(self, response: Response) -> Output:
        """Yield the response as one Page."""
        if isinstance(response, TextResponse):
            yield self.page(response)
        else:
            kind = (response.headers.get("Content-Type") or b"no content type").decode("latin-1")
            self.logger.warning("not text (%s): %s", kind, response.url)
            self.crawler.stats.inc_value("pages/not_text")

    def page(self, response: TextResponse) -> Page:
        """Make a Page of a decoded response."""
        return Page(
            url=response.url,
            content=response.text,
            source=self.name,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            encoding=response.encoding,
            archive=response.meta.get("archive", ""),
        )
