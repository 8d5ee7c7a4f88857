"""A spider that asks for the addresses of a file and reads nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import scrapy
from scrapy.http import Request, Response


class Asking(scrapy.Spider):
    name = "asking"

    def __init__(self, urls: str) -> None:
        super().__init__()
        self.urls = Path(urls).read_text().split()

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url)

    def parse(self, response: Response) -> None:
        pass
