"""Sources whose pages are drawn by JavaScript, crawled through a real Chromium."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from benchmarks.reliability import browser
from crawler.state.warc import read_responses
from tests.crawl.conftest import ROOT, Ended, Scrapy
from tests.crawl.moody_server import MoodyServer
from tests.crawl.small_server import SmallServer, list_page
from tests.crawl.test_failures import OPEN, STORIES, story

SOURCE = '''
from crawler.sites import ListingSpider


class Xuanran(ListingSpider):
    """渲染网: its list is drawn by JavaScript."""

    name = "xuanran"
    title = "渲染网"
    family = "portal"
    render = "browser"
'''

PATHS = {f"/2024/0510/{3000 + i}.html": topic for i, topic in enumerate(list(STORIES)[:3])}
TITLES = {path: f"青岚县{topic}进展顺利" for path, topic in PATHS.items()}
ARTICLES = {path: story(topic) for path, topic in PATHS.items()}

LIST = (
    "<html><head><title>渲染网</title><style>@font-face{font-family:f;src:url(/f.woff2)}"
    "body{font-family:f}</style></head><body><img src='/logo.png'><ul id='list'></ul><script>"
    "fetch('/items.json').then(r => r.json()).then(items => { for (const [path, title] of items) {"
    "const li = document.createElement('li'); const a = document.createElement('a');"
    "a.href = path; a.textContent = title; li.append(a, ' 2024-05-10');"
    "document.getElementById('list').append(li); } });"
    "</script></body></html>"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "with_browser"
    folder.mkdir()
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = own_settings\n")
    (folder / "xuanran.py").write_text(SOURCE)
    (folder / "own_settings.py").write_text(
        'SPIDER_MODULES = ["xuanran"]\nADDONS = {"crawler.addon.CrawlerAddon": 0}\n'
        'COMMANDS_MODULE = "crawler.commands"\n'
    )
    return folder


def crawl(scrapy: Scrapy, project: Path, url: str, **settings: str) -> Ended:
    seeds = project / "seeds.txt"
    seeds.write_text(f"{url}/\n")
    environment = {"PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "own_settings"}
    return scrapy(
        "crawl", "xuanran", "-a", f"seeds={seeds}",
        settings=OPEN | settings, cwd=project, environment=environment,
    )  # fmt: skip


def texts(ended: Ended) -> dict[str, str]:
    """Give the stored articles by path."""
    return {"/" + row["url"].split("/", 3)[3]: row["text"] for row in ended.rows("articles")}


def test_a_list_drawn_by_javascript_is_crawled_without_images_and_fonts(
    project: Path, scrapy: Scrapy
) -> None:
    items = json.dumps(list(TITLES.items()))
    drawn = {"/": LIST, "/items.json": (200, {"Content-Type": "application/json"}, items)}
    with SmallServer(drawn | ARTICLES) as server:
        ended = crawl(scrapy, project, server.url)

    assert ended.exit_code == 0, ended.output
    assert set(texts(ended)) == set(PATHS)
    assert "/items.json" in server.asked
    assert not {"/logo.png", "/f.woff2", "/favicon.ico"} & set(server.asked)


def ways_out(url: str, path: str) -> str:
    """Write the ways in which a page asks another server, two by a path of its own."""
    socket = url.replace("http", "ws", 1)
    return (
        f"<link rel=prefetch href='{url}/prefetch'><link rel=stylesheet href='{url}/css'>"
        f"<iframe src='{url}/frame'></iframe><iframe src='/{path}.html'></iframe>"
        f"<iframe src=\"data:text/html,<script src='{url}/data'></script>\"></iframe>"
        f"<script src='{url}/script'></script><script src='/{path}'></script>"
        "<iframe src='file:///etc/hostname'></iframe><script>{"
        f"fetch('{url}/fetch').catch(() => 0); fetch('/{path}').catch(() => 0);"
        f"const x = new XMLHttpRequest(); x.open('GET', '{url}/xhr'); x.send();"
        f"new WebSocket('{socket}/socket'); new EventSource('{url}/events');"
        f"navigator.sendBeacon('{url}/beacon', 'x');"
        f"window.open('{url}/popup'); navigator.serviceWorker.register('/worker.js');"
        f"const task = new Blob([`fetch('{url}/worker', {{mode: 'no-cors'}})`]);"
        "new Worker(URL.createObjectURL(task)); }</script>"
    )


def test_no_request_of_a_page_reaches_a_closed_door(project: Path, scrapy: Scrapy) -> None:
    with SmallServer({}, "127.0.0.2") as closed, SmallServer({}, "127.0.0.3") as opened:
        page = next(iter(PATHS))
        moved = (302, {"Location": f"{closed.url}/moved"}, "")
        ways = ways_out(opened.url, "opened") + ways_out(closed.url, "closed")
        pages = ARTICLES | {
            "/": list_page(TITLES | {"/2024/0510/3100.html": "搬到内网的一篇文章标题"}),
            "/2024/0510/3100.html": moved,
            page: ARTICLES[page].replace("</body>", ways + "</body>"),
            "/worker.js": (200, {"Content-Type": "text/javascript"}, "fetch('/in_worker')"),
        }
        for name, server in {"opened": opened, "closed": closed}.items():
            pages[f"/{name}"] = (302, {"Location": f"{server.url}/redirect"}, "")
            pages[f"/{name}.html"] = (
                f"<meta http-equiv=refresh content='0;url={server.url}/refresh'>"
            )
        with SmallServer(pages) as site:
            allowed = "127.0.0.1/32,127.0.0.3/32"
            ended = crawl(
                scrapy, project, site.url, QINGYUAN_ALLOW_ADDRESSES=allowed, RETRY_TIMES="0"
            )

    assert set(texts(ended)) == set(PATHS), ended.output
    assert closed.asked == []
    assert set(opened.asked) >= {  # the page does try
        "/css", "/frame", "/data", "/script", "/redirect", "/refresh", "/fetch", "/xhr",
        "/socket", "/events", "/worker",
    }  # fmt: skip
    assert "/in_worker" not in site.asked


def test_a_call_between_browsers_sends_nothing_around_the_proxy(
    project: Path, scrapy: Scrapy
) -> None:
    page = next(iter(PATHS))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.2", 0))
        closed.setblocking(False)
        call = (
            f"<script>const urls = 'stun:127.0.0.2:{closed.getsockname()[1]}';"
            "const call = new RTCPeerConnection({iceServers: [{urls}]}); const from = Date.now();"
            "call.createDataChannel('x');"
            "call.createOffer().then(x => call.setLocalDescription(x));"
            # The page rests once the browser has looked for ways, or two seconds have passed.
            "(function wait() { if (call.iceGatheringState !== 'complete' &&"
            " Date.now() < from + 2000) fetch('/wait').finally(() => setTimeout(wait, 100)); })();"
            "</script>"
        )
        pages = ARTICLES | {"/": list_page(TITLES), "/wait": ""}
        pages[page] = ARTICLES[page].replace("</body>", call + "</body>")
        with SmallServer(pages) as server:
            ended = crawl(scrapy, project, server.url)
        with pytest.raises(BlockingIOError):
            closed.recv(2000)

    assert set(texts(ended)) == set(PATHS), ended.output
    assert "/wait" in server.asked


def test_a_page_that_loads_itself_again_and_again_is_left(project: Path, scrapy: Scrapy) -> None:
    again = "/2024/0510/6001.html"
    listed = list_page(TITLES | {again: "反复刷新的一篇文章标题"})
    pages = ARTICLES | {"/": listed, again: "<script>location.reload()</script>"}
    with SmallServer(pages) as server:
        ended = crawl(scrapy, project, server.url, REDIRECT_MAX_TIMES="5", DOWNLOAD_TIMEOUT="15")

    assert set(texts(ended)) == set(PATHS), ended.output
    assert 6 <= server.asked.count(again) < 12
    assert "'fetch/failed/redirects': 1," in ended.output


def test_a_page_goes_on_in_the_browser_only_where_its_site_and_robots_txt_let_it(
    project: Path, scrapy: Scrapy
) -> None:
    away, retried, forbidden = (f"/2024/0510/{number}.html" for number in (5001, 5002, 5003))
    listed = TITLES | dict.fromkeys((away, retried, forbidden), "走开的一篇文章标题")
    pages = ARTICLES | {"/": list_page(listed), "/robots.txt": "User-agent: *\nDisallow: /no/\n"}

    def answer(host: str, path: str, count: int) -> Any:
        off_site = f"http://127.0.0.3:{server.port}{path}"
        moved = {away: off_site, retried: off_site, forbidden: "/no/1.html"}
        if "127.0.0.3" in host or path.startswith("/no/"):
            return story(list(STORIES)[3])
        if path == retried and not count:
            return 500, {}, ""
        return (302, {"Location": moved[path]}, "") if path in moved else pages.get(path, "")

    with MoodyServer(answer) as server:
        allowed = "127.0.0.1/32,127.0.0.3/32"
        ended = crawl(
            scrapy, project, server.url, QINGYUAN_ALLOW_ADDRESSES=allowed, RETRY_TIMES="1",
            QINGYUAN_RETRY_DELAY="0.1", RETRY_ENABLED="True",
        )  # fmt: skip

    assert set(texts(ended)) == set(PATHS), ended.output
    assert "'fetch/closed_door/redirect': 2," in ended.output
    assert "'robotstxt/forbidden': 1," in ended.output


def test_a_page_is_bounded_in_bytes_memory_and_time_and_costs_no_other(
    project: Path, scrapy: Scrapy
) -> None:
    html = {"Content-Type": "text/html"}
    bomb = gzip.compress(b"<p>" + b" " * 2**25)
    eater = "<script>const kept = []; for (;;) kept.push(new Uint8Array(2**24).fill(1));</script>"
    bad = {
        "/2024/0510/4001.html": (200, html, b"<p>" + b"x" * 2**21),
        "/2024/0510/4002.html": (200, html | {"Content-Encoding": "gzip"}, bomb),
        "/2024/0510/4003.html": (200, html | {"Content-Disposition": "attachment"}, b"x"),
        "/2024/0510/4004.html": eater,
        "/2024/0510/4005.html": "<script>for (;;);</script>",
        "/2024/0510/4006.html": "<script>for (let i = 0; i < 40; i++) fetch('/half');</script>",
        # Of another site: Chromium gives such a frame a process of its own.
        "/2024/0510/4007.html": "<script>document.write(`<iframe src='http://localhost:"
        "${location.port}/frame'></iframe>`)</script>",
    }
    listed = TITLES | {path: f"越界的第{path[-6]}篇文章标题" for path in bad}
    half = {"/half": (200, {"Content-Type": "text/plain"}, b"x" * 2**17)}
    half["/frame"] = (200, html | {"Content-Encoding": "gzip"}, bomb)
    with SmallServer({"/": list_page(listed)} | ARTICLES | bad | half) as server:
        ended = crawl(
            scrapy, project, server.url, RETRY_TIMES="0", DOWNLOAD_MAXSIZE=str(2**20),
            DOWNLOAD_TIMEOUT="15", QINGYUAN_BROWSER_MEMORY_MB="700",
            CONCURRENT_REQUESTS_PER_DOMAIN="4",
        )  # fmt: skip

    assert set(texts(ended)) == set(PATHS), ended.output
    assert (ended.outcomes()["failed"], ended.exit_code) == (len(bad), 0)
    for path, reason in {
        "4001": "more than 1048576 bytes", "4002": "more than 1048576 bytes",
        "4003": "a download, not a page", "4004": "the page's process died",
        "4005": "not rendered within 15 s", "4006": "more than 1048576 bytes",
        "4007": "more than 1048576 bytes",
    }.items():  # fmt: skip
        assert f"{path}.html: {reason}" in ended.output
    assert "'browser/started': 1," in ended.output


def test_pages_that_never_rest_ask_or_move_on_are_taken_as_they_stand(
    project: Path, scrapy: Scrapy
) -> None:
    polls, asks, moves = PATHS
    gone, raw = "/2024/0510/9001.html", "/2024/0510/9002.html"
    script = "<script>setInterval(() => fetch('/poll'), 100)</script></body>"
    pages = ARTICLES | {
        "/": list_page(TITLES | {gone: "已经删除的一篇文章标题", raw: "不是网页的一篇文章标题"}),
        "/poll": "",
        polls: ARTICLES[polls].replace("</body>", script),
        asks: ARTICLES[asks].replace("</body>", "<script>alert(1);confirm(2)</script></body>"),
        moves: "<script>location.replace('/2024/0510/9000.html')</script>",
        "/2024/0510/9000.html": ARTICLES[moves],
        gone: (410, {}, ARTICLES[moves]),
        raw: (200, {"Content-Type": "application/json"}, '{"a": "<b>"}'),
    }
    with SmallServer(pages) as server:
        ended = crawl(scrapy, project, server.url, QINGYUAN_BROWSER_QUIET="3")

    assert ended.exit_code == 0, ended.output
    assert set(texts(ended)) == set(PATHS) - {moves} | {"/2024/0510/9000.html"}
    assert ended.outcomes()["gone"] == 1
    assert "'browser/never_quiet': 1" in ended.output
    [archive] = ended.data.glob("archive/*/*.warc.gz")
    kept = {record.url.removeprefix(server.url): record for record in read_responses(archive)}
    assert kept[raw].body == b'{"a": "<b>"}'
    assert (kept[gone].status, kept["/"].rendered) == (410, True)


@pytest.mark.parametrize("program", ["/nowhere/chromium", "/bin/false"])
def test_a_browser_that_cannot_start_fails_the_run_and_says_why(
    program: str, project: Path, scrapy: Scrapy
) -> None:
    with SmallServer({"/": list_page(TITLES)} | ARTICLES) as server:
        ended = crawl(scrapy, project, server.url, QINGYUAN_BROWSER=program)

    assert ended.exit_code == 1
    assert "the browser does not start" in ended.output


def test_a_crawl_outlives_its_browser_killed_and_stopped() -> None:
    blows = ["browser killed", "renderer killed", "driver killed", "browser stopped"]

    ended = browser.crawl(16, blows, seed=1)

    assert [name for name, _ in ended.backs] == blows, ended.log
    assert (ended.exit_code, ended.lost, ended.left) == (0, 0, 0), ended.log
