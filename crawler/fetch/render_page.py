"""One page in the browser: a context of its own, budgets of bytes, and the response at the end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    Route,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as BrowserRequest
from playwright.async_api import Response as BrowserResponse
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
)
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from crawler.fetch.browser import BrowserDiedError
from crawler.fetch.proxy import Pass

UNWANTED = frozenset({"image", "font", "media", "ping"})
RENDERED_TYPES = ("", "text/html", "application/xhtml+xml")
CONTENT_TRIES = 3

# The body is no longer as it was sent.
_NO_LONGER_TRUE = frozenset({"content-encoding", "content-length", "transfer-encoding"})
# Cookie and Authorization stay here: Chromium would carry them along a redirect to another host.
_BROWSERS_OWN = frozenset({"accept-encoding", "authorization", "cookie", "host", "user-agent"})
_GONE = ("has been closed", "crashed", "Connection closed", "Target closed")


class RenderedPage:
    """Renders one request; `ended` holds the error of a page that must not go on."""

    def __init__(self, request: Request, settings: BaseSettings, proxy: str, given: Pass) -> None:
        self.request = request
        self.settings = settings
        self.proxy = proxy
        self.given = given
        self.limit = given.limit
        self.ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self.was_quiet = True
        self._context: BrowserContext | None = None
        self._main: BrowserResponse | None = None
        self._documents = self._inflated = 0
        self._sent = False
        given.on_exceeded = self._too_large

    async def render(self, browser: Browser) -> Response:
        """Give the document as it stands once the network is quiet, or has been long enough.

        Raises BrowserDiedError, and Scrapy's CannotResolveHostError, DownloadCancelledError and
        DownloadFailedError.
        """
        try:
            page = await self._open(browser)
            await page.goto(self.request.url, wait_until="commit", timeout=0)
            await page.wait_for_load_state("domcontentloaded", timeout=0)
            try:
                quiet = self.settings.getfloat("QINGYUAN_BROWSER_QUIET")
                await page.wait_for_load_state("networkidle", timeout=quiet * 1000)
            except PlaywrightTimeoutError:
                self.was_quiet = False
            return await self._response(page)
        except PlaywrightError as error:
            raise self._in_scrapys_words(error) from None

    async def close(self) -> None:
        """Close the page with all that it opened; raises TimeoutError where it never opened."""
        if self._context is None:
            raise TimeoutError
        with suppress(PlaywrightError):
            await self._context.close()

    async def _open(self, browser: Browser) -> Page:
        verify = self.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        agent = self.request.headers.get("User-Agent") or b""
        context = self._context = await browser.new_context(
            proxy={
                "server": self.proxy,
                "username": self.given.username,
                "password": self.given.password,
            },
            user_agent=agent.decode("latin-1") or self.settings["USER_AGENT"],
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=False,
            service_workers="block",
            ignore_https_errors=not verify,
        )
        page = await context.new_page()
        context.on("page", _close)
        page.on("crash", lambda _: self._end(BrowserDiedError("the page's process died")))
        page.on("download", lambda _: self._end(self._not_a_page()))
        page.on("response", self._remember)
        session = await context.new_cdp_session(page)
        await self._count_inflated(session)
        await context.route("**/*", self._route)
        return page

    def _end(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_result(error)

    def _too_large(self) -> None:
        self._end(DownloadCancelledError(f"{self.request.url}: more than {self.limit} bytes"))

    def _not_a_page(self) -> Exception:
        return DownloadCancelledError(f"{self.request.url}: a download, not a page")

    async def _count_inflated(self, session: CDPSession) -> None:
        """Count what arrives a second time, after inflation: the proxy sees only the wire."""

        def arrived(event: dict[str, Any]) -> None:
            self._inflated += int(event.get("dataLength", 0))
            if self._inflated > self.limit:
                self._too_large()

        session.on("Network.dataReceived", arrived)
        await session.send("Network.enable")

    def _remember(self, response: BrowserResponse) -> None:
        """Keep the latest main document: scripts and meta refresh lead to further ones."""
        with suppress(PlaywrightError):  # a service worker's has no frame
            navigates = response.request.is_navigation_request()
            if navigates and response.frame.parent_frame is None and response.status != 204:
                self._main = response
                self._documents += 1
                if self._documents > 1 + self.settings.getint("REDIRECT_MAX_TIMES"):
                    said = f"{self.request.url}: max redirections, by its scripts, reached"
                    self._end(DownloadCancelledError(said))

    async def _route(self, route: Route, asked: BrowserRequest) -> None:
        with suppress(PlaywrightError):  # closed meanwhile
            if asked.resource_type in UNWANTED:
                await route.abort()
            elif self._sent or not asked.is_navigation_request():
                await route.continue_()
            else:
                self._sent = True
                own = self.request.headers.to_unicode_dict()
                named = {str(name).lower(): value for name, value in own.items()}
                added = {k: v for k, v in named.items() if k not in _BROWSERS_OWN}
                await route.continue_(
                    headers=asked.headers | added,
                    method=self.request.method,
                    post_data=self.request.body or None,
                )

    async def _response(self, page: Page) -> Response:
        main = self._main
        if main is None or not page.url.startswith(("http:", "https:")):
            raise DownloadFailedError(f"{self.request.url}: ended at {page.url}, no page")
        sent = await main.headers_array()
        headers = Headers()
        for each in sent:
            if each["name"].lower() not in _NO_LONGER_TRUE:
                headers.appendlist(each["name"], each["value"])
        declared = (headers.get("Content-Type") or b"").decode("latin-1")
        if declared.partition(";")[0].strip().lower() in RENDERED_TYPES:
            body = encoded(await self._content(page), declared)
        else:
            body = await main.body()
        if len(body) > self.limit:
            raise DownloadCancelledError(f"{page.url}: {len(body)} bytes, at most {self.limit}")
        kind = responsetypes.from_args(headers=headers, url=page.url, body=body)
        return kind(
            url=page.url, status=main.status, headers=headers, body=body, request=self.request
        )

    async def _content(self, page: Page) -> str:
        for _ in range(CONTENT_TRIES - 1):
            with suppress(PlaywrightError):  # it navigates just now
                return await page.content()
            await page.wait_for_load_state("domcontentloaded", timeout=0)
        return await page.content()

    def _in_scrapys_words(self, error: PlaywrightError) -> Exception:
        message = error.message.splitlines()[0]
        if any(words in error.message for words in _GONE):
            return BrowserDiedError(message)
        if "Download is starting" in message:
            return self._not_a_page()
        if urlsplit(self.request.url).hostname in self.given.refused or (
            "ERR_EMPTY_RESPONSE" in message and self.given.refused  # by a redirect
        ):
            hosts = ", ".join(sorted(self.given.refused))
            return CannotResolveHostError(f"{self.request.url}: no address to reach of {hosts}")
        return DownloadFailedError(f"{self.request.url}: {message}")


async def _close(popup: Page) -> None:
    with suppress(PlaywrightError):
        await popup.close()


def encoded(text: str, content_type: str) -> bytes:
    """Encode a rendered document as it declares itself, in UTF-8 where that cannot hold it."""
    for name in (http_content_type_encoding(content_type), html_body_declared_encoding(text)):
        if name:
            with suppress(UnicodeEncodeError):
                return text.encode(name)
    return text.encode("utf-8")
