"""Any site, with no source file: `scrapy crawl site -a url=http://…`."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Request, Response

from crawler.items import Page
from crawler.seeds import SeedError, check_url
from crawler.sites.listing import ListingSpider


class Site(ListingSpider):
    """Reads the given page as a list, and as an article where it lists nothing."""

    name = "site"
    title = "任意网站"
    family = "portal"

    def __init__(self, *args: Any, url: str | None = None, **kwargs: Any) -> None:
        self.url = url
        super().__init__(*args, **kwargs)

    @property
    def frontier_key(self) -> str:
        """Keep the frontiers of different sites apart."""
        return f"site:{urlsplit(self.start_urls[0]).netloc.lower()}"

    def default_seeds(self) -> list[str]:
        """Give the URL of the command line; raises SeedError without one."""
        if not self.url:
            raise SeedError("source 'site' needs -a url=http://… or -a seeds=FILE")
        check_url(self.url, "-a url")
        return [self.url]

    async def parse(self, response: Response, page: int = 1) -> AsyncIterator[Request | Page]:
        """Follow what the page lists; a page that lists nothing may be the article itself."""
        outputs = [output async for output in super().parse(response, page)]
        for output in outputs:
            yield output
        if not outputs:
            async for output in self.parse_article(response):
                yield output
