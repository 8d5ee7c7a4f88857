"""What one response may cost: bytes of headers, and time by the rate at which its body comes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from scrapy import signals
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.http import Request, Response
from twisted.internet.base import DelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

MOST_HEADER_BYTES = 64 * 2**10
MOST_HEADERS = 256
# A chunk of one byte costs as much CPU as one of 16 KiB: a flood of them would hold the process.
MOST_PIECES, LEAST_PIECE = 10_000, 64
LOOK_EVERY = 0.5  # seconds


class OverLimitError(DownloadCancelledError):
    """A response was cut off, as `slow`, `pieces` or `headers`; Scrapy does not retry it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(slots=True, eq=False)
class _Flight:
    task: asyncio.Future[Response]
    begun: float | None = None
    received: int = 0
    pieces: int = 0
    cut: OverLimitError | None = None

    def cut_off(self, kind: str, message: str) -> None:
        self.cut = OverLimitError(kind, message)
        self.task.cancel()


class BoundedHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler with limits on headers and on slowness.

    A body that has come at under `QINGYUAN_SLOW_RATE` bytes a second on average, looked at once
    `QINGYUAN_SLOW_GRACE` seconds have passed since its headers, is cut off, as are headers that
    are not whole that long after their first byte. `DOWNLOAD_TIMEOUT` still bounds the whole.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._rate = settings.getfloat("QINGYUAN_SLOW_RATE")
        self._grace = settings.getfloat("QINGYUAN_SLOW_GRACE")
        self._flights: dict[Request, _Flight] = {}
        self._look: asyncio.TimerHandle | None = None
        factory: Any = partial(_BoundedFactory, self._grace)
        self._pool._factory = factory
        crawler.signals.connect(self._headers_received, signals.headers_received)
        crawler.signals.connect(self._bytes_received, signals.bytes_received)

    async def download_request(self, request: Request) -> Response:
        """Fetch; raises OverLimitError beside what Scrapy's handler raises."""
        flight = _Flight(asyncio.ensure_future(super().download_request(request)))
        self._flights[request] = flight
        if self._look is None:
            self._look_later()
        try:
            return await flight.task
        except asyncio.CancelledError:
            if flight.cut is None:
                raise
            raise self._counted(flight.cut) from None
        except DownloadFailedError as error:
            for reason in getattr(error.__cause__, "reasons", ()):
                if isinstance(reason.value, OverLimitError):
                    raise self._counted(reason.value) from None
            raise
        except DownloadCancelledError:  # over DOWNLOAD_MAXSIZE
            self._crawler.stats.inc_value("fetch/over_limit/size")
            raise
        finally:
            del self._flights[request]

    async def close(self) -> None:
        """Close idle connections."""
        if self._look is not None:
            self._look.cancel()
        await super().close()

    def _counted(self, error: OverLimitError) -> OverLimitError:
        self._crawler.stats.inc_value(f"fetch/over_limit/{error.kind}")
        return error

    def _headers_received(self, request: Request) -> None:
        if flight := self._flights.get(request):
            flight.begun = monotonic()

    def _bytes_received(self, request: Request, data: bytes) -> None:
        if flight := self._flights.get(request):
            flight.received += len(data)
            flight.pieces += 1
            if flight.pieces == MOST_PIECES and flight.received < MOST_PIECES * LEAST_PIECE:
                flight.cut_off("pieces", f"{MOST_PIECES} pieces of {flight.received} bytes in all")

    def _look_later(self) -> None:
        self._look = asyncio.get_running_loop().call_later(LOOK_EVERY, self._look_at_all)

    def _look_at_all(self) -> None:
        now = monotonic()
        for flight in list(self._flights.values()):
            taken = now - flight.begun if flight.begun is not None else 0.0
            if taken >= self._grace and flight.received < self._rate * taken:
                flight.cut_off("slow", f"under {self._rate:g} bytes a second")
        self._look = None
        if self._flights:
            self._look_later()


class _BoundedParser(_LenientHTTPClientParser):
    """Gives up on headers that are many, large or slow."""

    # The class of a parser that exists is swapped: what it keeps begins as class attributes.
    grace = 0.0
    _lines = _bytes = 0
    _alarm: DelayedCall | None = None
    _refused: OverLimitError | None = None

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        waiting = self.state in (STATUS, HEADER)
        if waiting and self._alarm is None:
            from twisted.internet import reactor

            late = f"headers not whole after {self.grace:g} s"
            clock: Any = reactor
            self._alarm = clock.callLater(self.grace, self._refuse, "slow", late)
        elif not waiting:
            self._disarm()

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        # Not reset by a 1xx response: a server may send those without end.
        self._lines += 1
        self._bytes += len(line) + 1
        if self._lines > MOST_HEADERS or self._bytes > MOST_HEADER_BYTES:
            raise self._refuse("headers", f"over {MOST_HEADERS} headers or {MOST_HEADER_BYTES} B")
        super().lineReceived(line)

    def connectionLost(  # noqa: N802 - Twisted's name
        self, reason: Failure | None = connectionDone
    ) -> None:
        self._disarm()
        super().connectionLost(Failure(self._refused) if self._refused else reason)

    def _refuse(self, kind: str, message: str) -> OverLimitError:
        self._refused = OverLimitError(kind, message)
        assert self.transport is not None
        # Not loseConnection, which waits for a TLS peer to say goodbye.
        self.transport._producer.abortConnection()
        return self._refused

    def _disarm(self) -> None:
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def __init__(self, grace: float, quiescent: Any) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._grace = grace

    def request(self, request: Any) -> Any:
        answer = super().request(request)
        parser: Any = self._parser
        parser.__class__ = _BoundedParser  # as Scrapy's own class puts its parser here
        parser.grace = self._grace
        return answer


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def __init__(self, grace: float, *args: Any) -> None:
        super().__init__(*args)  # type: ignore[no-untyped-call]
        self._grace = grace

    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
        return _BoundedProtocol(self._grace, self._quiescentCallback)
