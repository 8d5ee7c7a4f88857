"""Serves an invented site on loopback from a process of its own, with keep-alive."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.site import Site

ROOT = Path(__file__).resolve().parent.parent
HEADERS = "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n"
END = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """Answers GET requests with ready-made responses, 404 for any other path."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self.answers = answers
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        *requests, self.waiting = (self.waiting + data).split(END)
        for request in requests:
            path = request.split(b" ", 2)[1]
            self.transport.write(self.answers.get(path) or _answer("404 Not Found", b""))


def _answer(status: str, body: bytes) -> bytes:
    return HEADERS.format(status, len(body)).encode() + body


async def serve(site: Site, host: str) -> None:
    """Serve until killed; the port is the one line of output."""
    answers = {path.encode(): _answer("200 OK", body) for path, body in site.pages()}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers), host, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def served(site: Site, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve a site while the block runs; gives its base URL. Raises RuntimeError."""
    command = [sys.executable, "-m", "benchmarks.server", str(site.count), str(site.seed), host]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                raise RuntimeError("the benchmark's server did not start")
            yield f"http://{host}:{port}"
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve(Site(int(sys.argv[1]), int(sys.argv[2])), sys.argv[3]))
