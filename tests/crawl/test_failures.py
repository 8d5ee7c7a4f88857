"""Nothing vanishes: failures of stages, workers and fetches, and what the run says of them."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.demo import PORT_VARIABLE
from crawler.state.ledger import OUTCOMES
from tests.crawl.conftest import ROOT, Ended, Scrapy
from tests.crawl.small_server import SmallServer, article_page, list_page

STAGES = {
    "charset": "pipelines.charset.pipeline.CharsetPipeline",
    "boilerplate": "pipelines.boilerplate.pipeline.BoilerplatePipeline",
    "quality": "pipelines.quality.pipeline.QualityPipeline",
    "dedup": "pipelines.dedup.pipeline.DedupPipeline",
    "store": "pipelines.store.StorePipeline",
}
OPEN = {"QINGYUAN_ALLOW_ADDRESSES": "127.0.0.1/32", "DOWNLOAD_DELAY": "0"}
STORIES = {
    "石桥修缮": [
        "青岚县石桥修缮本月初动工，拆下的青石逐块编号，堆放在河滩的凉棚里。",
        "匠人周伯说，拱券要从两端向中间砌，最后一块龙门石得赶在雨季前合拢。",
        "桥头的茶摊暂时挪到了祠堂门口，老主顾照旧每天来坐上一会儿。",
    ],
    "图书下乡": [
        "一辆改装的面包车载着两千册书开进了杏花坞，孩子们围着车门挑了一个下午。",
        "馆员小沈带来一台旧投影仪，晚上在晒谷场放了一部讲候鸟的片子。",
        "借书不收押金，只要在本子上写下名字，下个月车再来时还上就行。",
    ],
    "渔港改造": [
        "沙埕渔港的新码头浇下了最后一方混凝土，泊位从十八个增加到三十一个。",
        "渔民老郭盼着冷库早日通电，往年鱼货一多，价格第二天就跌下去。",
        "港务所在防波堤上装了潮位仪，数据每十分钟传到船长们的手机上。",
    ],
    "果园套袋": [
        "五月的坡地上全是白色纸袋，梨农们抢在落花后二十天里把幼果包起来。",
        "技术员演示怎样收紧袋口又不伤果柄，一个熟手一天能套四千个。",
        "合作社今年换了可降解的纸，摘下来埋进树下就能烂掉。",
    ],
    "校车换新": [
        "开学第一天，青岚县六所小学的孩子坐上了黄色新车，每个座位都有安全带。",
        "司机都要通过夜间视力测试，车上还跟着一名照管员清点人数。",
        "家长扫一扫站牌上的图案，就能看到车开到了哪个路口。",
    ],
    "古井清淤": [
        "井底掏出七筐淤泥和三只破陶罐，罐子送去文物所做了年代测定。",
        "清淤之后水位一夜之间回升到井沿下两尺，水色比从前清亮许多。",
        "村里商定每年立夏淘一次井，轮到的人家负责给大伙煮一锅绿豆汤。",
    ],
}
TOPICS = tuple(STORIES)


def story(topic: str) -> str:
    return article_page(f"青岚县{topic}进展顺利", STORIES[topic])


def site() -> dict[str, object]:
    paths = {f"/2024/0510/{1000 + i}.html": f"青岚县{t}进展顺利" for i, t in enumerate(TOPICS)}
    pages: dict[str, object] = {p: story(t) for p, t in zip(paths, TOPICS, strict=True)}
    return {"/": list_page(paths), **pages}


def crawl(scrapy: Scrapy, server: SmallServer, **settings: str) -> Ended:
    return scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN | settings)


@pytest.mark.parametrize("stage", STAGES)
def test_the_chain_runs_with_any_one_stage_off(stage: str, scrapy: Scrapy) -> None:
    with SmallServer(site()) as server:
        ended = scrapy(
            "crawl", "site", "-a", f"url={server.url}/",
            settings=OPEN | {"ITEM_PIPELINES": f'{{"{STAGES[stage]}": null}}'},
        )  # fmt: skip

    outcomes = ended.outcomes()
    kept = {"boilerplate": "quarantined"}.get(stage, "stored")
    assert outcomes[kept] == len(TOPICS)
    assert sum(outcomes[name] for name in OUTCOMES) == len(TOPICS) + 1
    assert len(ended.rows("articles")) == (0 if stage in ("boilerplate", "store") else len(TOPICS))


def test_a_stage_that_raises_leaves_a_dead_letter_that_replays(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    (tmp_path / "broken_stage.py").write_text(
        "class Broken:\n"
        "    async def process_item(self, item):\n"
        "        if '渔港' in item.content:\n"
        "            raise ValueError('no fish')\n"
        "        return item\n"
    )
    with SmallServer(site()) as server:
        ended = scrapy(
            "crawl", "site", "-a", f"url={server.url}/",
            settings=OPEN | {"ITEM_PIPELINES": '{"broken_stage.Broken": 250}'},
            environment={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
        asked = len(server.asked)
        replayed = scrapy("replay", "--dead", settings=OPEN)

    assert ended.exit_code == 1
    [letter] = ended.rows("dead_letters")
    assert (letter["stage"], letter["error"]) == ("Broken", "ValueError: no fish")
    assert replayed.exit_code == 0, replayed.output
    assert letter["replayed_at"]
    assert len(server.asked) == asked
    assert len(ended.rows("articles")) == len(TOPICS)


def test_a_worker_that_dies_costs_one_page(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "deadly_stage.py").write_text(
        "import os\n"
        "from crawler.run import Run\n"
        "def work(text):\n"
        "    if '校车' in text: os._exit(7)\n"
        "class Deadly:\n"
        "    @classmethod\n"
        "    def from_crawler(cls, crawler):\n"
        "        self = cls(); self.workers = Run.of(crawler).workers; return self\n"
        "    async def process_item(self, item):\n"
        "        await self.workers.run(work, item.content); return item\n"
    )
    with SmallServer(site()) as server:
        ended = scrapy(
            "crawl", "site", "-a", f"url={server.url}/",
            settings=OPEN
            | {"ITEM_PIPELINES": '{"deadly_stage.Deadly": 250}', "QINGYUAN_WORKERS": "1"},
            environment={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip

    [letter] = ended.rows("dead_letters")
    assert ended.exit_code == 1
    assert "exit code 7" in letter["error"]
    assert len(ended.rows("articles")) == len(TOPICS) - 1


def test_a_sitemap_that_is_too_much_for_a_worker_costs_only_itself(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    (tmp_path / "mapped.py").write_text(
        "from crawler.sites import SitemapSpider\n"
        "class Mapped(SitemapSpider):\n"
        "    name, title, family = 'mapped', '图', 'portal'\n"
    )
    pages = site()
    # Recovery from these takes libxml2 the square of their number, and nothing can stop it.
    hostile = "<urlset>" + "<A[" * 100_000 + "</A>" * 100_000
    sound = "".join(f"<url><loc>{path}</loc></url>" for path in pages if path != "/")
    maps = {"/hostile.xml": hostile, "/sound.xml": f"<urlset>{sound}</urlset>"}
    with SmallServer(pages | maps) as server:
        seeds = tmp_path / "seeds.txt"
        seeds.write_text("".join(f"{server.url}{path}\n" for path in maps))
        ended = scrapy(
            "crawl", "mapped", "-a", f"seeds={seeds}",
            settings=OPEN
            | {"SPIDER_MODULES": "mapped", "QINGYUAN_WORKERS": "1", "QINGYUAN_STAGE_TIMEOUT": "2"},
            environment={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip

    [letter] = ended.rows("dead_letters")
    assert ended.exit_code == 1
    assert letter["url"] == f"{server.url}/hostile.xml"
    assert "sitemap_entries took over 2 s" in letter["error"]
    assert len(ended.rows("articles")) == len(TOPICS)


def test_every_fetch_has_one_outcome(scrapy: Scrapy) -> None:
    pages = site()
    paths = {p: p for p in pages if p != "/"} | {
        "/2024/0510/2001.html": "已经删除的页面不再可见",
        "/2024/0510/2002.html": "服务器出错的一篇文章",
        "/2024/0510/2003.html": "换了地址的一篇文章标题",
        "/2024/0510/2004.html": "空白页面的一篇文章标题",
    }
    pages["/"] = list_page({p: f"第{i}篇本地新闻的完整标题" for i, p in enumerate(paths)})
    pages["/2024/0510/2002.html"] = (500, {}, "broken")
    pages["/2024/0510/2003.html"] = (302, {"Location": "/2024/0510/1000.html"}, "")
    pages["/2024/0510/2004.html"] = "<html><body></body></html>"
    with SmallServer(pages) as server:
        ended = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)

    assert ended.exit_code == 0, ended.output
    assert ended.outcomes() == {
        "listing": 1, "stored": len(TOPICS), "reprint": 0, "unchanged": 1,
        "quarantined": 1, "gone": 1, "failed": 1, "dead_letters": 0, "repaired": 0,
        # robots.txt, list, 404, 500 three times, redirect and what it leads to, empty
        "fetched": len(TOPICS) + 9,
    }  # fmt: skip


def test_half_a_page_is_a_failure_and_no_article(scrapy: Scrapy) -> None:
    pages = site()
    path = next(path for path in pages if path != "/")
    stream = gzip.compress(str(pages[path]).encode())
    pages[path] = (200, {"Content-Encoding": "gzip"}, stream[: len(stream) * 3 // 4])
    with SmallServer(pages) as server:
        ended = crawl(scrapy, server)

    assert ended.outcomes()["failed"] == 1
    assert len(ended.rows("articles")) == len(TOPICS) - 1
    assert "its gzip stream breaks off" in ended.output


def test_a_site_that_refuses_every_start_url_fails_the_run(scrapy: Scrapy) -> None:
    with SmallServer({}) as server:
        gone = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)
    closed = scrapy("crawl", "site", "-a", f"url={server.url}/", settings=OPEN)

    assert gone.exit_code == 1
    assert "no start URL could be read" in gone.output
    assert closed.exit_code == 1


def test_fewer_articles_than_expected_end_with_3(scrapy: Scrapy, tmp_path: Path) -> None:
    page = {"/": list_page({"/2024/0510/1000.html": "一篇内容为空的文章标题"})}
    with SmallServer(page | {"/2024/0510/1000.html": "<html></html>"}) as server:
        seeds = write_seeds(tmp_path, f"{server.url}/")
        ended = scrapy("crawl", "qcdy", "-a", f"seeds={seeds}", settings=OPEN)

    assert ended.exit_code == 3
    assert "at least 1 expected" in ended.output


def test_a_list_that_stays_as_it_is_does_not_hide_that_too_few_articles_came(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    page = {"/": list_page({"/2024/0510/1000.html": "一篇内容为空的文章标题"})}
    with SmallServer(page | {"/2024/0510/1000.html": "<html></html>"}) as server:
        words = ("crawl", "qcdy", "-a", f"seeds={write_seeds(tmp_path, f'{server.url}/')}")
        ended = [scrapy(*words, settings=OPEN) for _ in range(3)]

    assert [each.exit_code for each in ended] == [3, 3, 3]
    assert "0 articles, at least 1 expected" in ended[-1].output


def test_a_list_that_stays_as_it_is_names_the_articles_that_it_named(
    scrapy: Scrapy, tmp_path: Path
) -> None:
    page = {"/": list_page({"/2024/0510/1000.html": f"青岚县{TOPICS[0]}进展顺利"})}
    with SmallServer(page | {"/2024/0510/1000.html": story(TOPICS[0])}) as server:
        words = ("crawl", "qcdy", "-a", f"seeds={write_seeds(tmp_path, f'{server.url}/')}")
        ended = [scrapy(*words, settings=OPEN) for _ in range(2)]

    assert [each.exit_code for each in ended] == [0, 0]
    assert ended[-1].outcomes()["unchanged"] == 1


def write_seeds(folder: Path, url: str) -> Path:
    path = folder / "seeds.txt"
    path.write_text(url + "\n")
    return path


def test_sigterm_ends_with_1_and_a_whole_record(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with SmallServer(site()) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "site", "-a", f"url={server.url}/",
             "-s", "QINGYUAN_ALLOW_ADDRESSES=127.0.0.1/32", "-s", "DOWNLOAD_DELAY=2"],
            cwd=ROOT, env={**os.environ, "QINGYUAN_DATA": str(data), PORT_VARIABLE: "0"},
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while len(server.asked) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=60)[1]

    assert process.returncode == 1
    assert "the crawl ended early: shutdown" in output


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["crawl", "qcdi"], 2, "unknown source 'qcdi'; did you mean qcdy?"),
        (["crawl", "qcdy", "-a", "seeds=nowhere.txt"], 2, "cannot read seeds 'nowhere.txt'"),
        (["crawl", "qcdy", "-a", "seeds="], 2, "cannot read seeds ''"),
        (["crawl", "qcdy", "-a", "full=maybe"], 2, "-a full: 'maybe' is neither 1 nor 0"),
        (["crawl", "qcdy", "-a", "since="], 2, "-a since: '' is no day"),
        (["crawl", "site"], 2, "needs -a url="),
        (["crawl", "site", "-a", "url=file:///etc/hostname"], 2, "is not an http(s) URL"),
        (["crawl", "qcdy", "-s", "QINGYUAN_DATABASE_URL=nonsense"], 1, "not a database URL"),
        (["runs", "--last", "0"], 2, "--last takes 1 or more, not 0"),
        (["replay", "nowhere.warc.gz"], 1, "nowhere.warc.gz: No such file or directory"),
        (["refine", "nowhere.html", "-O", "/dev/null/x"], 2, "cannot write"),
        (["try", "nowhere.html"], 1, "nowhere.html: No such file or directory"),
    ],
)
def test_a_users_mistake_gets_a_message_and_no_traceback(
    words: list[str], code: int, message: str, scrapy: Scrapy
) -> None:
    ended = scrapy(*words)

    assert ended.exit_code == code
    assert message in ended.output
    assert "Traceback" not in ended.output


@pytest.mark.parametrize(
    "words", [["crawl", "qcdy"], ["runs"], ["replay", "--dead"]], ids=lambda words: words[0]
)
def test_a_data_folder_that_cannot_be_written_is_named_without_a_traceback(
    words: list[str], scrapy: Scrapy, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file")

    ended = scrapy(*words, "-s", f"QINGYUAN_DATABASE_URL=sqlite:///{tmp_path / 'elsewhere.db'}")

    assert ended.exit_code == 1
    assert f"{words[0]}: cannot write to {tmp_path / 'data' / 'owners'}: Not a dir" in ended.output
    assert "Traceback" not in ended.output


def test_a_feed_whose_storage_is_not_known_fails_the_run(scrapy: Scrapy) -> None:
    with SmallServer({"/": story("石桥修缮")}) as server:
        ended = scrapy(
            "crawl", "site", "-a", f"url={server.url}/", "-O", "sftp://127.0.0.1/x.jsonl",
            settings=OPEN,
        )  # fmt: skip

    assert ended.exit_code == 1, ended.output
    assert len(ended.rows("articles")) == 1
    assert any("a feed failed" in reason for reason in ended.rows("runs")[-1]["reasons"])


def test_a_feed_that_cannot_be_written_fails_the_run(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with SmallServer(site()) as server:
        ended = scrapy(
            "crawl", "site", "-a", f"url={server.url}/",
            settings=OPEN | {"FEEDS": f'{{"{tmp_path}/a file/out.jsonl": {{"format": "jsonl"}}}}'},
        )  # fmt: skip

    assert ended.exit_code == 1
    assert any("a feed failed" in reason for reason in ended.rows("runs")[-1]["reasons"])
    assert len(ended.rows("articles")) == len(TOPICS), "the store has them all the same"


def test_an_exporter_that_raises_fails_the_run(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "broken_exporter.py").write_text(
        "from scrapy.exporters import JsonLinesItemExporter\n"
        "class Broken(JsonLinesItemExporter):\n"
        "    def export_item(self, item):\n"
        "        raise OSError(28, 'No space left on device')\n"
    )
    with SmallServer(site()) as server:
        ended = scrapy(
            "crawl", "site", "-a", f"url={server.url}/", "-O", f"{tmp_path}/out.jsonl",
            settings=OPEN | {"FEED_EXPORTERS": '{"jsonl": "broken_exporter.Broken"}'},
            environment={"PYTHONPATH": str(tmp_path)},
        )  # fmt: skip

    assert ended.exit_code == 1
    assert "No space left" in str(ended.rows("runs")[-1]["reasons"])
