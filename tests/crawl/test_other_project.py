"""The add-on in another, minimal Scrapy project, whose items are dicts and attrs classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl.conftest import ROOT, Scrapy, read_lines
from tests.crawl.small_server import SmallServer, article_page

SPIDER = """
import attrs
import scrapy


@attrs.define
class Story:
    url: str
    html: str
    title: str = ""
    text: str = ""
    mood: str = "own field"


class Foreign(scrapy.Spider):
    name = "foreign"

    async def start(self):
        yield scrapy.Request(self.url + "/dict", cb_kwargs={"make": "dict"})
        yield scrapy.Request(self.url + "/attrs", cb_kwargs={"make": "Story"})

    def parse(self, response, make):
        make = {"dict": dict, "Story": Story}[make]
        yield make(url=response.url, html=response.text)
"""

SETTINGS = """
SPIDER_MODULES = ["foreign"]
ADDONS = {"crawler.addon.CrawlerAddon": 0}
"""

FACTS = {
    "/dict": [
        "河湾镇的石桥建于清代，去年汛期受损，今年四月动工修缮。",
        "工匠说，拱券要先拆后砌，工期约三个月。",
    ],
    "/attrs": [
        "枫林县图书馆把借书柜放进了十二个村的便民站。",
        "馆员每周补一次书，村民可以在手机上续借。",
    ],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = own_settings\n")
    (folder / "own_settings.py").write_text(SETTINGS)
    (folder / "foreign.py").write_text(SPIDER)
    return folder


def test_dicts_and_attrs_items_run_through_the_whole_chain(
    project: Path, scrapy: Scrapy, tmp_path: Path
) -> None:
    pages = {path: article_page(f"{path}的消息", facts * 3) for path, facts in FACTS.items()}
    out = tmp_path / "out.jsonl"
    with SmallServer(pages) as server:
        ended = scrapy(
            "crawl",
            "foreign",
            "-a",
            f"url={server.url}",
            "-O",
            str(out),
            settings={"QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32", "DOWNLOAD_DELAY": "0"},
            cwd=project,
            environment={"PYTHONPATH": str(ROOT)},
        )

    stored = {row["url"]: row for row in ended.rows("articles")}
    assert ended.exit_code == 0, ended.output
    assert set(stored) == {f"{server.url}/dict", f"{server.url}/attrs"}
    for path, facts in FACTS.items():
        row = stored[server.url + path]
        assert facts[0] in row["text"]
        assert row["source"] == "foreign"
        assert row["title"] == f"{path}的消息"
    lines = {line["url"]: line for line in read_lines(out)}
    assert lines[f"{server.url}/attrs"]["mood"] == "own field"
    assert lines[f"{server.url}/dict"]["fingerprint"]


def test_a_package_that_hides_ours_stops_with_a_message(project: Path, scrapy: Scrapy) -> None:
    (project / "pipelines").mkdir()
    (project / "pipelines" / "__init__.py").write_text("")

    ended = scrapy(
        "crawl", "foreign", "-a", "url=http://127.0.0.1:1", cwd=project,
        environment={"PYTHONPATH": f"{project}:{ROOT}"},
    )  # fmt: skip

    assert ended.exit_code != 0
    assert "'pipelines' at" in ended.output
