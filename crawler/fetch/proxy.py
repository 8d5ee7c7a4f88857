"""The browser's only way out: a forward proxy on loopback that asks the guard for every connection.

Chromium resolves nothing itself. What a page wants (documents, redirects, scripts, fetch,
WebSockets, workers, frames) arrives here, is connected to the very address that the guard gave,
and is counted against the page's budget of bytes.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from base64 import b64encode
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawler.fetch.guard import allowed_addresses

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
HEAD_BYTES = 64 * 1024
CONNECT_SECONDS = 15.0
IDLE_SECONDS = 20.0  # a server that sends nothing for so long; a page's other requests go on

_HOP_BY_HOP = (b"connection:", b"keep-alive:", b"proxy-")
_CHALLENGE = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
    b'Proxy-Authenticate: Basic realm="crawl"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
)


class RefusedError(Exception):
    """The guard let no address of a host through, or the request is not one for a proxy."""


@dataclass(eq=False)
class Pass:
    """What one page may use the proxy with: a credential and a budget of received bytes."""

    limit: int
    username: str = field(default_factory=lambda: secrets.token_hex(8))
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    received: int = 0
    refused: set[str] = field(default_factory=set)
    on_exceeded: Callable[[], None] = lambda: None
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def header(self) -> str:
        """The value of `Proxy-Authorization`."""
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode()

    def take(self, count: int) -> None:
        """Count received bytes; tells the page's owner once they are too many."""
        before, self.received = self.received, self.received + count
        if before <= self.limit < self.received:
            self.on_exceeded()


class GuardedProxy:
    """Serves HTTP proxy requests (RFC 9110, 7.6 and 9.3.6) of those who hold a Pass."""

    def __init__(self) -> None:
        self._passes: dict[str, Pass] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on a free loopback port and give the proxy's URL; raises OSError."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def admit(self, limit: int) -> Pass:
        """Give a pass that may receive `limit` bytes."""
        given = Pass(limit)
        self._passes[given.header] = given
        return given

    def dismiss(self, given: Pass) -> None:
        """End a pass and the connections under it."""
        self._passes.pop(given.header, None)
        for connection in given.connections:
            connection.cancel()

    async def close(self) -> None:
        """End all passes and listen no more."""
        for given in list(self._passes.values()):
            self.dismiss(given)
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection of the browser, which carries one request or one tunnel."""
        task = asyncio.current_task()
        assert task is not None
        given: Pass | None = None
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
            request, *headers = head[:-4].split(b"\r\n")
            given = self._passes.get(_header(headers, b"proxy-authorization"))
            if given is None:
                writer.write(_CHALLENGE)
                await writer.drain()
                return
            given.connections.add(task)
            await self._forward(given, request, headers, reader, writer)
        except RefusedError as refused:
            # No answer of ours: the browser would take it for the site's.
            logger.info("browser request refused: %s", refused)
        except (OSError, ValueError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            logger.debug("browser request failed: %r", error)
        except asyncio.CancelledError:
            pass  # dismissed; the server's own task must not end as cancelled
        finally:
            if given is not None:
                given.connections.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()

    async def _forward(
        self,
        given: Pass,
        request: bytes,
        headers: list[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        method, target, version = request.split(b" ", 2)
        tunnel = method == b"CONNECT"
        parts = urlsplit(f"//{target.decode()}" if tunnel else target.decode())
        if not parts.hostname or (not tunnel and parts.scheme != "http"):
            raise RefusedError(target.decode("latin-1"))
        port = parts.port or 80
        try:
            server, out = await _connect(parts.hostname, port)
        except RefusedError:
            given.refused.add(parts.hostname)
            raise
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _first_of(_pipe(reader, out), _pipe(server, writer, given.take))
                return
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            kept = [h for h in headers if not h.lower().startswith(_HOP_BY_HOP)]
            first = b" ".join((method, path.encode(), version))
            out.write(b"\r\n".join((first, *kept, b"Connection: close", b"", b"")))
            # Only this request's body: a second request on the connection could be for any host.
            length = int(_header(headers, b"content-length") or 0)
            while length > 0 and (data := await reader.read(min(length, CHUNK))):
                length -= len(data)
                out.write(data)
                await out.drain()
            await self._answer(given, server, writer)
        finally:
            out.close()

    async def _answer(
        self, given: Pass, server: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on a response, marked as the last of its connection."""
        while True:
            head = await asyncio.wait_for(server.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
            given.take(len(head))
            status, *headers = head[:-4].split(b"\r\n")
            if not status.partition(b" ")[2].startswith(b"1"):  # 100 Continue, 103 Early Hints
                break
        kept = [h for h in headers if not h.lower().startswith(_HOP_BY_HOP)]
        writer.write(b"\r\n".join((status, *kept, b"Connection: close", b"", b"")))
        await _pipe(server, writer, given.take)


async def _pipe(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    take: Callable[[int], None] = lambda count: None,
) -> None:
    while data := await asyncio.wait_for(reader.read(CHUNK), IDLE_SECONDS):
        take(len(data))
        writer.write(data)
        await writer.drain()


async def _first_of(*works: Coroutine[None, None, None]) -> None:
    """Run until one of them ends, however it ends, and end the others."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _header(headers: list[bytes], name: bytes) -> str:
    for line in headers:
        found, _, value = line.partition(b":")
        if found.lower() == name:
            return value.strip().decode("latin-1")
    return ""


async def _connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the first address that the guard gives and that answers; raises OSError."""
    failure: OSError | None = None
    for address in await allowed_addresses(host, port):
        opening = asyncio.open_connection(
            getattr(address, "host", ""), getattr(address, "port", port), limit=HEAD_BYTES
        )
        try:
            return await asyncio.wait_for(opening, CONNECT_SECONDS)
        except OSError as error:  # TimeoutError is one
            failure = error
    raise failure or RefusedError(f"{host}:{port} has no address that may be reached")
