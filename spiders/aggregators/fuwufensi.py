from crawler.sites import Expect, ListingSpider


class Fuwufensi(ListingSpider):
    """服务粉丝: a mirror of WeChat accounts with long lists of other articles."""

    name = "fuwufensi"
    title = "服务粉丝"
    family = "aggregator"
    rhythm = "daily"
    expect = Expect(articles=1, failed=0.5)
