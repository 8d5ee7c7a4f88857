"""A damaged page and a sound copy of it, crawled over real HTTP: the one heals the other."""

from __future__ import annotations

import re
from typing import Any

from tests.crawl.conftest import Ended, Scrapy
from tests.crawl.small_server import SmallServer, article_page, list_page
from tests.crawl.test_failures import OPEN, STORIES

TITLE, SENTENCES = "石桥修缮", STORIES["石桥修缮"] + STORIES["图书下乡"] + STORIES["渔港改造"]
OTHERS = {f"/n/2{i}.html": topic for i, topic in enumerate(("果园套袋", "校车换新", "古井清淤"))}
SOUND = "".join(SENTENCES)
# A character in the middle of the text, whose first byte was lost on the way.
LOST = SOUND[len(SOUND) // 2]


def site() -> dict[str, Any]:
    listed = {"/n/1.html": TITLE, "/n/9.html": f"{TITLE}的消息"}
    listed |= {path: f"{topic}的新消息传来" for path, topic in OTHERS.items()}
    sound = article_page(TITLE, SENTENCES)
    before, behind = _parted(sound)
    damaged = before.encode() + b"\xff" + LOST.encode()[1:] + behind.encode()
    pages = {path: article_page(topic, STORIES[topic]) for path, topic in OTHERS.items()}
    return {"/": list_page(listed), "/n/1.html": sound, "/n/9.html": damaged} | pages


def _parted(page: str) -> tuple[str, str]:
    around = SOUND[len(SOUND) // 2 - 4 : len(SOUND) // 2 + 5]
    at = page.index(around) + 4
    return page[:at], page[at + 1 :]


def healed(ended: Ended) -> int:
    return sum(map(int, re.findall(r"'reprints/healed': (\d+)", ended.output)))


def test_what_one_page_has_lost_comes_from_its_copy_and_stays_when_it_is_crawled_again(
    scrapy: Scrapy,
) -> None:
    with SmallServer(site()) as server:
        words = ("crawl", "site", "-a", f"url={server.url}/")
        first = scrapy(*words, settings=OPEN)
        rows = {row["url"].rpartition("/")[2]: row for row in first.rows("articles")}
        again = scrapy(*words, "--full", settings=OPEN)

    ill, sound = rows["9.html"], rows["1.html"]
    fillings = [d for d in ill["damages"] if d["kind"] == "healed"]
    assert first.exit_code == 0, first.output
    assert ill["text"] == sound["text"]
    assert ill["fingerprint"] != sound["fingerprint"]
    assert [(d["after"], d["source"]) for d in fillings] == [(LOST, sound["canonical_url"])]
    assert (ill["reprint_of"], sound["reprint_of"]) == (sound["canonical_url"], None)
    assert (healed(first), healed(again)) == (1, 0)
    assert again.outcomes()["unchanged"] == 5
    after = {row["url"]: row for row in again.rows("articles")}
    assert len(after) == len(rows)
    assert after[ill["url"]]["text"] == sound["text"]
