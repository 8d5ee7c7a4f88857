"""No request reaches a private address, however it is written."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from scrapy.exceptions import NotConfigured

from crawler.fetch.guard import is_allowed, parse_networks

ROOT = Path(__file__).resolve().parents[2]

REFUSED = {
    "127.0.0.1": "loopback",
    "127.8.9.10": "loopback, the rest of its network",
    "::1": "loopback",
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "192.168.1.1": "private",
    "fd00::1": "unique local",
    "fec0::1": "site-local, no longer used and still routed inside",
    "169.254.169.254": "link-local: the metadata of a cloud machine",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with its interface",
    "0.0.0.0": "this host",
    "::": "this host",
    "100.64.0.1": "carrier NAT",
    "100.100.100.200": "carrier NAT: the metadata of an Alibaba machine",
    "192.0.0.192": "protocol assignments: the metadata of an Oracle machine",
    "168.63.129.16": "the metadata of an Azure machine, in a public network",
    "::ffff:168.63.129.16": "the same mapped into IPv6",
    "fd00:ec2::254": "unique local: the metadata of an Amazon machine",
    "::ffff:127.0.0.1": "loopback mapped into IPv6",
    "::ffff:10.0.0.1": "private mapped into IPv6",
    "::127.0.0.1": "loopback in the old compatible form",
    "64:ff9b::7f00:1": "loopback through NAT64",
    "64:ff9b:1::7f00:1": "local NAT64",
    "2002:7f00:1::": "loopback through 6to4",
    "2002:a00:1::1": "private through 6to4",
    "2001:0:4136:e378:8000:63bf:80ff:fffe": "127.0.0.1 as a Teredo client",
    "224.0.0.1": "multicast",
    "232.1.2.3": "multicast",
    "ff02::1": "multicast",
    "ff0e::1": "multicast, global scope",
    "255.255.255.255": "broadcast",
    "240.0.0.1": "reserved",
    "192.0.2.1": "documentation",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "localhost": "no address",
    "": "no address",
}
PUBLIC = ["1.1.1.1", "114.114.114.114", "2606:4700:4700::1111", "2400:3200::1"]


@pytest.mark.parametrize(("host", "what"), REFUSED.items())
def test_what_the_public_internet_does_not_route_to_is_refused(host: str, what: str) -> None:
    assert not is_allowed(host, ()), what


@pytest.mark.parametrize("host", [*PUBLIC, "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"])
def test_public_addresses_may_be_reached(host: str) -> None:
    assert is_allowed(host, ())


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", True),
        ("::ffff:127.0.0.1", True),
        ("127.0.0.2", False),
        ("fd12:3456::9", True),
        ("fd12:3457::9", False),
        ("10.0.0.1", False),
        ("1.1.1.1", True),
    ],
)
def test_an_allowed_network_opens_itself_and_nothing_else(host: str, allowed: bool) -> None:
    networks = parse_networks(["127.0.0.1/32", " fd12:3456::/32 "])

    assert is_allowed(host, networks) is allowed


@pytest.mark.parametrize("value", ["localhost", "10.0.0.0/33", "", "300.1.1.1"])
def test_a_network_that_cannot_be_read_is_named(value: str) -> None:
    with pytest.raises(NotConfigured) as caught:
        parse_networks(["127.0.0.1/32", value])

    assert str(caught.value).startswith(f"QINGYUAN_ALLOW_ADDRESSES: {value!r}: ")


# A real crawl of a real server: what the resolver refuses must not arrive.

SPIDER = """
import json, os, scrapy

class Knock(scrapy.Spider):
    name = "knock"
    custom_settings = {"ROBOTSTXT_OBEY": False, "RETRY_ENABLED": False, "DOWNLOAD_DELAY": 0}

    async def start(self):
        for url in json.loads(os.environ["KNOCK"]):
            yield scrapy.Request(url, self.parse, errback=self.refused, dont_filter=True)

    def parse(self, response):
        print("reached", response.url)

    def refused(self, failure):
        print("refused", failure.request.url, failure.type.__name__)
"""


class _DualStack(ThreadingHTTPServer):
    """Listens on every loopback address, of both families where the machine has both."""

    daemon_threads = True
    address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


class _Handler(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(f"{self.headers['Host']}{self.path}")
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.2:{self.server.server_port}/secret")  # type: ignore[attr-defined]  # every HTTPServer has it
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@dataclass
class Loopback:
    """A server on this machine, and the crawls that knock at it."""

    data: Path
    port: int
    asked: list[str] = field(default_factory=list)

    def crawl(self, *hosts_and_paths: str, allow: str = "") -> dict[str, str]:
        """Crawl these, each `host/path`; gives what became of each, by final host and path."""
        urls = [
            f"http://{host}:{self.port}/{path}"
            for host, _, path in (h.partition("/") for h in hosts_and_paths)
        ]
        spider = self.data / "knock.py"
        spider.write_text(SPIDER, encoding="utf-8")
        allowed = ["-s", f"QINGYUAN_ALLOW_ADDRESSES={allow}"] if allow else []
        ended = subprocess.run(
            [sys.executable, "-m", "scrapy", "runspider", str(spider), *allowed],
            cwd=ROOT,
            env=os.environ | {"KNOCK": json.dumps(urls), "QINGYUAN_DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        said = re.findall(r"^(\w+) http://(\S+):\d+(/\S*)(.*)$", ended.stdout, re.MULTILINE)
        assert len(said) == len(urls), ended.stdout + ended.stderr
        return {host + path: word + error for word, host, path, error in said}


@pytest.fixture
def loopback(tmp_path: Path) -> Iterator[Loopback]:
    asked: list[str] = []
    handler = type("Handler", (_Handler,), {"asked": asked})
    everywhere = "::" if _DualStack.address_family == socket.AF_INET6 else "0.0.0.0"
    with _DualStack((everywhere, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Loopback(tmp_path, server.server_port, asked)
        server.shutdown()


SPELLINGS = ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"]
IPV6 = ["[::1]", "[::ffff:127.0.0.1]"] if socket.has_dualstack_ipv6() else []


def test_no_spelling_of_loopback_is_reached(loopback: Loopback) -> None:
    became = loopback.crawl(*SPELLINGS, *IPV6)

    assert loopback.asked == []
    assert {answer.split()[0] for answer in became.values()} == {"refused"}


def test_the_spellings_of_loopback_are_reached_where_it_is_allowed(loopback: Loopback) -> None:
    became = loopback.crawl(*SPELLINGS, *IPV6, allow="127.0.0.1/32,::1/128")

    assert set(became.values()) == {"reached"}
    assert len(loopback.asked) == len(became)


def test_a_redirect_from_an_allowed_host_to_a_private_one_is_refused(loopback: Loopback) -> None:
    became = loopback.crawl("127.0.0.1/moved", allow="127.0.0.1/32")

    assert loopback.asked == [f"127.0.0.1:{loopback.port}/moved"]
    assert list(became) == ["127.0.0.2/secret"]
    assert became["127.0.0.2/secret"].startswith("refused")
