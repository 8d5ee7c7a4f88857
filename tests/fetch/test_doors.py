"""What a crawl does not reach, and when it does not start."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.crawl.conftest import ROOT
from tests.crawl.small_server import SmallServer, _Handler, article_page, list_page

OPEN = {
    "QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32",
    "DOWNLOAD_DELAY": "0",
    "RETRY_ENABLED": "False",
    "QINGYUAN_WORKERS": "0",
}
SENTENCE = "拆下的青石逐块编号，堆放在河滩的凉棚里，等着雨季前合拢。"
STORY = article_page(
    "青岚县石桥修缮进展顺利", ["拆下的青石逐块编号，堆放在河滩的凉棚里，等着雨季前合拢。"] * 4
)

HTTPX = "scrapy.core.downloader.handlers._httpx.HttpxDownloadHandler"

SPIDER = """
import scrapy
class Knock(scrapy.Spider):
    name = "knock"
    custom_settings = {CUSTOM}
    start_urls = ["{URL}"]
    def parse(self, response):
        for url in {LINKS}:
            yield response.follow(url, self.parse)
    def closed(self, reason):
        for key, value in sorted(self.crawler.stats.get_stats().items()):
            print("STAT", key, value)
"""


def knock(
    folder: Path,
    url: str,
    links: tuple[str, ...] = (),
    *,
    settings: dict[str, str] | None = None,
    custom: dict[str, object] | None = None,
    environment: dict[str, str] | None = None,
    domains: list[str] | None = None,
) -> tuple[dict[str, str], str]:
    """Crawl a URL and the links; gives the stats and all output."""
    spider = folder / "knock.py"
    text = SPIDER.replace("{URL}", url).replace("{LINKS}", repr(links))
    text = text.replace("{CUSTOM}", repr(custom or {})) + f"    allowed_domains = {domains!r}\n"
    spider.write_text(text, encoding="utf-8")
    options = [w for k, v in (OPEN | (settings or {})).items() for w in ("-s", f"{k}={v}")]
    ended = subprocess.run(
        [sys.executable, "-m", "scrapy", "runspider", str(spider), *options],
        cwd=ROOT,
        env=os.environ | {"QINGYUAN_DATA": str(folder / "data")} | (environment or {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    output = ended.stdout + ended.stderr
    return dict(re.findall(r"^STAT (\S+) (.*)$", output, re.MULTILINE)), output


def test_links_of_other_schemes_are_counted_and_the_crawl_goes_on(tmp_path: Path) -> None:
    links = ("file:///etc/hostname", "data:text/html,x", "ftp://127.0.0.1/x", "s3://b/k", "/last")
    with SmallServer({"/": STORY, "/last": STORY}) as server:
        stats, _ = knock(tmp_path, server.url + "/", links)

    assert stats["fetch/closed_door/scheme"] == "8"  # both pages were read
    assert "/last" in server.asked


def test_a_redirect_off_the_site_is_refused_and_one_within_it_followed(tmp_path: Path) -> None:
    pages: dict[str, object] = {}
    with SmallServer({}) as other, SmallServer(pages) as server:
        pages["/"] = STORY
        pages["/off"] = (302, {"Location": f"http://localhost:{other.port}/"}, "")
        pages["/file"] = (302, {"Location": "file:///etc/hostname"}, "")
        pages["/within"] = (301, {"Location": f"http://127.0.0.1:{server.port}/there"}, "")
        pages["/refresh"] = (
            f'<html><head><meta http-equiv="refresh" content="0;url=http://localhost:{other.port}/">'
        )
        spider = tmp_path / "off.py"
        text = SPIDER.replace("{URL}", server.url + "/").replace("{CUSTOM}", "{}")
        text = text.replace("{LINKS}", '("/off", "/file", "/within", "/refresh")')
        spider.write_text(text + '    allowed_domains = ["127.0.0.1"]\n')
        options = [w for k, v in OPEN.items() for w in ("-s", f"{k}={v}")]
        output = subprocess.run(
            [sys.executable, "-m", "scrapy", "runspider", str(spider), *options],
            cwd=ROOT, env=os.environ | {"QINGYUAN_DATA": str(tmp_path / "data")},
            capture_output=True, text=True, timeout=60, check=False,
        ).stdout  # fmt: skip
    stats = dict(re.findall(r"^STAT (\S+) (.*)$", output, re.MULTILINE))

    assert stats["fetch/closed_door/redirect"] == "2"
    assert stats["fetch/closed_door/scheme"] == "1"
    assert "/there" in server.asked
    assert other.asked == []


def test_a_redirect_within_the_site_opens_no_way_off_it(tmp_path: Path) -> None:
    pages: dict[str, object] = {}
    with SmallServer({}) as other, SmallServer(pages) as server:
        away = f"http://localhost:{other.port}/"
        pages["/"] = STORY
        pages["/1"] = (302, {"Location": "/redirect"}, "")
        pages["/2"] = (302, {"Location": "/refresh"}, "")
        pages["/redirect"] = (302, {"Location": away}, "")
        pages["/refresh"] = f'<html><head><meta http-equiv="refresh" content="0;url={away}">'
        stats, _ = knock(tmp_path, server.url + "/", ("/1", "/2"), domains=["127.0.0.1"])

    assert other.asked == []
    assert stats["fetch/closed_door/redirect"] == "2"


@pytest.mark.parametrize(
    ("settings", "custom", "message"),
    [
        ({"TWISTED_REACTOR_ENABLED": "False"}, {}, "TWISTED_REACTOR_ENABLED"),
        (
            {"DOWNLOAD_HANDLERS": f'{{"http": "{HTTPX}"}}'},
            {},
            f"DOWNLOAD_HANDLERS: {HTTPX} for http",
        ),
        (
            {},
            {"DOWNLOAD_HANDLERS": {"https": "no_such_module.Handler"}},
            "DOWNLOAD_HANDLERS: no_such_module.Handler for https: No module named 'no_such_module'",
        ),
        (
            {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"},
            {},
            "TWISTED_DNS_RESOLVER: twisted",
        ),
        (
            {"DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver"},
            {},
            "TWISTED_DNS_RESOLVER: scrapy.resolver.CachingHostnameResolver is no GuardedResolver",
        ),
    ],
    ids=["no reactor", "httpx", "a handler that is not there", "another resolver", "old name"],
)  # fmt: skip
def test_a_crawl_that_the_guard_would_not_hold_in_does_not_start(
    settings: dict[str, str], custom: dict[str, object], message: str, tmp_path: Path
) -> None:
    with SmallServer({"/": STORY}) as server:
        _, output = knock(tmp_path, server.url + "/", settings=settings, custom=custom)

    assert message in output
    assert server.asked == []


def test_a_proxy_is_used_only_when_allowed_and_its_targets_are_checked_before(
    tmp_path: Path,
) -> None:
    with SmallServer({}) as proxy:
        proxied = {"http_proxy": proxy.url, "no_proxy": ""}
        shut, output = knock(tmp_path, "http://127.0.0.1:9/", environment=proxied)
        refused = len(proxy.asked)
        allow = {"QINGYUAN_ALLOW_PROXY": "True", "ROBOTSTXT_OBEY": "False"}
        knock(tmp_path, "http://127.0.0.1:9/", settings=allow, environment=proxied)
        inside, _ = knock(tmp_path, "http://127.0.0.9:9/", settings=allow, environment=proxied)

    assert "set QINGYUAN_ALLOW_PROXY" in output
    assert (refused, shut["fetch/closed_door/proxy"]) == (0, "1")
    assert proxy.asked == ["http://127.0.0.1:9/"]
    assert inside["fetch/closed_door/address"] == "1"


def test_a_page_for_the_browser_is_not_fetched_past_a_proxy(tmp_path: Path) -> None:
    rendered = (
        "    async def start(self):\n        yield scrapy.Request(self.start_urls[0], meta={})\n"
    )
    with SmallServer({"/": STORY}) as server:
        spider = tmp_path / "rendered.py"
        text = SPIDER.replace("{URL}", server.url + "/").replace("{LINKS}", "()")
        text = text.replace("{CUSTOM}", "{'ROBOTSTXT_OBEY': False}") + '    render = "browser"\n'
        spider.write_text(text + rendered.replace("{}", '{"playwright": True}'))
        values = OPEN | {"QINGYUAN_ALLOW_PROXY": "True"}
        output = subprocess.run(
            [sys.executable, "-m", "scrapy", "runspider", str(spider),
             *(w for k, v in values.items() for w in ("-s", f"{k}={v}"))],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
            env=os.environ | {"QINGYUAN_DATA": str(tmp_path / "data"),
                              "http_proxy": "http://127.0.0.1:9", "no_proxy": ""},
        )  # fmt: skip

    assert server.asked == []
    assert "the browser uses none" in output.stderr
    assert "STAT fetch/closed_door/proxy 1" in output.stdout


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[int]:
    """The port of a TLS server whose certificate nobody signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    (tmp_path / "pem").write_bytes(
        key.private_bytes(*pem) + certificate.public_bytes(serialization.Encoding.PEM)
    )
    handler = type("Handler", (_Handler,), {"pages": {"/": STORY}, "asked": [], "seen": []})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_certificate_that_nobody_signed_is_refused(self_signed: int, tmp_path: Path) -> None:
    stats, _ = knock(tmp_path, f"https://127.0.0.1:{self_signed}/")

    assert "downloader/response_count" not in stats


def test_a_source_may_do_without_verification_and_the_run_says_so(
    self_signed: int, tmp_path: Path
) -> None:
    class_field = {"ROBOTSTXT_OBEY": False}
    spider = tmp_path / "unverified.py"
    text = SPIDER.replace("{URL}", f"https://127.0.0.1:{self_signed}/").replace("{LINKS}", "()")
    text = text.replace("{CUSTOM}", repr(class_field)) + "    verify_tls = False\n"
    spider.write_text(text)
    options = [w for k, v in OPEN.items() for w in ("-s", f"{k}={v}")]
    ended = subprocess.run(
        [sys.executable, "-m", "scrapy", "runspider", str(spider), *options],
        cwd=ROOT, env=os.environ | {"QINGYUAN_DATA": str(tmp_path / "data")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert "STAT downloader/response_status_count/200 1" in ended.stdout
    assert "STAT fetch/tls_unverified 1" in ended.stdout
    assert "certificates are not verified" in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_port_listens_during_a_crawl(tmp_path: Path) -> None:
    with SmallServer({"/": list_page({f"/2024/0510/{n}.html": f"青岚县石桥修缮进展之{n}" for n in range(9)})}) as server:  # fmt: skip  # noqa: E501
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "site", "-a", f"url={server.url}/",
             "-s", "QINGYUAN_ALLOW_ADDRESSES=127.0.0.1/32", "-s", "DOWNLOAD_DELAY=1"],
            cwd=ROOT, env=os.environ | {"QINGYUAN_DATA": str(tmp_path / "data")},
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 40
            while len(server.asked) < 2 and time.monotonic() < deadline:
                time.sleep(0.05)
            asked, listening = len(server.asked), listening_ports(process.pid)
        finally:
            process.kill()
            process.wait()

    assert asked >= 2
    assert listening == []


def listening_ports(pid: int) -> list[int]:
    """Give the TCP ports on which a process listens."""
    sockets = set()
    for descriptor in list(Path(f"/proc/{pid}/fd").iterdir()):
        with suppress(FileNotFoundError):  # closed in between, as the listing's own
            found = re.match(r"socket:\[(\d+)\]", str(descriptor.readlink()))
            sockets |= {found[1]} if found else set()
    ports = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                ports.append(int(fields[1].rpartition(":")[2], 16))
    return ports


def test_the_look_for_ports_finds_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert listener.getsockname()[1] in listening_ports(os.getpid())
