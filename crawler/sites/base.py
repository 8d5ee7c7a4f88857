"""What every source's spider shares: where it starts, and how a response becomes a Page."""

# No `from __future__ import annotations` here: Source reads the annotations as types.
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.http import Request, Response, TextResponse
from twisted.python.failure import Failure

from crawler.fetch.render import browser_meta
from crawler.items import Page
from crawler.redact import redact_url
from crawler.refinery import payload
from crawler.run import Run
from crawler.seeds import SeedError, parse_full, parse_since, read_seeds, shipped_seeds
from crawler.source import Source
from crawler.state.warc import read_pointer
from pipelines.boilerplate.parts import next_part
from pipelines.charset import decode

MOST_PARTS = 20

P = ParamSpec("P")
T = TypeVar("T")
Output = Iterator[Request | Page]


class SourceSpider(Source, scrapy.Spider):
    """A spider that begins at its seeds and yields Pages; `-a seeds=FILE` replaces its list.

    `-a since=2026-05-10` reads again what was first seen from that day on, `-a full=1` all.
    """

    def __init__(
        self,
        *args: Any,
        seeds: str | None = None,
        since: str | None = None,
        full: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.since = None if since is None else parse_since(since)
        self.full = full is not None and parse_full(full)
        try:
            self.start_urls = self.default_seeds() if seeds is None else read_seeds(seeds)
        except SeedError:
            if "replay" not in kwargs:  # which begins at no seeds: they may be in a user's file
                raise
            self.start_urls = []
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

    async def in_worker(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a pure function within a worker's limits; here, where there is no run.

        Raises as `Workers.run` does: a page that is too much for it is a dead letter.
        """
        run = self.crawler.get_extension(Run)
        return (
            await run.workers.run(function, *args, **kwargs) if run else function(*args, **kwargs)
        )

    def linked(
        self,
        response: Response,
        links: Iterable[str],
        callback: Callable[..., Any],
        **cb_kwargs: Any,
    ) -> Iterator[Request]:
        """Ask for what a list, feed or sitemap names.

        What is no http(s) address, or one with a name and a password, costs itself only.
        """
        for link in links:
            try:
                # Not response.urljoin: it heeds a <base>, which in a feed is some page's.
                url = urljoin(response.url, link.strip())
                if urlsplit(url).scheme not in ("http", "https"):
                    self.crawler.stats.inc_value("fetch/closed_door")
                    self.crawler.stats.inc_value("fetch/closed_door/scheme")
                    raise ValueError(f"{url!r} is not an http(s) URL")
                if "@" in urlsplit(url).netloc:
                    raise ValueError("an address with a name or password is not asked for")
                request = self.request(url, callback, **cb_kwargs)
            except ValueError as error:
                self.logger.warning("%s: a link is passed over: %s", response.url, error)
                self.crawler.stats.inc_value("listing/bad_links")
            else:
                yield request

    async def parse_article(
        self, response: Response, first: str = "", parts: list[str] | None = None
    ) -> AsyncIterator[Request | Page]:
        """Yield the response as one Page, or ask for the next page of its article.

        `first` is the address of an article's first page, `parts` points to the pages before this
        one in the archive: the last one is the one that yields.
        """
        if not isinstance(response, TextResponse):
            kind = (response.headers.get("Content-Type") or b"no content type").decode("latin-1")
            self.logger.warning("not text (%s): %s", kind, response.url)
            self.crawler.stats.inc_value("pages/not_text")
            return
        before = parts or []
        pointer = response.meta.get("archive", "")
        following = next_part(response.text, response.url) if pointer else None
        if following and len(before) + 1 < MOST_PARTS:
            arguments = {"first": first or redact_url(response.url), "parts": [*before, pointer]}
            request = self.request(following, self.parse_article, **arguments)
            yield request.replace(errback=self.part_failed, dont_filter=True)
        else:
            yield self.joined(self.page(response), first, before)

    def part_failed(self, failure: Failure) -> Output:
        """Yield what there is of an article where its next page cannot be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self.logger.warning("%s: a further page is missing: %s", request.url, failure.value)
        self.crawler.stats.inc_value("pages/parts_missing")
        *before, last = request.cb_kwargs["parts"]
        yield self.joined(self._archived(last), request.cb_kwargs["first"], before)

    def joined(self, last: Page, first: str, before: list[str]) -> Page:
        """Put the archived pages before the last one of an article, under the first's address."""
        if not before:
            return last
        pages = [*map(self._archived, before), last]
        rest = tuple(page.content for page in pages[1:])
        return replace(pages[0], url=first, parts=rest, fetched_at=last.fetched_at)

    def _archived(self, pointer: str) -> Page:
        record = read_pointer(Run.of(self.crawler).archive.folder, pointer)
        decoded = decode(payload(record), record.content_type())
        return Page(
            url=record.url,
            content=decoded.text,
            source=self.name,
            fetched_at=record.fetched_at,
            encoding=decoded.encoding,
            archive=pointer,
        )

    def page(self, response: TextResponse) -> Page:
        """Make a Page of a decoded response."""
        return Page(
            url=redact_url(response.url),
            content=response.text,
            source=self.name,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            encoding=response.encoding,
            archive=response.meta.get("archive", ""),
        )
