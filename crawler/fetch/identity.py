"""One honest User-Agent: says once what a site's operator could not tell from it."""

from __future__ import annotations

import logging
import re
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

BROWSER = re.compile(r"Mozilla/|Opera/|AppleWebKit|Chrome/|Safari/|Firefox/|MSIE |Trident/")
# Mozilla/5.0 (compatible; Qingyuan/0.1; +http://www.example.com/bot) hides nothing
OWN_NAME = re.compile(r"https?://|mailto:|@|\w*(?:bot|crawler|spider|qingyuan)\b", re.I)


def doubts(agent: str, contact: str | None) -> list[str]:
    """Say in words what is wrong with an identity; empty when nothing."""
    found = []
    if not contact:
        found.append(
            "QINGYUAN_CONTACT is not set: the sites cannot tell whom to write to; "
            'set it to "mailto:you@example.com" or the address of a page about your crawler'
        )
    if BROWSER.search(agent) and not OWN_NAME.search(agent):
        found.append(f"USER_AGENT pretends to be a browser: {agent!r}")
    return found


class Identity:
    """The extension that warns at the start of a run."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build for a crawler."""
        made = cls(crawler)
        crawler.signals.connect(made._opened, signal=signals.spider_opened)
        return made

    def _opened(self) -> None:
        settings = self.crawler.settings
        for doubt in doubts(str(settings["USER_AGENT"]), settings["QINGYUAN_CONTACT"]):
            logger.warning("source %r: %s", self.crawler.spidercls.name, doubt)
