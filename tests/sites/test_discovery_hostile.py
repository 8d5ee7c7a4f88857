"""What is broken, huge or hostile costs `find_links` little, and gives addresses only."""

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.sites.discovery import find_links
from tests.sites.list_pages import LIST, TITLES

# fmt: off
FRAGMENTS = st.sampled_from([
    "<a href='", "/n/20240101.html'>", "</a>", "'>", "<div style='display:none'>",
    "<base href='//'>", "<a href='http://[x'>下一页</a>", "<a href=http://a:99999/1>2", "<li>",
    "<!--", "]]>", "<script>", "createPageHTML(4,0,'a','b')", "</body>", "\0", "\ud800",
    "<?xml encoding='gbk'?>", "2024-01-02",
])
# fmt: on


@settings(deadline=None)
@given(st.lists(FRAGMENTS | st.text(max_size=20)).map("".join), st.just(LIST) | st.text())
def test_any_text_gives_absolute_web_addresses(html: str, url: str) -> None:
    found = find_links(html, url)
    for address in (*found.articles, *filter(None, [found.next])):
        assert urlsplit(address).scheme in ("http", "https")
        assert urlsplit(address).hostname


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("", id="empty"),
        pytest.param("<a href=/n/1>" * 20_000, id="open links"),
        pytest.param("<div>" * 5_000 + "<a href=/n/1>" * 5_000, id="deep"),
        pytest.param(
            ("<div class=nav>" + "<a>菜</a>" * 9 + "<a href=/n/1>菜</a>") * 1_900,
            id="menus in menus",
        ),
        pytest.param("<script>Page " + "/* " * 100_000, id="open comments in a script"),
        pytest.param("<script>nextPage Page" + "a" * 50_000, id="one long word in a script"),
        pytest.param("<a href=/n/1>" + ">" * 50_000 + "x</a>", id="one long sign"),
    ],
)
def test_broken_and_huge_pages_end_soon_with_nothing(html: str) -> None:
    started = time.monotonic()
    found = find_links(html, LIST)
    assert found.next is None and len(found.articles) <= 1
    assert time.monotonic() - started < 10


def test_the_cost_grows_with_the_number_of_links_only() -> None:
    def seconds(count: int) -> float:
        rows = "".join(f"<li><a href='/n/{n}.html'>{TITLES[0]}</a>" for n in range(count))
        started = time.process_time()
        assert len(find_links(f"<ul>{rows}</ul>", LIST).articles) == count
        return time.process_time() - started

    small = min(seconds(1_000) for _ in range(3))
    assert seconds(20_000) < 100 * small  # twenty times as many: quadratic cost would be 400
