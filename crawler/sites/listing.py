"""Sites whose articles are found through list pages."""

import re
from collections.abc import AsyncIterator

from scrapy.http import Request, Response, TextResponse

from crawler.items import Page
from crawler.sites.base import SourceSpider
from crawler.sites.discovery import find_links
from crawler.state.requests import ONLY_WITH_NEWS


class ListingSpider(SourceSpider):
    """Follows the article links and the next page of each list, found by `find_links`.

    A list is read on while its pages show something new.
    `article_pattern` narrows the links to addresses that match it; `max_pages` bounds how many
    pages of one list are read.
    """

    article_pattern: str | None = None
    max_pages: int = 20

    async def parse(self, response: Response, page: int = 1) -> AsyncIterator[Request | Page]:
        """Ask for the articles of a list page and for the next page."""
        text = _is_text(response)
        found = await self.in_worker(find_links, response.text, response.url) if text else None
        links = [url for url in found.articles if self.is_article(url)] if found else []
        if not links:
            self.logger.warning("no article links on list page %s", response.url)
            self.crawler.stats.inc_value("listing/empty")
        for request in self.linked(response, links, self.parse_article):
            yield request
        if found and found.next and page < self.max_pages:
            for following in self.linked(response, [found.next], self.parse, page=page + 1):
                following.meta[ONLY_WITH_NEWS] = True
                yield following

    def is_article(self, url: str) -> bool:
        """Tell whether the source's own pattern, if any, lets this address through."""
        return self.article_pattern is None or bool(re.search(self.article_pattern, url))


def _is_text(response: Response) -> bool:
    return isinstance(response, TextResponse)
