"""The must-hold figures on the real pages beside the checkout."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import trafilatura

from crawler.items import Article, Page
from pipelines import refine
from pipelines.boilerplate import extract
from pipelines.charset import decode, repair

# What each seed must come out with, and what must not be in its text.
SEEDS: dict[str, tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = {
    "000": (
        {"title": "首届淮海经济区卫生健康事业协同发展座谈会在徐顺利召开", "script": "hans"},
        ("热线", "无码", "(jīng)", "(wèi)"),
        ("隆重举行", "迈进"),
    ),
    "001": (
        {"region": "浙江-丽水-缙云县", "published_at": "2024-05-10"},
        ("RSS", "注册会员", "标讯", "本站", "独家指定"),
        ("昨日,全市", "弯道超车"),
    ),
    "002": (
        {"published_at": "2023-06-27T18:04:26+08:00", "publisher": "文汇网"},
        ("无码", "标签", "观察家网"),
        ("与上海中医药大学", "发展建设项目"),
    ),
    "003": (
        {"title": "共建区域医药健康中心战略合作签约仪式在泸州举行", "publisher": "健康四川"},
        ("相关阅读", "热门文章", "最新文章", "尘肺病", "服务粉丝"),
        ("5月17日,省卫生", "展开合作"),
    ),
    "004": (
        {
            "title": "大英县召开紧密型县域医疗卫生共同体建设工作动员会",
            "published_at": "2023-07-06T05:55:09+08:00",
        },
        ("每日快讯", "公积金", "最新", "图片仅供参考"),
        ("7月3日,大英县", "表态发言"),
    ),
}


@pytest.mark.parametrize("number", SEEDS)
def test_a_seed_becomes_a_clean_article(number: str, shared: Path) -> None:
    [path] = (shared / "seeds").glob(f"{number}_*.txt")
    wanted, gone, kept = SEEDS[number]

    article = refine(Page(url=str(path), content=path.read_text("utf-8"), media="text"))

    assert isinstance(article, Article)
    assert {name: getattr(article, name) for name in wanted} == wanted
    assert [word for word in gone if word in article.text] == []
    assert [word for word in kept if word not in article.text] == []


def test_chinese_articles_score_at_least_as_trafilatura(shared: Path) -> None:
    spec = importlib.util.spec_from_file_location("score", shared / "tools" / "score_pages.py")
    assert spec is not None and spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    ours: list[float] = []
    theirs: list[float] = []
    for folder in sorted((shared / "data" / "pages").iterdir()):
        gold = json.loads((folder / "gold.json").read_text("utf-8"))
        if gold["lang"] != "zh" or gold["genre"] != "article":
            continue
        text = decode(gzip.decompress((folder / "page.html.gz").read_bytes())).text
        found = extract(repair(text).text, gold.get("url") or f"https://{gold['site']}/")
        ours.append(score.rouge_l(found.text, gold["text"])[2])
        theirs.append(score.rouge_l(trafilatura.extract(text) or "", gold["text"])[2])

    assert len(ours) > 100
    assert sum(ours) >= sum(theirs)
