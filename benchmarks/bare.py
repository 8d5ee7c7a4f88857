"""Bare Scrapy: the URL and title of each article that the lists link to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Request, Response


class Bare(scrapy.Spider):
    """Starts at the URLs of a file, one a line."""

    name = "bare"

    def __init__(self, seeds: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_urls = Path(seeds).read_text().split()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the lists."""
        for url in self.start_urls:
            yield Request(url)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request]:
        """Follow the links of a list."""
        for path in response.css("ul.list a::attr(href)").getall():
            yield Request(response.urljoin(path), callback=self.parse_article)

    def parse_article(self, response: Response) -> Iterator[dict[str, str | None]]:
        """Give URL and title."""
        yield {"url": response.url, "title": response.css("title::text").get()}
