"""Serves the replica sites on loopback under their own host names and notes every request."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.web.pages import Served, build
from tests.web.sites import SITES


class WebServer:
    """A loopback server for `layouts` (site → layout); `.requests` holds (host, path) in order."""

    def __init__(self, layouts: Mapping[str, str | int], port: int = 0) -> None:
        self.pages = {
            host: pages
            for site, layout in layouts.items()
            for pages in (build(site, layout),)
            for host in SITES[site].hosts
        }
        self._requests: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"web": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._http.server_address[1])

    @property
    def requests(self) -> list[tuple[str, str]]:
        """A copy of what was asked for so far."""
        with self._lock:
            return list(self._requests)

    def answer(self, host: str, path: str) -> Served:
        """Look a page up and note the request; unknown hosts and paths are 404."""
        host = host.rsplit(":", 1)[0].lower()
        with self._lock:
            self._requests.append((host, path))
        missing = Served(404, {"Content-Type": "text/html"}, b"<h1>404 Not Found</h1>")
        return self.pages.get(host, {}).get(path, missing)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    web: WebServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        served = self.web.answer(self.headers.get("Host", ""), self.path)
        body, headers, status = served.body, dict(served.headers), served.status
        modified = headers.get("Last-Modified")
        if modified and self.headers.get("If-Modified-Since") == modified:
            status, body = 304, b""
        elif served.compress and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, format: str, *args: object) -> None:
        """Keep test output clean: requests are kept in `WebServer.requests`."""
