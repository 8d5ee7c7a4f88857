"""One switch that installs guard, archive, decoding, accounting, pipelines and safe defaults."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.settings import BaseSettings, Settings, get_settings_priority
from scrapy.utils.misc import load_object

import pipelines
from crawler.fetch.render import browser_settings
from crawler.redact import RedactedRecord

# Where Scrapy's defaults are wrong for unwatched crawls of many sites.
DEFAULTS: dict[str, Any] = {
    "ROBOTSTXT_OBEY": True,
    "REMOTE_CONTROL_ENABLED": False,  # a local port that runs code
    "TELNETCONSOLE_ENABLED": False,  # the same
    "DOWNLOAD_MAXSIZE": 16 * 2**20,  # bounds inflation too
    "DOWNLOAD_WARNSIZE": 8 * 2**20,
    "DOWNLOAD_TIMEOUT": 45,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_DELAY": 1.0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
    "AUTOTHROTTLE_ENABLED": True,
    "COOKIES_ENABLED": False,
    "CONCURRENT_ITEMS": 4,  # Scrapy starts that many tasks for every response
    "DEFAULT_REQUEST_HEADERS": {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "zh-CN,zh;q=0.9",  # several portals vary by it
    },
    "CLOSESPIDER_TIMEOUT": 6 * 3600,  # a hung job blocks a slot of scrapyd
    "CLOSESPIDER_ERRORCOUNT": 100,
    "MEMUSAGE_LIMIT_MB": 2048,
    "DEPTH_LIMIT": 100,
    "LOG_FORMATTER": "crawler.logformat.ShortLogFormatter",
    "LOGSTATS_INTERVAL": 0,  # crawler.progress says more
    "FEED_EXPORT_ENCODING": "utf-8",
    "SCHEDULER": "crawler.state.frontier.Frontier",
    "QINGYUAN_HEARTBEAT": 30.0,  # seconds between two signs of life of a run and its leases
    "QINGYUAN_DATABASE_PATIENCE": 60.0,  # seconds that a database may be away
    "QINGYUAN_WORKERS": None,  # None: a worker for each core but one
    "QINGYUAN_STAGE_TIMEOUT": 10.0,
    "QINGYUAN_STAGE_MEMORY_MB": 1024,
    "QINGYUAN_WARC_BYTES": 256 * 2**20,
    "QINGYUAN_ARCHIVE_DAYS": 0,  # 0: the archive keeps all
    "QINGYUAN_ARCHIVE_BYTES": 0,
    "QINGYUAN_ALLOW_ADDRESSES": [],
    "SCHEDULER_PRIORITY_QUEUE": "crawler.fetch.waiting.WaitingQueue",
    "QINGYUAN_BACKOFF": 5.0,  # a host's first pause in seconds, doubled each time it says no
    "QINGYUAN_MAX_PAUSE": 300.0,  # a run waits no longer for a host; its requests then fail
    "QINGYUAN_MAX_RETRY_AFTER": 24 * 3600.0,
    "QINGYUAN_THROTTLE_TIMES": 5,  # how often a request may be answered with 429, 503, a challenge
    "QINGYUAN_RETRY_DELAY": 2.0,  # before the first retry of a lost connection or a 500, doubled
    "QINGYUAN_ROBOTS_PATIENCE": 600.0,
    "QINGYUAN_MAX_CRAWL_DELAY": 60.0,
    "QINGYUAN_ALLOW_PROXY": False,  # a proxy resolves names itself, out of the guard's sight
    "QINGYUAN_SLOW_GRACE": 8.0,
    "QINGYUAN_SLOW_RATE": 1024,
}

COMPONENTS: dict[str, dict[str, int | None]] = {
    "EXTENSIONS": {
        "crawler.run.Run": 0,
        "crawler.progress.Progress": 10,
        "scrapy.extensions.feedexport.FeedExporter": None,
        "crawler.feeds.HonestFeedExporter": 20,
        "crawler.fetch.quiet.QuietHours": 30,
        "crawler.fetch.identity.Identity": 40,
    },
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.accounting.FetchAccounting": 5,
        "crawler.fetch.doors.Doors": 6,
        "crawler.fetch.robots.Robots": 100,  # in the place of Scrapy's
        "crawler.fetch.retry.DelayedRetry": 550,  # the same
        "crawler.fetch.politeness.Politeness": 555,
        "crawler.fetch.blocked.Blocked": 582,  # before a challenge's meta refresh is followed
        "crawler.fetch.decoded.DecodedMiddleware": 585,  # outside of what inflates
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "crawler.fetch.inflated.WholeBodies": 590,
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
        "crawler.fetch.doors.OwnSiteMetaRefresh": 580,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "crawler.fetch.doors.OwnSiteRedirect": 600,
        "crawler.fetch.conditional.ConditionalMiddleware": 930,
        "crawler.fetch.doors.LastDoor": 940,  # inside all that may set a proxy
        "crawler.fetch.archive.ArchiveMiddleware": 950,  # inside it: the bytes as sent
    },
    "SPIDER_MIDDLEWARES": {"crawler.fetch.accounting.OutputAccounting": 5},
    "ITEM_PIPELINES": {
        "pipelines.charset.pipeline.CharsetPipeline": 200,
        "pipelines.boilerplate.pipeline.BoilerplatePipeline": 300,
        "pipelines.quality.pipeline.QualityPipeline": 400,
        "pipelines.dedup.pipeline.DedupPipeline": 500,
        "pipelines.store.StorePipeline": 600,
    },
}

# What ours stand in for.
REPLACED = (RobotsTxtMiddleware, RetryMiddleware)

HANDLERS: dict[str, str | None] = dict.fromkeys(("data", "file", "ftp", "s3")) | dict.fromkeys(
    ("http", "https"), "crawler.fetch.limits.BoundedHandler"
)
EXPORTERS = {"csv": "crawler.exporters.SafeCsvItemExporter"}


class CrawlerAddon:
    """The add-on; what a project or a spider sets itself always wins."""

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Set what is read before a crawler exists: the guard is the process's resolver."""
        check_packages()
        logging.setLogRecordFactory(RedactedRecord)
        settings.set("TWISTED_DNS_RESOLVER", "crawler.fetch.guard.GuardedResolver", "addon")
        if not settings.getpriority("LOG_LEVEL"):  # logging starts before the crawler
            settings.set("LOG_LEVEL", "INFO", "addon")

    def __init__(self, rendered: bool = False, verify_tls: bool = True) -> None:
        self.rendered = rendered
        self.verify_tls = verify_tls

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlerAddon:
        """See from the source whether it needs a browser and whether its TLS is verified."""
        source = crawler.spidercls
        return cls(
            getattr(source, "render", "http") == "browser", getattr(source, "verify_tls", True)
        )

    def update_settings(self, settings: Settings) -> None:
        """Install the chain and the defaults; raises ValueError where no guard is possible."""
        if not settings.getbool("TWISTED_REACTOR_ENABLED"):
            raise ValueError("TWISTED_REACTOR_ENABLED is off: the guard is the reactor's resolver")
        for name, value in DEFAULTS.items():
            settings.set(name, value, "addon")
        contact = settings.get("QINGYUAN_CONTACT")
        agent = f"Qingyuan/0.1 (+{contact})" if contact else "Qingyuan/0.1"
        settings.set("USER_AGENT", agent, "addon")
        # AutoThrottle's own start of 5 s would hold back a source that asks for less.
        settings.set("AUTOTHROTTLE_START_DELAY", settings.getfloat("DOWNLOAD_DELAY"), "addon")
        for name, components in COMPONENTS.items():
            for path, order in components.items():
                settings.setdefault_in_component_priority_dict(name, load_object(path), order)
        for replaced in REPLACED:
            settings.setdefault_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", replaced, None)
        handlers: dict[str, Any] = dict(HANDLERS)
        if self.rendered:
            browser = browser_settings()
            handlers |= browser.pop("DOWNLOAD_HANDLERS")
            for name, value in browser.items():
                settings.set(name, value, "addon")
        if not self.verify_tls:
            settings.set("DOWNLOAD_VERIFY_CERTIFICATES", False, "spider")
        _set_below(settings, "DOWNLOAD_HANDLERS", handlers)
        _set_below(settings, "FEED_EXPORTERS", EXPORTERS)


def _set_below(settings: Settings, name: str, ours: dict[str, Any]) -> None:
    """Set the keys of a dictionary that the project does not set itself."""
    rank = max(settings.getpriority(name) or 0, get_settings_priority("addon"))
    settings.set(name, ours | settings.getdict(name), rank)


def check_packages() -> None:
    """Stop with a message where another package of the same name hides ours."""
    if not hasattr(pipelines, "refine"):
        raise ImportError(
            f"the package 'pipelines' at {list(pipelines.__path__)} is not Qingyuan's: "
            "a package of that name stands before it on the path"
        )
