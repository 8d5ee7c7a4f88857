"""Challenge pages are failures, not articles, and the site that sends them wants a pause."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response

from crawler.fetch.politeness import FOR_ROBOTS, Politeness, retry_after
from pipelines.boilerplate.challenges import challenge_of

# The one that a pause cures; the tests that others set are not passed by asking again and again.
PASSING = "rate"


class Challenged(Exception):  # noqa: N818 - says what happened
    """A firewall answered in the place of the site, as often as is tried; `name` is its name."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(f"{url}: a challenge ({name}) in the place of the page")
        self.name = name


class Blocked:
    """The downloader middleware that keeps challenges from the spider; they are in the archive."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for a crawler."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Pause the host and ask again; raises Challenged after the last attempt, RetryLater."""
        name = name_of(response)
        if name is None:
            return response
        self.crawler.stats.inc_value(f"fetch/blocked/{name}")
        if FOR_ROBOTS in request.meta:  # no rules have come: that is no permission
            raise Challenged(request.url, name)
        politeness = Politeness.of(self.crawler)
        politeness.pause(politeness.slot_of(request), retry_after(response))
        again = politeness.ask_again(request, None if name == PASSING else 2)
        if again is None:
            raise Challenged(request.url, name)
        return again


def name_of(response: Response) -> str | None:
    """Name the firewall whose challenge a decoded response is; None for a page."""
    if not isinstance(response, HtmlResponse):
        return None
    headers = (
        f"{name.decode('latin-1')}: {value.decode('latin-1')}"
        for name, values in response.headers.items()
        for value in values
    )
    return challenge_of(response.status, headers, response.text)
