from crawler.sites import Expect, ListingSpider


class Qcdy(ListingSpider):
    """全程导医网: medical news and guides; its mirrors spin the text into traditional script."""

    name = "qcdy"
    title = "全程导医网"
    family = "portal"
    rhythm = "daily"
    expect = Expect(articles=1, failed=0.5)
