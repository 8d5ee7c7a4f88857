"""A source whose list is drawn by JavaScript, crawled through a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl.conftest import ROOT, Scrapy
from tests.crawl.small_server import SmallServer
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

PATHS = {f"/2024/0510/{3000 + i}.html": topic for i, topic in enumerate(STORIES)}

LIST = (
    "<html><head><title>渲染网</title><style>@font-face{font-family:f;src:url(/f.woff2)}"
    "body{font-family:f}</style></head><body><img src='/logo.png'><ul id='list'></ul><script>"
    "fetch('/items.json').then(r => r.json()).then(items => { for (const [path, title] of items) {"
    "const li = document.createElement('li'); const a = document.createElement('a');"
    "a.href = path; a.textContent = title; li.append(a, ' 2024-05-10');"
    "document.getElementById('list').append(li); } });"
    "fetch('http://10.0.0.1/secret').catch(() => null);"
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


def test_a_list_drawn_by_javascript_is_crawled_without_images_and_fonts(
    project: Path, scrapy: Scrapy, tmp_path: Path
) -> None:
    import json

    items = json.dumps([[path, f"青岚县{topic}进展顺利"] for path, topic in PATHS.items()])
    pages = {"/": LIST, "/items.json": (200, {"Content-Type": "application/json"}, items)}
    pages |= {path: story(topic) for path, topic in PATHS.items()}
    seeds = tmp_path / "seeds.txt"
    with SmallServer(pages) as server:
        seeds.write_text(f"{server.url}/\n")
        ended = scrapy(
            "crawl", "xuanran", "-a", f"seeds={seeds}",
            settings=OPEN, cwd=project, environment={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    assert ended.exit_code == 0, ended.output
    assert len(ended.rows("articles")) == len(STORIES)
    assert "/items.json" in server.asked
    assert not {"/logo.png", "/f.woff2", "/favicon.ico"} & set(server.asked)
