from crawler.sites import Expect, ListingSpider


class Kuaixun(ListingSpider):
    """每日快讯: quick news whose titles carry the site's name."""

    name = "kuaixun"
    title = "每日快讯"
    family = "aggregator"
    rhythm = "hourly"
    expect = Expect(articles=1, failed=0.5)
