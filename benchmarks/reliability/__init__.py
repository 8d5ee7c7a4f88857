"""Programs that try to break a crawl: each prints what held and gives 0 or 1."""
