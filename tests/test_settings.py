"""The add-on's defaults, and what the demo sets otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from crawler.addon import CrawlerAddon
from crawler.demo import SETTINGS
from crawler.fetch.render import HANDLER
from crawler.sites.site import Site
from spiders.portals.qcdy import Qcdy

THE_DELAY = {"DOWNLOAD_DELAY", "AUTOTHROTTLE_START_DELAY"}


def applied(overrides: dict[str, str] | None = None, spider: Any = Qcdy) -> dict[str, Any]:
    settings: Settings = get_project_settings()
    for name, value in (overrides or {}).items():
        settings.set(name, value, "cmdline")
    CrawlerAddon.update_pre_crawler_settings(settings)
    crawler = Crawler(spider, settings)
    CrawlerAddon.from_crawler(crawler).update_settings(crawler.settings)
    return {name: crawler.settings.get(name) for name in crawler.settings}


def test_the_demo_differs_in_resolver_allowed_address_and_delay_only() -> None:
    user, demo = applied(), applied(SETTINGS)

    different = {name for name in user.keys() | demo.keys() if user.get(name) != demo.get(name)}
    assert different == {"TWISTED_DNS_RESOLVER", "QINGYUAN_ALLOW_ADDRESSES"} | THE_DELAY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMOTE_CONTROL_ENABLED", False),
        ("TELNETCONSOLE_ENABLED", False),
        ("ROBOTSTXT_OBEY", True),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("COOKIES_ENABLED", False),
        ("DOWNLOAD_MAXSIZE", 16 * 2**20),
        ("TWISTED_DNS_RESOLVER", "crawler.fetch.guard.GuardedResolver"),
    ],
)
def test_the_doors_are_closed_by_default(name: str, value: Any) -> None:
    assert applied()[name] == value


def test_files_and_other_schemes_have_no_handler() -> None:
    handlers = applied()["DOWNLOAD_HANDLERS"]

    assert {scheme: handlers[scheme] for scheme in ("file", "data", "ftp", "s3")} == dict.fromkeys(
        ("file", "data", "ftp", "s3")
    )


def test_what_a_project_sets_itself_wins() -> None:
    assert applied({"DOWNLOAD_TIMEOUT": "7"})["DOWNLOAD_TIMEOUT"] == "7"
    assert applied({"DOWNLOAD_DELAY": "3"})["AUTOTHROTTLE_START_DELAY"] == 3.0


def test_the_five_pipelines_stand_in_order() -> None:
    pipelines = applied()["ITEM_PIPELINES"]
    order = sorted((order, cls.__module__.split(".")[1]) for cls, order in pipelines.items())

    assert order == [
        (200, "charset"), (300, "boilerplate"), (400, "quality"), (500, "dedup"), (600, "store"),
    ]  # fmt: skip


def test_only_a_rendered_source_gets_the_browser() -> None:
    class Drawn(Site):
        name = "drawn"
        title = "画出来的"
        render = "browser"

    bounded = "crawler.fetch.limits.BoundedHandler"
    assert applied()["DOWNLOAD_HANDLERS"]["https"] == bounded
    assert applied(spider=Drawn)["DOWNLOAD_HANDLERS"]["https"] == HANDLER
