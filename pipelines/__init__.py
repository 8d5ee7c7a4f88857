"""The stages: pure cores, with a thin Scrapy class over each."""
