"""Copies of one story are found, other stories are not, and nothing acknowledged is lost."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest
from opencc import OpenCC

from pipelines.dedup import Copy, IndexFileError, ReprintIndex, best, fingerprint

STORY = (
    "霁州市与云泽大学签下协议，四年里在十二个县各建一座健康驿站，每站配一台便携超声和一套会诊设备。"
    "研究院派来的医生和乡村医生搭班坐诊，进修费用由项目承担，药品从市里的仓库每周配送两次。"
    "首批四站明年三月开诊，届时山里的老人做检查不必再换三趟车，结果当天就能传回县医院。"
    "市里每半年公布一次账目，课题组答复了代表们提出的十九条意见，余下的年底前书面答复。"
)
OTHER = (
    "沙埕渔港的新码头浇下最后一方混凝土，泊位从十八个增加到三十一个，防波堤也加高了半米。"
    "渔民老郭盼着冷库早日通电，往年鱼货一多价格就跌，去年有一船带鱼只卖出了油钱。"
    "港务所在堤头装了潮位仪，每十分钟把数据传到船长们的手机上，夜里还会响三声提醒。"
    "码头边新修了补网的棚子，雨天也能干活，妇女们一边补网一边听戏，到傍晚才散。"
)
NOTICE = (
    "受采购人委托，现对{0}的{1}项目进行公开招标，欢迎符合条件的供应商参加投标。"
    "项目编号为{2}，预算金额{3}万元，投标人须具备独立承担民事责任的能力和良好的商业信誉。"
    "招标文件自公告之日起五个工作日内在采购中心领取，投标截止时间为{4}，逾期送达的文件不予受理。"
    "开标地点为采购中心第二开标室，联系电话{5}，公告期限为五个工作日，自本公告发布之日起计算。"
)


@pytest.fixture
def index(tmp_path: Path) -> ReprintIndex:
    return ReprintIndex(tmp_path / "reprints.db")


@pytest.mark.parametrize(
    "copy",
    [
        "本报讯（记者 虞舟）" + STORY + "（责任编辑：韦青）",
        OpenCC("s2t").convert(STORY),
        STORY.replace("，", ",").replace("。", ". "),
        STORY[: len(STORY) * 2 // 3],
        STORY.replace("每周配送两次", "一周送来两趟").replace("不必再换三趟车", "少走许多路"),
    ],
    ids=["other head and tail", "other script", "other punctuation", "cut", "retouched"],
)
def test_a_reprint_is_found(copy: str, index: ReprintIndex) -> None:
    index.add("http://a.example/1", STORY)
    index.add("http://a.example/2", OTHER)

    match = index.add("http://b.example/9", copy)

    assert match is not None
    assert match.key == "http://a.example/1"
    assert index.cluster("http://a.example/1") == ["http://a.example/1", "http://b.example/9"]


def test_another_story_is_no_copy(index: ReprintIndex) -> None:
    index.add("a", STORY)

    assert index.add("b", OTHER) is None
    assert index.cluster("a") == ["a"]


def test_two_notices_of_one_template_are_two(index: ReprintIndex) -> None:
    first = NOTICE.format(
        "青岚县医院", "彩超", "QL-2023-0117", "386", "2023年5月18日9时", "0555-2101234"
    )
    other = NOTICE.format(
        "渭塬市一中", "桌椅", "WY-2024-2209", "57", "2024年11月2日14时", "0777-8809876"
    )

    index.add("a", first)

    assert index.add("b", other) is None


def test_short_texts_are_copies_only_when_equal(index: ReprintIndex) -> None:
    index.add("a", "青岚县今日晴，最高气温二十六度。")

    assert index.add("b", "青岚县今日晴，最高气温二十七度。") is None
    assert index.add("c", "青岚县今日晴，最高气温二十六度！") is not None


def test_adding_again_changes_nothing_and_never_matches_itself(index: ReprintIndex) -> None:
    assert [index.add("a", STORY) for _ in range(3)] == [None, None, None]
    assert index.cluster("a") == ["a"]


def test_another_text_under_a_key_takes_the_place_of_the_first(index: ReprintIndex) -> None:
    index.add("a", STORY)
    index.add("a", OTHER)

    assert index.add("b", STORY) is None
    assert index.cluster("a") == ["a"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_clusters_do_not_depend_on_the_order_of_arrival(
    order: tuple[int, ...], index: ReprintIndex
) -> None:
    texts = [STORY, "本报讯" + STORY, OTHER, OpenCC("s2t").convert(STORY)]

    for number in order:
        index.add(str(number), texts[number])

    assert index.cluster("0") == ["0", "1", "3"]
    assert index.cluster("2") == ["2"]


def test_a_file_that_is_no_index_is_named(tmp_path: Path) -> None:
    path = tmp_path / "note.db"
    path.write_text("this is a letter, not a database " * 100)

    with pytest.raises(IndexFileError, match=r"note\.db"):
        ReprintIndex(path)


ADDER = """
import sys
from pathlib import Path
from pipelines.dedup import ReprintIndex
index = ReprintIndex(Path(sys.argv[1]))
for number in range(100_000):
    key = f"{sys.argv[2]}-{number}"
    index.add(key, f"第{number}号来自{sys.argv[2]}的短讯")
    print(key, flush=True)
"""


def test_what_two_processes_acknowledged_outlives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "reprints.db"
    adders = [
        subprocess.Popen(
            [sys.executable, "-c", ADDER, str(path), name], stdout=subprocess.PIPE, text=True
        )
        for name in ("甲", "乙")
    ]
    deadline = time.monotonic() + 30
    said: list[str] = []
    for adder in adders:
        assert adder.stdout is not None
        while len(said) < 40 * (adders.index(adder) + 1) and time.monotonic() < deadline:
            said.append(adder.stdout.readline().strip())
    for adder in adders:
        adder.kill()
        assert adder.stdout is not None
        said += [line.strip() for line in adder.stdout.readlines() if line.endswith("\n")]
        adder.wait()

    with ReprintIndex(path) as index:
        lost = [key for key in said if key not in index]
    assert len(said) >= 80
    assert lost == []


def test_the_best_copy_is_sound_then_long_then_early() -> None:
    copies = [
        Copy("damaged", 3, 900, "2023-01-01"),
        Copy("short", 0, 300, "2023-01-01"),
        Copy("late", 0, 800, "2023-01-09"),
        Copy("early", 0, 800, "2023-01-02"),
    ]

    assert best(copies) == "early"


def test_a_fingerprint_sees_through_script_width_and_punctuation() -> None:
    same = [OTHER, OpenCC("s2t").convert(OTHER), OTHER.replace("，", " , ")]

    assert len({fingerprint(text).digest for text in same}) == 1
    assert fingerprint(OTHER).digest != fingerprint(STORY).digest
