"""Retries that wait: a server that just failed is not asked again within the same second."""

from __future__ import annotations

import random
from time import time
from typing import Any

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request

from crawler.fetch.politeness import NOT_BEFORE, SLOW_DOWN


class DelayedRetry(RetryMiddleware):
    """Scrapy's retries of lost connections and server errors, each after twice the delay.

    429 and 503 are Politeness's: they concern a host, not a request.
    """

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.retry_http_codes -= SLOW_DOWN
        self.first_delay = settings.getfloat("QINGYUAN_RETRY_DELAY")

    def _retry(self, request: Request, reason: Any) -> Request | None:
        again = super()._retry(request, reason)
        if again is not None:
            delay = self.first_delay * 2 ** (again.meta["retry_times"] - 1)
            again.meta[NOT_BEFORE] = time() + delay * random.uniform(0.75, 1.25)  # noqa: S311
        return again
