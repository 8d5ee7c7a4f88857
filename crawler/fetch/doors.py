"""Closed doors: schemes, sites and ways out that no request takes, and a crawl without a guard."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import (
    BaseRedirectMiddleware,
    MetaRefreshMiddleware,
    RedirectMiddleware,
)
from scrapy.exceptions import CannotResolveHostError, CloseSpider, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import load_object
from scrapy.utils.python import global_object_name

from crawler.fetch.guard import GuardedResolver, allowed_addresses
from crawler.sites.linkblocks import site_of

logger = logging.getLogger(__name__)

SCHEMES = frozenset({"http", "https"})
# Servers send one coding, some two by mistake; each further one is another inflation to 16 MiB.
MOST_CODINGS = 2
WITHIN = "redirected_within"  # in a request's meta: its `allow_offsite` is ours, not a spider's
# Handlers that connect through Twisted's reactor, and so to what the guard resolved. Judged by the
# module of the very class: scrapy-impersonate's inherits from Scrapy's and connects by itself.
GUARDED_HANDLERS = (
    "crawler.fetch.",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.downloader.handlers.http2",
)


class ClosedDoorError(IgnoreRequest):
    """A request was not sent: where it leads, no crawl may go."""


class Doors:
    """The outer door: only http and https, and no crawl at all where the guard would not hold."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._told: set[str] = set()
        crawler.signals.connect(self._opened, signals.spider_opened)
        # Before the scheduler keeps it; requests beside the scheduler pass `process_request`.
        crawler.signals.connect(self.process_request, signals.request_scheduled)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Doors:
        """Build for a crawler."""
        return cls(crawler)

    def _opened(self) -> None:
        if problem := unguarded(self.crawler):
            raise CloseSpider(problem)
        if not self.crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
            logger.warning("certificates are not verified: anybody on the way can change a page")

    def process_request(self, request: Request) -> None:
        """Refuse another scheme, and an address without a host; raises ClosedDoorError."""
        url = urlparse_cached(request)
        scheme = url.scheme
        if scheme in SCHEMES and url.hostname:
            return
        if scheme not in self._told:
            self._told.add(scheme)
            logger.warning("closed door, told once a scheme: %s", request.url[:200])
        raise closed(self.crawler, "scheme", request.url)


class LastDoor:
    """The inner door: no proxy unless allowed, and no body behind many layers of compression."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.proxies = crawler.settings.getbool("QINGYUAN_ALLOW_PROXY")
        self.verified = crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LastDoor:
        """Build for a crawler."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Refuse what a proxy would resolve out of the guard's sight; raises ClosedDoorError."""
        if not request.meta.get("proxy"):
            return
        if not self.proxies:
            logger.error("%s would go through a proxy: set QINGYUAN_ALLOW_PROXY", request.url)
            raise closed(self.crawler, "proxy", request.url)
        if request.meta.get("playwright"):  # it would go past the proxy, unasked
            logger.error("%s would go through a proxy: the browser uses none", request.url)
            raise closed(self.crawler, "proxy", request.url)
        host = urlparse_cached(request).hostname or ""
        if not await allowed_addresses(host):
            raise closed(self.crawler, "address", request.url)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Name a refusal of the guard, which else looks like an unknown host and is retried."""
        from twisted.internet import reactor

        if isinstance(exception, CannotResolveHostError):
            guard = reactor.nameResolver
            host = urlparse_cached(request).hostname or ""
            if isinstance(guard, GuardedResolver) and host.rstrip(".") in guard.refused:
                raise closed(self.crawler, "address", request.url) from exception

    def process_response(self, request: Request, response: Response) -> Response:
        """Count what came unverified; raises IgnoreRequest for a body in many codings."""
        if not self.verified and urlparse_cached(request).scheme == "https":
            self.crawler.stats.inc_value("fetch/tls_unverified")
        codings = b",".join(response.headers.getlist("Content-Encoding")).count(b",") + 1
        if codings > MOST_CODINGS:
            self.crawler.stats.inc_value("fetch/over_limit/codings")
            raise IgnoreRequest(f"{response.url}: a body in {codings} content codings")
        return response


class _OwnSite(BaseRedirectMiddleware):
    """Follows a redirect within a registered domain, or to a domain that the source owns."""

    def _build_redirect_request(
        self, source_request: Request, response: Response, *, url: str, **kwargs: Any
    ) -> Request:
        if urlsplit(url).scheme not in SCHEMES:  # Scrapy leaves these where they are, uncounted
            closed(self.crawler, "scheme", url)
        return super()._build_redirect_request(source_request, response, url=url, **kwargs)

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        stay_on_site(self.crawler, request, redirected.url)
        # www.example.com is not in the domain www2.example.com for Scrapy.
        if not _asked_off_site(request) and _same_site(request.url, redirected.url):
            redirected.meta.update({"allow_offsite": True, WITHIN: True})
        return super()._redirect(redirected, request, reason)


class OwnSiteRedirect(_OwnSite, RedirectMiddleware):
    """Scrapy's redirects, within the site."""


class OwnSiteMetaRefresh(_OwnSite, MetaRefreshMiddleware):
    """Scrapy's `<meta http-equiv="refresh">`, within the site."""


def stay_on_site(crawler: Crawler, request: Request, url: str) -> None:
    """Refuse that a request goes on at an address of another site; raises ClosedDoorError."""
    host = urlsplit(url).hostname or ""
    domains = getattr(crawler.spider, "allowed_domains", None) or ()
    owned = not domains or any(host == x or host.endswith(f".{x}") for x in domains)
    if not (owned or _same_site(request.url, url) or _asked_off_site(request)):
        raise closed(crawler, "redirect", url)


def _same_site(one: str, other: str) -> bool:
    return site_of(urlsplit(one).hostname or "") == site_of(urlsplit(other).hostname or "")


def _asked_off_site(request: Request) -> bool:
    return bool(request.meta.get("allow_offsite")) and not request.meta.get(WITHIN)


def closed(crawler: Crawler, kind: str, url: str) -> ClosedDoorError:
    """Count a closed door, `scheme`, `address`, `proxy` or `redirect`, and give the error."""
    crawler.stats.inc_value("fetch/closed_door")
    crawler.stats.inc_value(f"fetch/closed_door/{kind}")
    return ClosedDoorError(f"closed door ({kind}): {url[:200]}")


def unguarded(crawler: Crawler) -> str | None:
    """Say why the guard would not hold in this crawl, naming the setting; None where it holds."""
    settings = crawler.settings
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    for scheme in sorted(SCHEMES):
        if handlers[scheme] is None:
            continue
        try:
            name = global_object_name(load_object(handlers[scheme]))
        except (ImportError, NameError, ValueError) as error:
            return f"DOWNLOAD_HANDLERS: {handlers[scheme]} for {scheme}: {error}"
        if not name.startswith(GUARDED_HANDLERS):
            return f"DOWNLOAD_HANDLERS: {name} for {scheme} resolves names past the guard"
    from twisted.internet import reactor

    if not isinstance(reactor.nameResolver, GuardedResolver):
        found = global_object_name(type(reactor.nameResolver))
        return f"TWISTED_DNS_RESOLVER: {found} is no GuardedResolver; only the project can set it"
    return None
