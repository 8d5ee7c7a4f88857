"""A real HTTP server whose answers change: by path, by how often it was asked, by host."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.crawl.small_server import HTML

# (host, path, how often it was asked before) → body, or (status, headers, body)
Answer = Callable[[str, str, int], Any]


@dataclass(frozen=True)
class Asked:
    """One request: when (monotonic seconds), of which host, for what."""

    at: float
    host: str
    path: str


class MoodyServer:
    """Answers with what `answer` gives, on a free port of all of 127.0.0.0/8."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[Asked] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._answer = answer
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("", 0), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def times(self, path: str, host: str = "") -> list[float]:
        """Give when a path was asked for."""
        return [a.at for a in self.asked if a.path == path and host in a.host]

    def answer(self, host: str, path: str) -> Any:
        """Note a request and find its answer."""
        with self._lock:
            self.asked.append(Asked(time.monotonic(), host, path))
            count = self._counts[host, path]
            self._counts[host, path] += 1
        return self._answer(host, path, count)

    def __enter__(self) -> MoodyServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: MoodyServer

    def do_GET(self) -> None:
        found = self.owner.answer(self.headers.get("Host", ""), self.path)
        status, headers, body = found if isinstance(found, tuple) else (200, {}, found)
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in ({"Content-Type": HTML} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Stay silent."""
