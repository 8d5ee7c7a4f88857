"""The stages: pure cores, with a thin Scrapy class over each."""

from pipelines.chain import EMPTY, refine

__all__ = ["EMPTY", "refine"]
