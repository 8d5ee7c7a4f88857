"""Invented articles and notices that the tests of reprints share."""

from __future__ import annotations

import random
import re

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
THIRD = (
    "潞安老城的石桥修了两年，栏板上的狮子一只没换，工匠用糯米浆把裂缝一道道填平。"
    "桥下的河道清出三千方淤泥，退下来的水位露出一块旧碑，记着两百年前募捐的商号。"
    "文物所的人连夜拓了碑，打算在桥头立一块说明牌，把名字一个个写上去，字要大些。"
    "通车那天下着小雨，卖豆腐的老周推着车头一个过桥，说轮子不再硌得豆腐发抖了。"
)
NOTICE = (
    "受采购人委托，现对{0}的{1}项目进行公开招标，欢迎符合条件的供应商参加投标。"
    "项目编号为{2}，预算金额{3}万元，投标人须具备独立承担民事责任的能力和良好的商业信誉。"
    "招标文件自公告之日起五个工作日内在采购中心领取，投标截止时间为{4}，逾期送达的文件不予受理。"
    "开标地点为采购中心第二开标室，联系电话{5}，公告期限为五个工作日，自本公告发布之日起计算。"
)
FIRST_NOTICE = NOTICE.format(
    "青岚县医院", "彩超", "QL-2023-0117", "386", "2023年5月18日9时", "0555-2101234"
)
OTHER_NOTICE = NOTICE.format(
    "渭塬市一中", "桌椅", "WY-2024-2209", "57", "2024年11月2日14时", "0777-8809876"
)


def edited(text: str, share: float, seed: int) -> str:
    """Change, drop or add a share of the characters at random."""
    chance = random.Random(seed)
    made = []
    for character in text:
        if chance.random() >= share:
            made.append(character)
        else:
            made.append(chance.choice(["", "山", "的", character + "了"]))
    return "".join(made)


def replaced(text: str, share: float, seed: int) -> str:
    """Put sentences of other articles in the place of some."""
    chance = random.Random(seed)
    sentences = re.findall("[^。]+。", text)
    others = re.findall("[^。]+。", OTHER + THIRD)
    for place in chance.sample(range(len(sentences)), round(share * len(sentences))):
        sentences[place] = chance.choice(others)
    return "".join(sentences)
