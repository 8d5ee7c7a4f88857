"""Injected advertising leaves an article, and reports about it stay."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.lines import strip
from pipelines.boilerplate.spam import SIGNS, Sign, is_spam

PROSE = [
    "河湾镇的石桥修好以后，赶集的人又多了起来，桥头的茶摊也搬回了老地方，每天天不亮就生火。",
    "镇上的老人说，从前过河要等渡船，一等就是半个时辰，遇到涨水的日子干脆就不出门了。",
]
SPAM = [
    "亚洲无码一二三区免费影视,国产精品久久久",
    "澳门新葡京真人娱乐 开户送58",
    "澳.门.赌.场 上 线 啦",
    "不看征信当天放款，黑户也行，加微信：hw55501234",
    "银河国际网址 官网ww555000.com",
    "体育投注赔率最高 首存送100%",
]
REPORTS = [
    "警方捣毁一个网上赌博团伙，该团伙以百家乐、六合彩等名目吸引赌客下注，涉案金额三百万元。",
    "法院判处两名被告有期徒刑，两人以秒下款、不看征信为名骗取二十名受害人的保证金。",
    "全市开展扫黄打非专项整治，查处传播黄色网站链接的公众号十二个，裸聊诈骗案件七起。",
    "研究认为，博彩业占该地区财政收入的七成，赔率与下注额的关系并不像赌客想的那样。",
]
OTHERS = [
    "国产精品牌子越来越多，顾客却更愿意先试再买。",
    "让·雅克·卢梭的书在县图书馆借出了二百次。",
    "联系人：王老师，电话：0555-5550123，微信公众号：河湾发布。",
    "本次体检套餐共三种，详情见 www.hewan120.com 。",
]


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_a_sign_is_in_its_positive_example_and_not_in_its_negative(sign: Sign) -> None:
    assert sign.pattern.search(sign.positive)
    assert not sign.pattern.search(sign.negative)


@pytest.mark.parametrize("line", SPAM)
def test_spam_between_paragraphs_is_dropped_under_its_name(line: str) -> None:
    kept, dropped = strip([PROSE[0], line, PROSE[1]], "")

    assert kept == PROSE
    assert [(d.rule, d.line, d.text) for d in dropped] == [("spam", 1, line)]


@pytest.mark.parametrize("line", REPORTS + OTHERS)
def test_reports_about_spam_and_other_lines_stay(line: str) -> None:
    kept, _ = strip([PROSE[0], line, PROSE[1]], "")

    assert line in kept


def test_one_word_is_enough_where_the_script_breaks() -> None:
    hant = [
        "橋頭的茶攤搬回了老地方，每天天不亮就生火，趕集的人都說這裡的茶比從前更香了許多。",
        "鎮上的老人說，從前過河要等渡船，一等就是半個時辰，遇到漲水的日子乾脆就不出門了。",
    ]
    line = "这里有网赌平台供您选择"

    kept, dropped = strip([hant[0], line, hant[1]], "")

    assert kept == hant
    assert [d.rule for d in dropped] == ["spam"]
    assert not is_spam(line)


def test_a_quotation_in_the_other_script_stays() -> None:
    hant = "橋頭的茶攤搬回了老地方，每天天不亮就生火，趕集的人都說這裡的茶比從前更香了許多。"
    line = "他在信里写道：这里的桥修好了，过年就回来。"

    assert strip([hant, line, hant], "")[0] == [hant, line, hant]
