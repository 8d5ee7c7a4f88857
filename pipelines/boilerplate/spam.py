"""Injected advertising (adult, gambling, loans, link farms), told by several kinds of evidence.

One word of it makes no spam: papers report on raids and on casinos, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.boilerplate.page import is_sentence
from pipelines.charset.script import fold_script


@dataclass(frozen=True, slots=True)
class Sign:
    """One kind of evidence: each place where it stands counts `weight`.

    `positive` has it and `negative` has not. Patterns match on script-folded lines in lower case.
    """

    name: str
    pattern: re.Pattern[str]
    weight: int
    positive: str
    negative: str


SIGNS: tuple[Sign, ...] = (
    Sign(
        "adult",
        re.compile(
            "无码|无碼|精品国产|国产精品|久久精品|久久久|[一二三]+区[一二三]+区|欧美日韩|丁香婷婷|午夜福利|"
            "人妻|性色|色综合|成人(?:网站|高清|影院|电影)|免费影视|av(?:在线|无|免费)|亚洲(?:av|精品)|"
            "黄色网站|三级片|约炮|上门服务|全套服务|裸聊|包养"
        ),
        1,
        "亚洲无码免费影视",
        "亚洲无人机展览开幕",
    ),
    Sign(
        "gambling",
        re.compile(
            "博彩|百家乐|六合彩|时时彩|北京赛车|澳门(?:赌|银河|威尼斯|新葡)|新?葡京|真人娱乐|网上赌|网赌|"
            "棋牌送|开户送|注册送|彩票(?:赚钱|平台|计划|网)|娱乐城|银河(?:国际|娱乐)|威尼斯人|(?:首存|充值)送|"
            "返水|下注|赔率|体育投注|捕鱼"
        ),
        1,
        "澳门新葡京真人娱乐开户送58",
        "澳门新地标开放",
    ),
    Sign(
        "loans",
        re.compile(
            "套现|秒下款|无抵押|不看征信|黑户|当天放款|迷药|代孕|代开发票|办证|刻章|私家侦探|代写论文"
        ),
        1,
        "不看征信当天放款",
        "银行放款的条件更严了",
    ),
    Sign(
        "word cut apart",
        re.compile(r"[一-鿿]([.·•_丨|*~])[一-鿿]\1[一-鿿]"),
        2,
        "澳.门.赌.场",
        "让·雅克·卢梭",
    ),
    Sign(
        "contact",
        re.compile(
            r"(?:微信|薇信|威信|v信|vx|wx|扣扣|q{2}|telegram|tg|飞机|电报)(?:号|群)?\s*[:：+]?\s*"
            r"[a-z0-9_-]*\d[a-z0-9_-]{4,}"
        ),
        1,
        "加微信：hw55501234",
        "微信公众号上月更新",
    ),
    Sign(
        "numbered address",
        re.compile(r"(?<![a-z0-9])(?:ww+\.?)?\d{3,}\.?(?:com|net|cc|vip|top|xyz|app)(?![a-z])"),
        1,
        "官网ww555000.com",
        "www.hewan120.com",
    ),
)
# What those say who write about it.
REPORT = re.compile(
    "警|公安|法院|检察|查处|查获|抓获|打击|涉案|判处|犯罪|整治|诈骗|骗局|扫黄|违法|非法|监管|治理|受害|研究|调查"
)
ENOUGH = 2
# A long line with few of these is not looked at closely: that took half of a page's time.
HINT = re.compile("[赌賭彩娱娛葡妻码碼贷貸征套久欧歐a-zA-Z*~丨•·_]")
SHORT, LONGEST, SEVERAL = 60, 4000, 3


def is_spam(line: str, *, alien: bool = False) -> bool:
    """Tell a line of injected advertising; `alien` says that its script is not the page's."""
    if len(line) > LONGEST or (len(line) > SHORT and len(HINT.findall(line)) < SEVERAL):
        return False
    text = fold_script(line).lower()
    found = {sign.name: len(sign.pattern.findall(text)) for sign in SIGNS}
    score = alien + sum(sign.weight * found[sign.name] for sign in SIGNS)
    if score < ENOUGH or not any(found.values()):
        return False
    offers = found["contact"] or found["numbered address"] or found["word cut apart"]
    return bool(offers) or not (REPORT.search(text) and is_sentence(text))
