"""Names only; the rest is the add-on's."""

BOT_NAME = "qingyuan"
SPIDER_MODULES = ["spiders", "crawler.sites.site"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.commands"
ADDONS = {"crawler.addon.CrawlerAddon": 0}
SPIDER_LOADER_WARN_ONLY = True  # a broken source file stops only itself
