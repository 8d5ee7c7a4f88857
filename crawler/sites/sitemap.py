"""Sites that publish a sitemap."""

import re

from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap, sitemap_urls_from_robots

from crawler.sites.base import Output, SourceSpider

MAX_SITEMAP_BYTES = 16 * 2**20  # as any response; sitemaps.org allows 50 MB, which none has


class SitemapSpider(SourceSpider):
    """Follows sitemaps and sitemap indexes; its seeds are sitemaps or robots.txt files."""

    article_pattern: str | None = None

    def parse(self, response: Response) -> Output:
        """Ask for the nested sitemaps and for the pages of a sitemap."""
        if response.url.endswith("/robots.txt"):
            named = sitemap_urls_from_robots(response.body, base_url=response.url)
            for url in self.links(named, response):
                yield self.request(url, self.parse)
            return
        body = response.body
        if gzip_magic_number(response):
            body = gunzip(body, max_size=MAX_SITEMAP_BYTES)
        sitemap = Sitemap(body)
        for url in self.links((entry["loc"] for entry in sitemap), response):
            if sitemap.type == "sitemapindex":
                yield self.request(url, self.parse)
            elif self.article_pattern is None or re.search(self.article_pattern, url):
                yield self.request(url, self.parse_article)
