"""Replica sites: five Chinese sites and one drawn by script, on loopback under their own names."""

from tests.web.pages import Served, build
from tests.web.server import WebServer
from tests.web.sites import LAYOUTS, SITES, SiteSpec, feed_url, sitemap_url, start_urls
from tests.web.stories import Truth, truth

__all__ = [
    "LAYOUTS", "SITES", "Served", "SiteSpec", "Truth", "WebServer", "build", "feed_url",
    "sitemap_url", "start_urls", "truth",
]  # fmt: skip
