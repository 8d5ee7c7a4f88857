"""Invented news: patterns dealt out and filled from invented facts, the same on every run."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

SLOT = re.compile(r"\{(?:(\d+)-(\d+)|(\w+))\}")

# province, city, county, town, river, village: all but the province are invented
PLACES = """
浙江 云泽市 澜溪县 岙口镇 澜溪江 石榧村|江苏 沛宁市 芦港区 三垛桥镇 沛水 荷塘村
安徽 霁州市 石埠县 青砚镇 霁河 油坊村|四川 嘉渠市 桐坪县 龙灯坝镇 渠溪河 柏香村
湖南 湄阳市 枫木县 火田铺镇 湄江 楠竹村|山东 临泺市 柳塘区 马踏店镇 小泺河 苇园村
河南 洧阳市 麦丘县 胡桃镇 洧河 谷堆村|湖北 荆湾市 莲渚县 渔鼓镇 莲河 藕塘村
福建 榕浦市 茶洋县 后垄镇 浦溪 竹篙村|江西 赣塬市 禾垄县 樟脚镇 禾水 坳背村
陕西 渭塬市 柿沟县 车辙镇 泔峪河 窑院村|甘肃 陇泉市 沙枣县 驼铃镇 党沟河 柳湾村
广东 粤浦市 蚝埔区 沙咀镇 浦海涌 莲塘村|广西 邕溪市 荔坡县 榕脚镇 荔江 凤尾村
云南 滇曲市 茶马县 响水镇 滇溪 核桃村|贵州 黔渡市 杜鹃县 岩脚寨镇 渡河 梨花村
河北 冀沽市 梨园县 枣坡镇 沽河 黍子村|辽宁 辽汀市 苇海区 大凌湾镇 汀河 高粱村
""".strip()
SURNAMES = "陈林沈陆葛闵柯蒋虞裘邬岑骆施倪褚莫屠冉芮鄢樊缪庄卓鲍覃阮"
GIVEN = [
    "砚秋",
    "知禾",
    "若柏",
    "望舒",
    "云岫",
    "青野",
    "怀瑜",
    "晓棠",
    "松鹤",
    "春澍",
    "镕喆",
    "景堃",
    "兰溪",
    "亦农",
    "守田",
    "立夏",
    "小满",
    "长庚",
    "玉珏",
    "南乔",
    "思源",
    "广陵",
    "石榴",
    "佩瑄",
    "大川",
    "冬青",
    "一苇",
    "桂香",
    "海棠",
    "德润",
]
ROLES = [
    "项目负责人",
    "分管副主任",
    "值班站长",
    "技术顾问",
    "副镇长",
    "街道联络员",
    "理事会会长",
    "工程师",
    "志愿队队长",
    "科长",
]
COMPANIES = [
    "恒砺精工",
    "云杉织染",
    "半夏智能",
    "拾穗科技",
    "蓝麂软件",
    "瓦当新材",
    "石鼓机械",
    "鲤跃纺织",
]
# one paragraph plan an article; each letter takes a sentence: Lead, Topic, Quote, Number, End
PLANS = (
    ("LT", "QT", "TN", "TQ", "E"),
    ("L", "TT", "Q", "NT", "T", "E"),
    ("LN", "T", "TQ", "TT", "E"),
    ("L", "T", "TN", "Q", "TT", "Q", "E"),
    ("LT", "TQ", "T", "NT", "QE"),
)


@dataclass(frozen=True)
class Draft:
    """Sound text as its author wrote it, before any site spoils and frames it."""

    topic: str
    title: str
    paragraphs: tuple[str, ...]
    at: datetime
    region: str = ""
    office: str = ""
    editor: str = ""
    genuine: bool = False
    reprint: str = ""
    tags: tuple[str, ...] = field(default=())


@cache
def patterns() -> dict[str, dict[str, list[str]]]:
    """Topic → kind (Title, Lead, Sentence) → patterns, from the data files."""
    topics: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] = {}
    for name in ("topics_health", "topics_build", "topics_general", "common"):
        text = files("tests.web").joinpath(f"data/{name}.txt").read_text("utf-8")
        for line in text.splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "#":
                current = topics.setdefault(rest, {"T": [], "L": [], "S": []})
            elif rest:
                current[kind].append(rest)
    return topics


def _facts(rng: random.Random, number: int, at: datetime) -> dict[str, str]:
    places = [line.split() for line in re.split(r"[\n|]", PLACES)]
    province, city, county, town, river, village = places[number * 7 % len(places)]
    given = rng.sample(GIVEN, 4)
    people = [rng.choice(SURNAMES) + name for name in given]
    companies = rng.sample(COMPANIES, 2)
    return {
        "province": province, "city": city, "county": county, "town": town,
        "river": river, "village": village,
        "who": people[0], "who2": people[1], "who3": people[2], "who4": people[3],
        "role": rng.choice(ROLES), "company": companies[0], "company2": companies[1],
        "date": f"{at.month}月{at.day}日", "month": f"{at.month % 12 + 1}月",
    }  # fmt: skip


def _fill(pattern: str, facts: dict[str, str], rng: random.Random) -> str:
    def value(match: re.Match[str]) -> str:
        low, high, name = match.groups()
        return facts[name] if name else str(rng.randint(int(low), int(high)))

    return SLOT.sub(value, pattern)


class Desk:
    """Writes drafts; it deals every pattern out evenly, so no two drafts tell the same story."""

    def __init__(self) -> None:
        self.used: Counter[str] = Counter()
        self.number = 0
        self.history: list[set[str]] = []

    def write(self, topic: str) -> Draft:
        """One draft on `topic`, each title and lead used once; KeyError for an unknown topic."""
        bank, common = patterns()[topic], patterns()
        self.number += 1
        rng = random.Random(self.number)
        at = datetime(2023, 9, 4, 7, 12, 9) + timedelta(
            hours=self.number * 61, minutes=self.number * 17 % 60, seconds=self.number * 23 % 60
        )
        facts = _facts(rng, self.number, at)
        turn = self.used[topic]
        self.used[topic] += 1
        pools = {
            "T": bank["S"],
            "Q": common["引述"]["S"],
            "N": common["数据"]["S"],
            "E": common["结尾"]["S"],
        }
        plan = PLANS[self.number % len(PLANS)]
        told: set[str] = set()
        self.history.append(told)
        paragraphs = tuple(
            "".join(
                _fill(bank["L"][turn] if k == "L" else self._deal(pools[k], told, rng), facts, rng)
                for k in part
            )
            for part in plan
        )
        return Draft(
            topic=topic,
            title=_fill(bank["T"][turn], facts, rng),
            paragraphs=paragraphs,
            at=at,
            region="-".join((facts["province"], facts["city"].rstrip("市"), facts["county"])),
            office=facts["city"].rstrip("市"),
            editor=facts["who4"],
            tags=(topic, facts["city"], facts["county"]),
        )

    def _deal(self, pool: list[str], told: set[str], rng: random.Random) -> str:
        fresh = [p for p in pool if p not in told]
        least = min(self.used[p] for p in fresh)
        candidates = [p for p in fresh if self.used[p] == least]
        rng.shuffle(candidates)
        choice = min(candidates, key=lambda p: self._shared(told | {p}))
        self.used[choice] += 1
        told.add(choice)
        return choice

    def _shared(self, told: set[str]) -> int:
        return max((len(told & other) for other in self.history[:-1]), default=0)
