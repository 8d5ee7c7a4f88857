from crawler.sites import Expect, ListingSpider


class Jszhaobiao(ListingSpider):
    """建设招标网: tenders and building news, between membership advertising."""

    name = "jszhaobiao"
    title = "建设招标网"
    family = "tender"
    rhythm = "daily"
    expect = Expect(articles=1, failed=0.5)
