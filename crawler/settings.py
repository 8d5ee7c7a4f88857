"""Names and paths; the rest is the add-on's."""

import os

BOT_NAME = "qingyuan"
SPIDER_MODULES = ["spiders", "crawler.sites.site"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.commands"
ADDONS = {"crawler.addon.CrawlerAddon": 0}

QINGYUAN_DATA = os.environ.get("QINGYUAN_DATA", "data")
QINGYUAN_DATABASE_URL = os.environ.get("QINGYUAN_DATABASE_URL")
