"""What a source with `render = "browser"` sets; the work is done in render_handler."""

from __future__ import annotations

from typing import Any

from scrapy.settings.default_settings import RETRY_EXCEPTIONS

HANDLER = "crawler.fetch.render_handler.RenderHandler"


def browser_settings() -> dict[str, Any]:
    """Give the settings of a source with `render = "browser"`."""
    return {
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
        "RETRY_EXCEPTIONS": [*RETRY_EXCEPTIONS, "crawler.fetch.browser.BrowserDiedError"],
        "QINGYUAN_BROWSER": None,  # the program; None: Debian's Chromium, else Playwright's own
        "QINGYUAN_BROWSER_PAGES": 4,  # at once
        "QINGYUAN_BROWSER_RECYCLE": 500,  # pages that one browser serves
        "QINGYUAN_BROWSER_MEMORY_MB": 1536,  # of all its processes, without what they share
        "QINGYUAN_BROWSER_QUIET": 10.0,  # seconds to wait at most for the network to fall quiet
    }


def browser_meta() -> dict[str, Any]:
    """Give the meta of a request that is to be rendered."""
    return {"playwright": True}
