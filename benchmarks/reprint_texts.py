"""Texts to compare: copies of real articles, forms filled in differently, issues of columns."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.charset.sound import lines

LEAST = 400
_SENTENCE = re.compile(r"[^。！？]*[。！？]?")


def documents(rng: random.Random, count: int, least: int = LEAST) -> list[str]:
    """Make articles of at least so many characters out of real paragraphs, none used twice.

    Fewer than `count` where the paragraphs do not suffice.
    """
    paragraphs = [*dict.fromkeys([*lines("cmrc2018_zh_hans"), *lines("drcd_zh_hant")])]
    rng.shuffle(paragraphs)
    found: list[str] = []
    text: list[str] = []
    for paragraph in paragraphs:
        text.append(paragraph)
        if sum(map(len, text)) >= least:
            found.append("\n".join(text))
            text = []
    return found[:count]


def sentences(text: str) -> list[str]:
    """Give the sentences of a text with the marks that end them."""
    return [sentence for sentence in _SENTENCE.findall(text) if sentence.strip()]


def with_other_sentences(rng: random.Random, text: str, others: Sequence[str], share: float) -> str:
    """Put sentences of other articles in the place of a share of a text's own."""
    own = sentences(text)
    for place in rng.sample(range(len(own)), round(share * len(own))):
        own[place] = rng.choice(sentences(rng.choice(others)))
    return "".join(own)


def with_edits(rng: random.Random, text: str, others: Sequence[str], share: float) -> str:
    """Replace, insert and delete a share of a text's characters, a third of it each."""
    alphabet = rng.choice(others)
    out: list[str] = []
    for character in text:
        if rng.random() >= share:
            out.append(character)
            continue
        out.append(rng.choice([rng.choice(alphabet), character + rng.choice(alphabet), ""]))
    return "".join(out)


_HEADS = (
    "清源热线 > 本地 > 正文 字号：大 中 小 打印本页 来源：清源晚报 发布时间：2024-03-{d:02}\n",
    "【每日快讯】小编为您整理了以下内容，更多精彩请关注本站公众号。阅读：{n}次\n",
    "首页 新闻 财经 体育 娱乐 房产 汽车 您现在的位置：首页 - 新闻中心 - 国内 {n}\n",
)
_TAILS = (
    "\n责任编辑：韦青 版权声明：本文仅代表作者观点，如有侵权请联系删除，电话0555-{n}。",
    "\n上一篇：春灌开始了 下一篇：石桥要修了 相关阅读：河湾的{n}盏灯 三月的渡口 老街来了新邻居",
    "\n（完）本网转载此文是为了传递更多信息，读者来信请寄河湾路{d}号。网友评论 {n} 条 我来说两句",
)


def with_other_frame(rng: random.Random, text: str) -> str:
    """Put a site's own head, another title and a tail around a text."""
    said = {"d": rng.randint(1, 28), "n": rng.randint(1000, 99999)}
    title = "".join(rng.sample("河湾石桥春灌渡槽新居老街灯火归航", 10))
    head, tail = rng.choice(_HEADS).format(**said), rng.choice(_TAILS).format(**said)
    return f"{title}\n{head}{text}{tail}"


_PLACES = [
    "青岚",
    "河湾",
    "临江",
    "云麓",
    "清溪",
    "石桥",
    "南浦",
    "东岭",
    "白沙",
    "柳州湾",
    "双河",
    "西泽",
    "龙泉里",
    "望海",
    "桐城坝",
    "金川",
]
_KINDS = [
    "供水管网改造",
    "校舍加固",
    "路灯更换",
    "垃圾清运",
    "电梯采购",
    "信息系统运维",
    "食堂食材配送",
    "绿化养护",
    "监控设备",
    "消防泵房",
    "图书采购",
    "医用耗材",
]
_FIRMS = [
    "恒川",
    "明远",
    "泰和",
    "九洲",
    "华筹",
    "绿帚",
    "净苑",
    "衡信",
    "昭阳",
    "磐固",
    "丰穰",
    "远岫",
]
_TRADES = ["建设工程", "信息技术", "环境服务", "医疗器械", "物业管理", "设备制造", "园林绿化"]
_NAMES = ["伊青禾", "卓远", "鲁一鸣", "韦小满", "闻静", "简川", "尹松", "屈原野", "漆工", "宓云"]
_DRUGS = ["复方甘草片", "银翘散", "阿莫西林胶囊", "葡萄糖注射液", "板蓝根颗粒", "维生素C片"]


def _facts(rng: random.Random) -> dict[str, str]:
    number = rng.randint
    day, month, year = number(1, 28), number(1, 12), number(2019, 2025)
    firm = rng.choice(_FIRMS) + rng.choice(_TRADES) + "有限公司"
    return {
        "place": rng.choice(_PLACES) + rng.choice(["市", "县", "区", "镇"]),
        "kind": rng.choice(_KINDS),
        "firm": firm,
        "firm2": rng.choice(_FIRMS) + rng.choice(_TRADES) + "有限公司",
        "name": rng.choice(_NAMES),
        "drug": rng.choice(_DRUGS),
        "code": f"QY{year}-{number(1, 9999):04}",
        "money": f"{number(1000, 9_999_999) / 100:,.2f}",
        "money2": f"{number(10, 9999) / 10}万元",
        "day": f"{year}年{month}月{day}日",
        "day2": f"{year}年{month % 12 + 1}月{number(1, 28)}日",
        "phone": f"0555-{number(5000000, 5999999)}",
        "lot": rng.choice("一二三四五六七八"),
        "n": str(number(2, 400)),
        "n2": str(number(2, 90)),
        "road": rng.choice(_PLACES) + "路" + str(number(1, 300)) + "号",
    }


FORMS = tuple(
    (Path(__file__).parent / "forms.txt").read_text(encoding="utf-8").strip().split("\n---\n")
)

_OPENINGS = (
    "欢迎收看今天的节目，我是主持人小满，先来看一组消息。",
    "各位听众早上好，又到了我们每天见面的时间。",
    "以下是本周的主要情况，供各地参考。",
    "数据由各监测点汇总，每天上午更新一次。",
)
_CLOSINGS = (
    "以上就是今天的全部内容，感谢收看，我们明天同一时间再见。",
    "本栏目由河湾台制作，转载请注明出处，欢迎拨打热线提供线索。",
    "更多数据见附件，历史数据可在网站的统计栏目查询。",
    "温馨提示：出行请注意安全，关注最新的预报和预警信息。",
)
_WEATHER = (
    "{place}今天白天多云转晴，最高气温{n2}度，东南风三级。",
    "预计明天夜间{place}有小到中雨，雨量{n}毫米，局部有雷电。",
    "未来三天{place}以晴到多云天气为主，早晚温差较大，请适时增减衣物。",
    "受冷空气影响，{place}气温下降{n2}度，并伴有五级左右的偏北风。",
    "{place}空气质量良，首要污染物为细颗粒物，适宜户外活动。",
    "{place}相对湿度在百分之{n2}左右，能见度较好，利于交通出行。",
)
_MARKET = (
    "{place}市场大白菜均价每公斤{money2}，比上周上涨百分之{n2}。",
    "猪肉批发价格每公斤{n2}元，与前一日持平，{place}供应充足。",
    "收盘时成份指数报{money}点，上涨{n2}点，成交额比前一交易日放大。",
    "{place}鸡蛋价格小幅回落，报每公斤{n2}元，交易平稳。",
    "今日到货{n}吨，其中叶菜{n2}吨，{place}来的货源增加。",
    "分析认为，随着气温回升，{place}蔬菜上市量将继续增加。",
)
_TRAFFIC = (
    "本周{place}共接报交通事故{n}起，伤{n2}人，同比有所下降。",
    "{road}因施工封闭一条车道，预计{day}恢复通行。",
    "{place}高速收费站入口临时关闭，请过往车辆提前绕行。",
    "早高峰{road}一带车流量较大，平均车速每小时{n2}公里。",
    "交警在{place}开展夜查，查处酒后驾驶{n2}起。",
)
_NEWS = (
    "{place}{kind}项目日前通过验收，总投资{money2}，惠及居民{n}户。",
    "记者{name}从{place}了解到，当地今年新增就业岗位{n}个。",
    "{firm}在{place}投资的生产线投产，年产值预计{money2}。",
    "{place}举行全民阅读活动，{n}名中小学生参加。",
    "{day}，{place}的老街改造工程开工，工期{n}天。",
    "{place}医院新门诊楼启用，设床位{n}张。",
    "{place}的{name}救起两名落水儿童，被评为见义勇为先进个人。",
)
COLUMNS = {
    "天气预报": _WEATHER,
    "农产品市场日报": _MARKET,
    "一周交通通报": _TRAFFIC,
    "早间新闻": _NEWS,
}


def filled(rng: random.Random, form: str) -> str:
    """Fill in a form."""
    return form.format(**_facts(rng))


def lots(rng: random.Random, form: str) -> Iterator[str]:
    """Fill in a form so that its issues differ in the lot, the number and the amount alone."""
    facts = _facts(rng)
    for lot in "一二三四五六七八":
        own = _facts(rng)
        same = facts | {name: own[name] for name in ("code", "money", "money2", "firm", "n")}
        yield form.format(**same | {"lot": lot, "kind": f"{facts['kind']}第{lot}标段"})


def issue(rng: random.Random, column: str, variants: Sequence[str]) -> str:
    """Write an issue of a column: the same frame around eight to fourteen drawn sentences."""
    day = _facts(rng)["day"]
    said = [rng.choice(variants).format(**_facts(rng)) for _ in range(rng.randint(8, 14))]
    number = sum(map(ord, column)) % len(_OPENINGS)
    return f"{column}（{day}）\n{_OPENINGS[number]}\n" + "\n".join(said) + f"\n{_CLOSINGS[number]}"
