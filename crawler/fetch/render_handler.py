"""The download handler that renders pages in a browser, whatever becomes of the browser."""

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError, NotConfigured
from scrapy.http import Request, Response

from crawler.fetch.doors import stay_on_site
from crawler.fetch.limits import BoundedHandler
from crawler.fetch.proxy import GuardedProxy
from crawler.fetch.robots import Robots

try:
    from crawler.fetch.browser import Browser, BrowserDiedError, BrowserUnavailableError, Life
    from crawler.fetch.render_page import RenderedPage
except ImportError as missing:
    message = f"render = 'browser' needs `pip install qingyuan[browser]`: {missing}"
    raise NotConfigured(message) from missing

logger = logging.getLogger(__name__)

LEAVE_SECONDS = 5.0


class Rendering:
    """What the handlers of one crawl (http, https) share."""

    def __init__(self, crawler: Crawler) -> None:
        self.proxy = GuardedProxy()
        self.browser = Browser(crawler.settings)
        self.places = asyncio.Semaphore(crawler.settings.getint("QINGYUAN_BROWSER_PAGES"))
        self.suspects = asyncio.Lock()
        self.ending = False


_SHARED: WeakKeyDictionary[Crawler, Rendering] = WeakKeyDictionary()


class RenderHandler(BoundedHandler):
    """Renders requests with `playwright` in their meta, fetches others within the usual limits.

    A page whose browser died is tried again at once, then by Scrapy's retries, and fails with
    BrowserDiedError; other failures are Scrapy's download errors. A browser that does not start
    three times in a row ends the crawl as `browser_unavailable`.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.shared = _SHARED.setdefault(crawler, Rendering(crawler))

    async def close(self) -> None:
        """End the browser with the crawl."""
        await self.shared.browser.close()
        await self.shared.proxy.close()
        await super().close()

    async def download_request(self, request: Request) -> Response:
        """Give the response of a request."""
        if not request.meta.get("playwright"):
            return await super().download_request(request)
        async with self.shared.places:
            response = await self._render(request)
        await self._check_end(request, response)
        return response

    async def _render(self, request: Request) -> Response:
        try:
            return await self._attempt(request)
        except BrowserDiedError:  # once more at once; then it waits for Scrapy's retries
            return await self._attempt(request)

    async def _attempt(self, request: Request) -> Response:
        deaths = request.meta.get("browser_deaths", 0)
        # A page that may have killed two browsers must not take its neighbours along again.
        async with self.shared.suspects if deaths > 1 else nullcontext():
            try:
                return await self._in_browser(request)
            except BrowserDiedError as died:
                request.meta["browser_deaths"] = deaths + 1
                self.crawler.stats.inc_value("browser/died_under_page")
                logger.warning("%s: %s (death %d)", request.url, died, deaths + 1)
                raise
            except BrowserUnavailableError as error:
                self._give_up(error)
                raise

    async def _in_browser(self, request: Request) -> Response:
        browser = self.shared.browser
        proxy = await self.shared.proxy.start()
        life = await browser.enter(proxy)
        self.crawler.stats.set_value("browser/started", browser.started)
        limit = request.meta.get("download_maxsize", self._default_maxsize)
        given = self.shared.proxy.admit(limit)
        page = RenderedPage(request, self.crawler.settings, proxy, given)
        try:
            response = await self._first_end(page, life, request)
            if not page.was_quiet:
                self.crawler.stats.inc_value("browser/never_quiet")
            self.crawler.stats.inc_value("browser/rendered")
            return response
        finally:
            self.shared.proxy.dismiss(given)
            try:
                if not life.died.done():
                    await asyncio.wait_for(page.close(), LEAVE_SECONDS)
            except TimeoutError:
                await life.end("a page did not close")
            await browser.leave(life)

    async def _first_end(self, page: RenderedPage, life: Life, request: Request) -> Response:
        """Render until it is done, the page or the browser dies, or its time is over."""
        seconds = float(request.meta.get("download_timeout") or 45)
        work = asyncio.ensure_future(page.render(life.browser))
        work.add_done_callback(lambda task: task.cancelled() or task.exception())
        ends: tuple[asyncio.Future[object], ...] = (work, life.died, page.ended)  # type: ignore[assignment]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if page.ended.done():
                raise page.ended.result()
            if life.died.done():
                raise BrowserDiedError(life.died.result())
            if not work.done():
                raise DownloadTimeoutError(f"{request.url}: not rendered within {seconds:.0f} s")
            return work.result()
        except BrowserDiedError:
            if not life.died.done():  # the next attempt must not meet a dead one
                await life.ping()
            raise
        finally:
            work.cancel()

    def _give_up(self, error: BrowserUnavailableError) -> None:
        engine, spider = self.crawler.engine, self.crawler.spider
        if engine and spider and not self.shared.ending:
            self.shared.ending = True
            logger.error("%s", error)
            engine.close_spider(spider, "browser_unavailable")

    async def _check_end(self, request: Request, response: Response) -> None:
        """Hold what a page went on to inside the browser to the rules of Scrapy's redirects."""
        if response.url == request.url:
            return
        stay_on_site(self.crawler, request, response.url)
        robots = self.crawler.get_downloader_middleware(Robots)
        if robots is not None and not request.meta.get("dont_obey_robotstxt"):
            # Not `scheduled`: it waits here for a robots.txt that is not known yet.
            await robots.process_request(Request(response.url, headers=request.headers))
