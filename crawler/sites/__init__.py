"""Base spiders: how articles are found on a site."""

from crawler.sites.base import SourceSpider
from crawler.sites.feed import FeedSpider
from crawler.sites.listing import ListingSpider
from crawler.sites.sitemap import SitemapSpider
from crawler.source import Expect

__all__ = ["Expect", "FeedSpider", "ListingSpider", "SitemapSpider", "SourceSpider"]
