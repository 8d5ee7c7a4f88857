"""A server that does to its visitors what servers should not, and a canary behind a closed door."""

from __future__ import annotations

import asyncio
import html
import socket
import threading
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing

import brotli
import zstandard

from benchmarks.reliability.tricks import TRICKS

HOST = "127.0.0.2"
CLOSED = ("127.0.0.1", "127.0.0.9", "::1")
MIB = 2**20
SECONDS = 60  # no attack goes on for longer, whatever the visitor does

Write = Callable[[bytes], Awaitable[None]]
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def _zeros(mebibytes: int) -> Iterator[bytes]:
    block = bytes(MIB)
    return (block for _ in range(mebibytes))


def _gzip(blocks: Iterator[bytes]) -> bytes:
    squeeze = zlib.compressobj(6, wbits=31)
    return b"".join(map(squeeze.compress, blocks)) + squeeze.flush()


def _brotli(blocks: Iterator[bytes]) -> bytes:
    squeeze = brotli.Compressor(quality=3)
    return b"".join([*map(squeeze.process, blocks), squeeze.finish()])


def _zstd(blocks: Iterator[bytes]) -> bytes:
    squeeze = zstandard.ZstdCompressor().compressobj()
    return b"".join(map(squeeze.compress, blocks)) + squeeze.flush()


def bombs(mebibytes: int) -> dict[str, tuple[str, bytes]]:
    """Make bodies that inflate to so many MiB of zeros: Content-Encoding and bytes by path."""
    gzip = _gzip(_zeros(mebibytes))
    return {
        "/bomb/gzip": ("gzip", gzip),
        "/bomb/deflate": ("deflate", zlib.compress(bytes(min(mebibytes, 256) * MIB))),
        "/bomb/br": ("br", _brotli(_zeros(mebibytes))),
        "/bomb/zstd": ("zstd", _zstd(_zeros(mebibytes))),
        "/bomb/nested": ("gzip, gzip", _gzip(iter([gzip]))),
        "/bomb/layers": (", ".join(["gzip"] * 60), _gzip(iter([b"x"]))),
    }


def pages(count: int, port: int) -> dict[str, str]:
    """Make pages that are hard to read, of `count` parts each, and those that name the canary."""
    tricks = [trick.format(port=port) for trick in TRICKS]
    links = "".join(f'<li><a href="{html.escape(t)}">青岚县石桥修缮工程进展</a>' for t in tricks)
    entries = "".join(f"<item><link>{html.escape(t)}</link></item>" for t in tricks)
    places = "".join(f"<url><loc>{html.escape(t)}</loc></url>" for t in tricks)
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "笑" * 10}">' for n in range(10))
    doctype = f'<!DOCTYPE x [{lol}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    return {
        "/deep": "<html><body>" + "<div>" * (count // 10) + "<p>石桥</p>",
        "/links": "<html><body>" + "".join(f"<a href=/n/{n}.html>x</a>" for n in range(count)),
        "/line": "<html><body><p>" + "石桥修好了，" * count,
        "/attributes": "<html><body><a " + " ".join(f"a{n}=1" for n in range(count // 5)) + ">",
        "/unclosed": "下一页" + "<a href=ahref=a" * (count // 5),
        "/tricks": f"<html><body><ul>{links}</ul></body></html>",
        "/refresh": f'<html><head><meta http-equiv="refresh" content="0;url={tricks[1]}"></head>',
        "/feed": f"<rss><channel>{entries}</channel></rss>",
        "/sitemap": f"<urlset>{places}</urlset>",
        "/feed/laughs": f"{doctype}<rss><channel><item><link>&l9;&f;</link></item></channel></rss>",
        "/sitemap/laughs": f"{doctype}<urlset><url><loc>/&l9;&f;</loc></url></urlset>",
    }


async def endless(write: Write) -> None:
    """A body that does not end."""
    await write(HEAD.encode() + b"\r\n")
    while True:
        await write(b"x" * 2**16)


async def slow(write: Write) -> None:
    """A body of a letter a half second."""
    await write(HEAD.encode() + b"Content-Length: 100000\r\n\r\n")
    while True:
        await write(b"x")
        await asyncio.sleep(0.5)


async def slow_headers(write: Write) -> None:
    """Headers of a letter a half second."""
    await write(HEAD.encode() + b"X-Slow: ")
    while True:
        await write(b"x")
        await asyncio.sleep(0.5)


async def stalled(write: Write) -> None:
    """A body that stops and leaves the connection open."""
    await write(HEAD.encode() + b"Content-Length: 100000\r\n\r\nhello")
    await asyncio.sleep(SECONDS)


async def short(write: Write) -> None:
    """A body that ends before its declared length."""
    await write(HEAD.encode() + b"Content-Length: 100000\r\n\r\nhello")


async def long(write: Write) -> None:
    """A body that goes on after its declared length."""
    await write(HEAD.encode() + b"Content-Length: 5\r\n\r\nhello" + b"x" * MIB)


async def huge(write: Write) -> None:
    """A body that declares a terabyte."""
    await write(HEAD.encode() + b"Content-Length: 1000000000000\r\n\r\nhello")
    await asyncio.sleep(SECONDS)


async def negative(write: Write) -> None:
    """A body of less than nothing."""
    await write(HEAD.encode() + b"Content-Length: -5\r\n\r\nhello")


async def chunks(write: Write) -> None:
    """A chunk that declares a terabyte."""
    await write(HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\nhello")
    await asyncio.sleep(SECONDS)


async def tiny_chunks(write: Write) -> None:
    """Chunks of one byte without end."""
    await write(HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        await write(b"1\r\nx\r\n" * 1000)


async def many_headers(write: Write) -> None:
    """Headers without end."""
    await write(HEAD.encode())
    while True:
        await write(b"X-Flood: y\r\n" * 1000)


async def large_header(write: Write) -> None:
    """One header without end."""
    await write(HEAD.encode() + b"X-Flood: ")
    while True:
        await write(b"y" * 2**16)


async def folded_header(write: Write) -> None:
    """One header continued over lines without end."""
    await write(HEAD.encode() + b"X-Flood: y\r\n")
    while True:
        await write(b" " + b"y" * 1000 + b"\r\n")


async def continues(write: Write) -> None:
    """Interim responses without end."""
    while True:
        await write(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


ATTACKS: dict[str, Callable[[Write], Awaitable[None]]] = {
    f"/{attack.__name__}": attack
    for attack in (
        endless, slow, slow_headers, stalled, short, long, huge, negative, chunks, tiny_chunks,
        many_headers, large_header, folded_header, continues,
    )
}  # fmt: skip


class HostileServer:
    """Serves the attacks on 127.0.0.2 from a thread.

    `asked` are the paths of its visitors, `held` the seconds that each kept them at most, and
    `reached` what the canary was asked.
    """

    def __init__(self, mebibytes: int, count: int) -> None:
        self.asked: list[str] = []
        self.held: dict[str, float] = {}
        self.reached: list[str] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        with closing(socket.create_server((HOST, 0))) as probe:
            self.port: int = probe.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self.bodies = {
            path: (coding, body) for path, (coding, body) in bombs(mebibytes).items()
        } | {path: ("", text.encode()) for path, text in pages(count, self.port).items()}
        self.paths = [*ATTACKS, *self.bodies, "/loop", "/spiral/0"]
        self.paths += [f"/redirect/{number}" for number in range(len(TRICKS))]

    def __enter__(self) -> HostileServer:
        threading.Thread(target=self._run, daemon=True).start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        await asyncio.start_server(self._attack, HOST, self.port)
        for host in CLOSED if socket.has_ipv6 else CLOSED[:2]:
            await asyncio.start_server(self._canary, host, self.port)

    async def _canary(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reached.append(repr(await reader.read(200)))
        writer.close()

    async def _attack(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        try:
            request = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            return
        path = request.split(b" ", 2)[1].decode()
        self.asked.append(path)
        began = time.monotonic()
        answer = asyncio.ensure_future(self._answer(path, write))
        gone = asyncio.ensure_future(reader.read())  # ends when the visitor closes
        await asyncio.wait({answer, gone}, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in (answer, gone):
            task.cancel()
        await asyncio.gather(answer, gone, return_exceptions=True)
        self.held[path] = max(self.held.get(path, 0.0), time.monotonic() - began)
        writer.close()

    async def _answer(self, path: str, write: Write) -> None:
        kind, _, rest = path.removeprefix("/").partition("/")
        if path in ATTACKS:
            await ATTACKS[path](write)
        elif path in self.bodies:
            coding, body = self.bodies[path]
            encoded = f"Content-Encoding: {coding}\r\n" if coding else ""
            head = f"{HEAD}{encoded}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            await write(head.encode() + body)
        elif kind in ("loop", "spiral", "redirect", "robots.txt"):
            where = {
                "loop": "/loop",
                "spiral": f"/spiral/{int(rest or 0) + 1}",
                "robots.txt": f"http://{CLOSED[1]}:{self.port}/robots.txt",
            }.get(kind) or TRICKS[int(rest)].format(port=self.port)
            where = where.replace("\n", "").strip()
            head = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n"
            await write(f"{head}Connection: close\r\n\r\n".encode())
        else:
            await write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
