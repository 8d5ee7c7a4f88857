"""A crawl of a hostile server ends, in bounded time and memory, and knocks at no closed door."""

from __future__ import annotations

from pathlib import Path

from benchmarks.reliability.hostile_server import ATTACKS, HostileServer
from benchmarks.reliability.hostility import hostile_urls, visit
from benchmarks.reliability.tricks import TRICKS

GRACE = 1.0
QUICK = {
    "DOWNLOAD_DELAY": "0",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "8",
    "RETRY_ENABLED": "False",
    "QINGYUAN_SLOW_GRACE": str(GRACE),
    "ROBOTSTXT_OBEY": "False",
}


def test_every_attack_is_bounded_and_no_trick_reaches_a_closed_door(tmp_path: Path) -> None:
    with HostileServer(mebibytes=64, count=5000) as server:
        urls = hostile_urls(server)
        ended = visit(urls, "http://127.0.0.3", tmp_path / "visit", QUICK, timeout=100)
        asked, held, reached = set(server.asked), dict(server.held), list(server.reached)

    assert len(TRICKS) >= 40
    assert reached == []
    assert asked >= ATTACKS.keys() | {"/bomb/gzip", "/feed", "/sitemap", "/robots.txt", "/loop"}
    # The default grace is 8 s; what is slow here took one, and a busy machine some more.
    assert max(held.values()) < 10
    assert ended.stats["fetch/over_limit/slow"] >= 4
    assert ended.stats["fetch/over_limit/headers"] >= 3
    assert ended.stats["fetch/over_limit/codings"] >= 1
    assert ended.stats["fetch/over_limit/size"] >= 2
    assert ended.stats["fetch/closed_door/address"] >= 40
    assert ended.stats["fetch/closed_door/scheme"] >= 10
    assert "have no outcome" not in ended.log
    assert ended.crawler_mib < 500


def test_what_a_source_with_a_browser_fetches_without_it_is_bounded_too(tmp_path: Path) -> None:
    rendering = {"DOWNLOAD_HANDLERS": '{"http": "crawler.fetch.render_handler.RenderHandler"}'}
    with HostileServer(mebibytes=1, count=10) as server:
        urls = [server.url + path for path in ("/slow", "/slow_headers", "/many_headers")]
        ended = visit(urls, "http://127.0.0.3", tmp_path / "visit", QUICK | rendering, timeout=100)
        held = dict(server.held)

    assert max(held.values()) < 10
    assert ended.stats["fetch/over_limit/slow"] == 2
    assert ended.stats["fetch/over_limit/headers"] == 1
