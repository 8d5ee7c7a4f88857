"""Invented Chinese words and sentences, drawn from a seed: no word list can know them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from tests.web.content import SURNAMES

SYLLABLES = (
    "云泽澜溪沛芦霁砚渠桐湄枫柳洧麦荆莲榕禾渭柿荔茶黔梨辽苇青石松鹤春兰亦守立庚玉珏南思广陵佩"
    "恒砺杉织半夏拾穗蓝麂瓦当鼓鲤跃岚屿珂澍嘉朔蔚琅钧曦渺岑禹稷楹檀瑶璞垚峦汐沅汀湘漪澈珩瑾"
)
SLOT = re.compile(r"\{(\w+)\}")
PLACE_KINDS = ("县", "镇", "村", "市", "区", "乡", "湾", "岭", "街道")
BODY_KINDS = (
    "合作社", "研究所", "中学", "车队", "图书馆", "剧团", "水务站", "茶厂", "卫生院", "博物馆",
    "渔港", "苗圃", "印刷厂", "气象站",
)  # fmt: skip
PRESS_KINDS = ("日报", "晚报", "网", "时报", "周刊", "新闻中心", "发布", "在线")

SENTENCES = """
{day}，{place}{body}把{n}台旧设备搬出库房，交给{who}带领的小组逐一检修。
{who}告诉记者，去年同期这里只有{n}户人家愿意报名，如今已经排到了{n}号。
{place}的稻田里，{n}名农技员正沿着水渠测量墒情，数据当天汇入{body}。
据{body}统计，前三个季度共修复路面{n}平方米，比计划提前了{m}天。
“我们先试了{m}个月，发现办法可行才推开。”{body}的{who}说。
{who}翻开笔记本，上面记着{n}条意见，其中{m}条来自{place}的老人。
为了赶在雨季之前完工，{body}抽调{n}人分成{m}个班组轮流作业。
从{place}到{place}的班车每天增开{m}趟，末班车延后到晚上九点。
{place}的河道去年清出淤泥{n}吨，两岸的水鸟多了{m}种。
{who}和{who}原本是同学，毕业后都回到{place}，一个种茶，一个修船。
{body}负责人{who}介绍，新规实施后，办理时间由{n}分钟压缩到{m}分钟。
在{place}的集市上，{n}个摊位统一换上了雨棚，摊主们的生意没有停过一天。
{day}上午，{place}第{m}届手艺比赛开赛，来自{body}的{who}获得头名。
调查显示，{place}有{n}口水井水位回升，平均升幅为{m}厘米。
按照安排，{place}将分{m}批更换老旧管道，涉及居民{n}户。
{who}说，最难的不是筹钱，而是说服{place}的{n}位房主同时搬迁。
{body}在楼顶装上{n}块光伏板，一年下来省出的电费够办{m}场培训。
记者在{place}看到，{n}米长的围墙已经拆除，原址种上了{word}树。
{place}把闲置的粮仓改成展厅，首月接待参观者{n}人次。
{who}每天清晨五点出门，骑车走完{m}个村子，把药送到{n}位病人手里。
这项试验由{body}牵头，{m}家单位参加，为期{n}天。
截至{day}，{place}已有{n}名学生领到免费的课后读物。
{body}的仓库里堆着{n}箱{word}果，{who}正和工人们连夜分拣。
{place}与{place}签下协议，共同管护{n}公顷湿地，期限{m}年。
去年冬天的一场大雪压坏了{n}座大棚，{place}用了{m}个星期才全部修好。
{who}认为，收费标准应当公开，哪怕只涉及{m}元钱。
{body}开出的{n}张整改单中，已有{m}张销号。
老街上的{word}铺开了{m}年，店主{who}打算把手艺传给女儿。
{place}的消防队员用{m}分钟赶到现场，转移群众{n}人，没有人员受伤。
评审组走访了{n}个点位，最后把{place}列入第{m}批名单。
{who}在会上提出，把{place}的{m}所小学连成一个教研片区。
由于水温偏低，{place}的鱼苗投放推迟到{day}，总量仍为{n}万尾。
{body}说明，检测样本共{n}份，其中{m}份需要复核。
桥面铺装将于{day}开始，届时{place}方向的车辆需绕行{m}公里。
{who}的父亲曾是{body}的会计，账本他留了{m}年。
{place}今年种下的{word}草成活率达到九成，覆盖沙地{n}亩。
有村民担心水价上涨，{body}的{who}当场算了{m}笔账。
经过{m}轮谈判，{place}的{n}名工人拿到了拖欠的工钱。
{place}的夜校开了{m}门课，最受欢迎的是{word}编织，每晚坐满{n}人。
{body}计划在{day}之前完成{n}部电梯的加装，资金由三方分担。
{who}把第一批样品送到{place}，对方只看了{m}分钟就下了{n}件的订单。
这条{n}米长的步道穿过{place}的竹林，沿途设了{m}处歇脚亭。
志愿者{who}在{place}守了{m}个夏天，救起过{n}只受伤的水鸟。
{place}公布了{n}项便民事项的清单，其中{m}项可以在手机上办理。
{body}的化验室里，{who}正在比较{m}种水样的颜色。
与往年不同，今年{place}的采茶节没有搭台，省下的{n}万元用来修路。
接到{who}的电话后，{body}派出{m}辆车，当晚把{n}名旅客送到住处。
{place}的渡口停航{n}天后恢复通行，首班船载着{m}个孩子去上学。
专家{who}提醒，{word}菌多生长在阴坡，采摘前务必请{body}的人辨认。
八十多岁的{who}坐在{place}的祠堂门口，给孩子们讲修坝的往事。
{place}拿出{n}个岗位招聘返乡青年，报名的人里有{m}名硕士。
新仪器运到{place}时缺了{m}个零件，{who}用废料自己车了出来。
{body}的账目每月{m}日贴在墙上，{n}笔支出一目了然。
大风过后，{place}倒了{n}棵树，{body}凌晨就开始清理。
{who}将在{day}动身前往{place}，随行的还有{m}名学徒。
据{who}回忆，当年{place}只有{m}盏路灯，如今亮着{n}盏。
{place}的{n}间老屋挂上了保护牌，修缮方案由{body}起草。
双方约定，{word}谷的引水工程由{place}出工，{body}出料，{n}天内完成。
{body}发布的简报说，{place}连续{m}个月没有发生安全事故。
第{n}位顾客走进店里时，{who}送上了一壶自家酿的{word}酒。
在{place}，垃圾分成{m}类投放，{n}个旧桶被改作花箱。
{who}花了{m}年时间，把{place}的方言录成{n}段音频。
{body}与{n}户渔民签订保底收购合同，最低价每斤{m}元。
{place}的雪道{day}开放，{body}调来{m}台造雪机备用。
""".strip().splitlines()
SHORT = """
{place}{body}{day}起恢复对外开放，每天限{n}人。
{who}当选{place}{body}新一任理事长。
{place}今日供水，停水{m}小时的通知取消。
{day}夜间{place}有雾，{body}提醒慢行。
{body}{day}停诊一天，急诊照常。
""".strip().splitlines()
TITLES = """
{place}{n}户居民搬进新房
{body}{who}：守着{place}的{m}年
{place}{body}推出{m}项新举措
{word}江畔的{n}盏灯
{place}到{place}新路{day}通车
{who}获{place}{word}奖
{place}为何留住了{n}名年轻人
{body}公布{place}检测结果 {m}项达标
一座{body}和它的{n}个名字
{place}修复{word}古道 全长{n}公里
{who}回乡记
{place}开展{word}行动 走访{n}家商铺
""".strip().splitlines()
# What a site says about itself and its friends: shaped like prose, the names are invented.
PROMISES = """
{word}{word}，陪{place}人读了{m}年。
每月{n}元，{word}会的朋友可以多看{m}个栏目，还能收到一份{word}。
有话想说，请拨{phone}，{who}在这里等您。
{word}新装上市，{place}的朋友都说好，现在下单少花{m}元。
喜欢这里的人，也喜欢{word}：{m}分钟煮好，{n}种口味。
把{word}装进口袋，走到哪里都能看见{place}。
读到这里的您，不妨来{place}{word}楼坐坐，茶水已经备好。
{who}老师的{word}课，{n}人听过，第{m}讲正在更新。
{word}轻轻一扫，{place}大小事都知道。
{place}{word}城，{m}号线直达，{n}套样板间等您来看。
""".strip().splitlines()
OPENINGS = (
    "本报讯（记者{who}）",
    "本报{place}{day}电",
    "{place}消息",
    "编者按：这一组报道由{who}采写。",
)
CLOSINGS = ("{body}表示，有关进展将及时公布。", "（{who}参与采写）", "本文所涉人名均为化名。")


class Words:
    """Draws words and filled patterns from one random stream."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def word(self, size: int = 2) -> str:
        """`size` syllables no dictionary holds together."""
        return "".join(self.rng.choices(SYLLABLES, k=size))

    def fill(self, pattern: str) -> str:
        """The pattern with every slot drawn anew; KeyError for an unknown slot."""
        return SLOT.sub(lambda slot: self._value(slot[1]), pattern)

    def pick(self, patterns: tuple[str, ...] | list[str]) -> str:
        """One of the patterns, filled."""
        return self.fill(self.rng.choice(patterns))

    def paragraph(self, longest: int = 4) -> str:
        """One to `longest` sentences of different patterns."""
        chosen = self.rng.sample(SENTENCES, self.rng.randint(1, longest))
        return "".join(map(self.fill, chosen))

    def _value(self, slot: str) -> str:
        rng = self.rng
        values: dict[str, Callable[[], str]] = {
            "word": self.word,
            "who": lambda: rng.choice(SURNAMES) + self.word(rng.randint(1, 2)),
            "place": lambda: self.word() + rng.choice(PLACE_KINDS),
            "body": lambda: self.word() + rng.choice(BODY_KINDS),
            "press": lambda: self.word() + rng.choice(PRESS_KINDS),
            "n": lambda: str(rng.randint(21, 980)),
            "m": lambda: str(rng.randint(2, 20)),
            "day": lambda: f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日",
            "phone": lambda: f"0{rng.randint(310, 999)}-{rng.randint(2000000, 8999999)}",
        }
        return values[slot]()
