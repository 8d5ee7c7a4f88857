"""Pages that need a browser: Chromium behind the same door, without images and fonts."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Request
from twisted.internet.interfaces import IAddress

RENDERED = "rendered"
"""In a request's meta: the browser is to draw it."""
HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
BLOCKED_TYPES = frozenset({"image", "font", "media", "ping", "websocket"})
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Chromium's own background requests, which have no place in a crawl.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def browser_settings() -> dict[str, Any]:
    """Give the settings of a source with `render = "browser"`; Debian's Chromium where it is."""
    arguments = list(ARGUMENTS)
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # Chromium's sandbox refuses to run as root
        arguments.append("--no-sandbox")
    launch: dict[str, Any] = {"args": arguments}
    if path := next(filter(None, map(shutil.which, BROWSERS)), None):
        launch["executable_path"] = path
    return {
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_ABORT_REQUEST": "crawler.fetch.render.is_unwanted",
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": 45_000,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 4,
    }


def browser_meta() -> dict[str, Any]:
    """Give the meta of a request that is to be rendered until its network is quiet."""
    from scrapy_playwright.page import PageMethod

    quiet = PageMethod("wait_for_load_state", "networkidle")
    return {"playwright": True, "playwright_page_methods": [quiet]}


class RenderMiddleware:
    """Has the browser draw a marked request: how is told when it is sent, for it is no JSON."""

    def process_request(self, request: Request) -> None:
        """Add what the browser's handler wants to know."""
        if request.meta.get(RENDERED):
            request.meta.update(browser_meta())


async def is_unwanted(request: Any) -> bool:
    """Tell whether to abort a request of the browser: furniture, or behind a closed door."""
    if request.resource_type in BLOCKED_TYPES:
        return True
    parts = urlsplit(request.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return bool(parts.scheme != "data")
    return not await _allowed_addresses(parts.hostname)


async def _allowed_addresses(host: str) -> Sequence[IAddress]:
    """Ask the process's resolver, which is the guard, as every other fetch does."""
    from twisted.internet import reactor

    answer = _Answer()
    reactor.nameResolver.resolveHostName(answer, host)
    return await answer.addresses


class _Answer:
    def __init__(self) -> None:
        self._found: list[IAddress] = []
        self.addresses: asyncio.Future[list[IAddress]] = asyncio.get_running_loop().create_future()

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if not self.addresses.done():
            self.addresses.set_result(self._found)
