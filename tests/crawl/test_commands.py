"""`refine`, `try`, `record` and `replay` as a user calls them."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.crawl.conftest import Scrapy, read_lines
from tests.crawl.small_server import SmallServer
from tests.crawl.test_failures import OPEN, STORIES, TOPICS, site, story

SOURCE = """
from crawler.sites import ListingSpider


class Hewan(ListingSpider):
    name = "hewan"
    title = "河湾镇"
    family = "portal"
"""


def write_inputs(folder: Path) -> list[str]:
    lines = [
        {"url": "http://a.example/1", "html": story("石桥修缮")},
        {"url": "http://a.example/2", "text": "渔港改造快报\n" + "\n".join(STORIES["渔港改造"])},
        {
            "url": "http://a.example/3",
            "body_b64": base64.b64encode(story("果园套袋").encode("gb18030")).decode(),
            "content_type": "text/html; charset=utf-8",
        },
    ]
    text = "\n".join([json.dumps(lines[0]), "{not json", *map(json.dumps, lines[1:])])
    (folder / "dump.jsonl").write_text(text, encoding="utf-8")
    (folder / "dump2.jsonl.zst").write_bytes(zstandard.compress(json.dumps(lines[0]).encode()))
    (folder / "page.html").write_bytes(story("古井清淤").encode("gbk"))
    (folder / "empty.html").write_bytes(b"")
    return [str(folder / name) for name in ("dump.jsonl", "dump2.jsonl.zst", "page.html")]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_refine_gives_one_line_a_document_in_input_order(
    workers: str, scrapy: Scrapy, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    inputs = write_inputs(tmp_path)

    ended = scrapy("refine", *inputs, "-O", str(out), "--workers", workers)

    lines = read_lines(out)
    assert ended.exit_code == 1
    assert "dump.jsonl, line 2" in ended.output
    assert [line["status"] for line in lines] == ["ok", "rejected", "ok", "ok", "ok", "ok"]
    assert [line["url"] for line in lines][2:5] == [f"http://a.example/{n}" for n in (2, 3, 1)]
    assert lines[5]["url"] == inputs[2]
    assert "七筐淤泥" in lines[5]["text"]
    assert (lines[3]["encoding"], lines[5]["encoding"]) == ("gb18030", "gb18030")
    assert all(line["reason"] is None for line in lines if line["status"] == "ok")


def test_a_source_whose_seeds_are_a_users_is_replayed(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "hewan_sources.py").write_text(SOURCE, encoding="utf-8")
    options: dict[str, Any] = {"settings": OPEN | {"SPIDER_MODULES": "hewan_sources"}}
    options |= {"environment": {"PYTHONPATH": str(tmp_path)}}
    with SmallServer(site()) as server:
        (tmp_path / "my.txt").write_text(f"{server.url}/\n")
        crawled = scrapy("crawl", "hewan", "-a", f"seeds={tmp_path / 'my.txt'}", **options)
    [archive] = (crawled.data / "archive" / "hewan").iterdir()

    replayed = scrapy("replay", str(archive), **options)

    assert replayed.exit_code == 0, replayed.output
    assert replayed.outcomes()["unchanged"] == len(TOPICS)


def test_refine_notes_reprints_only_with_an_index(scrapy: Scrapy, tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)[:1]
    again = tmp_path / "again.jsonl"
    again.write_text(json.dumps({"url": "http://b.example/9", "html": story("石桥修缮")}))

    scrapy("refine", *inputs, str(again), "-O", str(tmp_path / "plain.jsonl"))
    scrapy(
        "refine", *inputs, str(again), "-O", str(tmp_path / "with.jsonl"),
        "--index", str(tmp_path / "reprints.db"),
    )  # fmt: skip

    assert read_lines(tmp_path / "plain.jsonl")[-1]["reprint_of"] is None
    assert read_lines(tmp_path / "with.jsonl")[-1]["reprint_of"] == "http://a.example/1"


def test_refine_names_an_empty_file(scrapy: Scrapy, tmp_path: Path) -> None:
    write_inputs(tmp_path)

    ended = scrapy("refine", str(tmp_path / "empty.html"), "-O", str(tmp_path / "o.jsonl"))

    assert ended.exit_code == 1
    assert "empty.html: the file is empty" in ended.output


def test_refine_and_replay_read_what_a_crawl_archived(scrapy: Scrapy, tmp_path: Path) -> None:
    with SmallServer(site()) as server:
        crawled = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
    [archive] = crawled.data.glob("archive/site/*.warc.gz")
    refined = scrapy("refine", str(archive), "-O", str(tmp_path / "out.jsonl"))
    replayed = scrapy("replay", str(archive), settings=OPEN)

    ok = [line for line in read_lines(tmp_path / "out.jsonl") if line["status"] == "ok"]
    assert refined.exit_code == 0, refined.output
    assert len(ok) == len(TOPICS)
    assert replayed.exit_code == 0, replayed.output
    assert replayed.outcomes()["unchanged"] == len(TOPICS)
    assert len(replayed.rows("articles")) == len(TOPICS)


def test_a_truncated_archive_gives_what_stands_before_the_cut(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    with SmallServer(site()) as server:
        crawled = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
    [archive] = crawled.data.glob("archive/site/*.warc.gz")
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes(archive.read_bytes()[:-300])

    ended = scrapy("refine", str(cut), "-O", str(tmp_path / "out.jsonl"))

    ok = [line for line in read_lines(tmp_path / "out.jsonl") if line["status"] == "ok"]
    assert ended.exit_code == 1
    assert "cut.warc.gz" in ended.output
    assert len(ok) == len(TOPICS) - 1


def test_try_shows_the_stages_of_a_url_and_of_a_file(scrapy: Scrapy, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(story("图书下乡").encode("gbk"))
    with SmallServer({"/p": story("图书下乡")}) as server:
        fetched = scrapy("try", f"{server.url}/p", settings=OPEN)
        refused = scrapy("try", f"{server.url}/p")
    read = scrapy("try", str(page))

    for shown in (fetched, read):
        assert shown.exit_code == 0, shown.output
        assert "青岚县图书下乡进展顺利" in shown.output
        assert "fingerprint " in shown.output
    assert "decoded as utf-8" in fetched.output
    assert "decoded as gb18030" in read.output
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output


def test_record_keeps_bytes_and_expectation_without_secrets(scrapy: Scrapy, tmp_path: Path) -> None:
    secret = {"Set-Cookie": "id=secret", "Content-Type": "text/html; charset=utf-8"}
    body = story("校车换新").encode("gbk")
    with SmallServer({"/a.html?token=secret&p=1": (200, secret, body)}) as server:
        ended = scrapy(
            "record", "qcdy", f"{server.url}/a.html?token=secret&p=1",
            "--into", str(tmp_path / "fixtures"), settings=OPEN,
        )  # fmt: skip
        gone = scrapy("record", "qcdi", f"{server.url}/", settings=OPEN)

    assert ended.exit_code == 0, ended.output
    [folder] = (tmp_path / "fixtures" / "qcdy").iterdir()
    [expected] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert (folder / "body.bin").read_bytes() == body
    assert expected["title"] == "青岚县校车换新进展顺利"
    assert expected["encoding"] == "gb18030"
    assert b"secret" not in everything
    assert gone.exit_code == 2
    assert "did you mean qcdy" in gone.output


def test_a_gzipped_html_file_is_read(scrapy: Scrapy, tmp_path: Path) -> None:
    page = tmp_path / "page.html.gz"
    page.write_bytes(gzip.compress(story("石桥修缮").encode()))

    scrapy("refine", str(page), "-O", str(tmp_path / "o.jsonl"))

    assert [line["status"] for line in read_lines(tmp_path / "o.jsonl")] == ["ok"]


def test_refine_reads_half_a_surrogate_pair_as_no_character(scrapy: Scrapy, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    text = "青岚县石桥修缮本月初动工，\\ud800拆下的青石逐块编号。" * 3
    source.write_text(
        f'{{"url": "http://hewan.example/1\\udc00", "text": "石桥修缮\\n\\n{text}"}}\n'
    )

    ended = scrapy("refine", str(source), "-O", str(out))

    assert ended.exit_code == 0, ended.output
    assert "\ufffd" in read_lines(out)[0]["url"]
