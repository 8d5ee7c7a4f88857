from crawler.sites import Expect, ListingSpider


class Guanchajia(ListingSpider):
    """观察家网: news taken from other sites and spun into traditional script."""

    name = "guanchajia"
    title = "观察家网"
    family = "aggregator"
    rhythm = "daily"
    expect = Expect(articles=1, failed=0.5)
