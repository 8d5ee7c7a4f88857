"""A real HTTP server for a handful of pages that a test writes itself."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HTML = "text/html; charset=utf-8"


class SmallServer:
    """Serves `pages`: path to body, or to (status, headers, body), on a free loopback port."""

    def __init__(self, pages: Mapping[str, Any], host: str = "127.0.0.1") -> None:
        self.asked: list[str] = []
        self.headers: list[Message] = []
        own = {"pages": pages, "asked": self.asked, "seen": self.headers}
        handler = type("Handler", (_Handler,), own)
        self._server = ThreadingHTTPServer((host, 0), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"

    def __enter__(self) -> SmallServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages: Mapping[str, Any]
    asked: list[str]
    seen: list[Message]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.seen.append(self.headers)
        answer = self.pages.get(self.path, (404, {}, b"not here"))
        status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in ({"Content-Type": HTML} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def article_page(title: str, sentences: list[str]) -> str:
    """Write a plain article page."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>2024-05-10 09:30:00 来源：河湾日报</p><div>{paragraphs}</div></body></html>"
    )


def list_page(paths: Mapping[str, str]) -> str:
    """Write a plain list page: path to title."""
    items = "".join(
        f'<li><a href="{path}">{title}</a><span>2024-05-10</span></li>'
        for path, title in paths.items()
    )
    return f"<html><head><title>列表</title></head><body><ul>{items}</ul></body></html>"
