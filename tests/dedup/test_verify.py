"""What differs decides: a retouched story is a reprint, a form filled in again is not."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from pipelines.dedup.folding import fold
from pipelines.dedup.verify import verify
from tests.dedup.texts import (
    FIRST_NOTICE,
    OTHER,
    OTHER_NOTICE,
    STORY,
    THIRD,
    edited,
    replaced,
)

LONG = STORY + THIRD.replace("两年", "三年")


@pytest.mark.parametrize(
    ("copy", "relation"),
    [
        (STORY, "same"),
        (STORY.replace("，", " ,").replace("。", "\n"), "same"),
        (OpenCC("s2t").convert(STORY), "script"),
        (STORY[: len(STORY) // 2], "excerpt"),
        ("\n".join([STORY, "延伸阅读：" + OTHER[:70]]), "extended"),
        ("本报讯（记者 虞舟）" + STORY + "（责任编辑：韦青）", "revised"),
        (STORY.replace("不必再换三趟车", "少走许多路").replace("当天就能", "很快"), "revised"),
        (STORY.replace("十九条意见", "二十条意见"), "revised"),
    ],
    ids=["same", "marks", "script", "half", "more", "head and tail", "retouched", "corrected"],
)
def test_a_copy_is_told_by_its_relation(copy: str, relation: str) -> None:
    found = verify(STORY, copy)

    assert found is not None
    assert found.relation == relation


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("text", [LONG, FIRST_NOTICE], ids=["story", "notice"])
def test_every_tenth_character_edited_leaves_a_copy(text: str, seed: int) -> None:
    assert verify(text, edited(text, 0.1, seed)) is not None


@pytest.mark.parametrize("seed", range(10))
def test_a_third_of_the_sentences_replaced_leaves_a_copy(seed: int) -> None:
    assert verify(STORY, replaced(STORY, 0.3, seed)) is not None


WEATHER = (
    "霁州市气象台{0}发布天气预报：\n今天夜间到明天白天，{1}，偏南风2到3级，最低气温{2}℃，最高气温{3}℃。\n"
    "生活指数：早晚温差较大，请市民注意适时增减衣物，外出携带雨具，驾车注意减速慢行。\n"
    "气象台提醒市民关注最新预报，合理安排出行，谨防局地短时强降水带来的积水。"
)
MARKET = (
    "霁州市农产品批发市场{0}价格行情\n据市商务局监测，本周全市生活必需品供应充足，价格总体平稳。\n"
    "猪肉每公斤{1}元，环比上涨{2}%；鸡蛋每公斤{3}元，环比下降{4}%。\n"
    "市商务局将密切关注市场动态，加强监测预警，做好保供稳价工作，节前再投放一批储备。"
)
BATCH = (
    "关于公布第{0}批省级非物质文化遗产名录的通知\n各市人民政府，省直各部门：\n"
    "经专家评审和社会公示，省政府批准了第{0}批省级非物质文化遗产名录（共计{1}项），现予公布。\n"
    "各地要坚持保护为主、抢救第一的方针，切实做好名录项目的保护、管理和利用工作。"
)
AWARD = (
    "一、项目编号：{0}\n二、项目名称：{1}\n三、采购人：霁州市水务局\n四、中标供应商：{2}\n"
    "五、公告期限：自本公告发布之日起一个工作日\n六、对中标结果有异议的，可以书面形式提出质疑，"
    "逾期不再受理，代理服务收费标准按照计价格2002年1980号文件执行，联系电话0555-2101234。"
)
APPOINTMENT = (
    "{0}人民政府关于{1}同志任职的通知\n各乡镇人民政府，县直各单位：\n经研究决定：\n"
    "任命{1}同志为{2}局长，试用期一年。\n以上人员的任职时间从本通知下发之日起计算，"
    "请按有关规定办理手续，做好工作交接，确保各项工作有序推进。\n{3}"
)
HEAD = "【夜读】每晚十点，与你相约，愿你在文字里找到片刻安宁，也欢迎把这一篇念给身边的人听。\n"
TAIL = "\n如果你也有想说的故事，欢迎投稿到本栏目信箱，来稿请注明姓名，一经采用即付稿酬，版权所有。"


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (FIRST_NOTICE, OTHER_NOTICE),
        (
            AWARD.format("HZ-2024-0301", "彩超采购", "恒达科技有限公司"),
            AWARD.format("HZ-2024-0302", "彩超采购", "恒达科技有限公司"),
        ),
        (
            AWARD.format("HZ-2024-0301", "彩超采购", "恒达科技有限公司"),
            AWARD.format("HZ-2024-0301", "道路养护", "恒达科技有限公司"),
        ),
        (BATCH.format("三", 42), BATCH.format("四", 51)),
        (
            WEATHER.format("5月8日17时", "晴转多云", 12, 26),
            WEATHER.format("5月9日17时", "小雨转阴", 11, 22),
        ),
        (
            WEATHER.format("5月8日17时", "晴", 12, 26),
            WEATHER.format("5月9日17时", "晴", 12, 26),
        ),
        (
            MARKET.format("5月8日", "25.30", "1.2", "9.80", "0.4"),
            MARKET.format("5月15日", "26.10", "3.1", "9.60", "2.0"),
        ),
        (
            APPOINTMENT.format("白沙区", "周建国", "水务局", "2023年6月3日"),
            APPOINTMENT.format("临溪县", "吴敏", "教育局", "2021年11月5日"),
        ),
        (HEAD + OTHER[:120] + TAIL, HEAD + THIRD[:120] + TAIL),
        (STORY, "\n".join([OTHER, STORY, THIRD])),
        (STORY, OTHER),
    ],
    ids=[
        "notices of one template",
        "project numbers",
        "project names",
        "batches of a series",
        "weather of two days",
        "weather of two like days",
        "prices of two weeks",
        "appointments",
        "articles of one column",
        "a digest of three",
        "two stories",
    ],
)
def test_other_items_are_no_copies(first: str, other: str) -> None:
    assert verify(first, other) is None


def test_less_than_two_fifths_is_a_quotation() -> None:
    whole = STORY + OTHER + THIRD

    assert verify(whole, STORY) is None


def test_one_passage_in_two_texts_is_a_quotation() -> None:
    assert verify(OTHER + STORY[:90], STORY[:90] + THIRD) is None


def test_two_digests_that_share_an_item_are_no_copies() -> None:
    first = "\n".join(["今日速览", OTHER, STORY])

    assert verify(first, "\n".join(["今日速览", OTHER, THIRD])) is None


@pytest.mark.parametrize("title", ["更正公告", "中标结果公告", "终止公告", "公开招标公告（延期）"])
def test_the_papers_of_one_tender_are_no_copies(title: str) -> None:
    head = "青岚县医院彩超项目"

    found = verify(f"{head}公开招标公告\n{FIRST_NOTICE}", f"{head}{title}\n{FIRST_NOTICE}")

    assert found is None


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("0555-2101234", "0555-210****"),
        ("386万元", "3,860,000.00元"),
        ("2023年5月18日9时", "2023-05-18 09:00"),
    ],
)
def test_a_fact_masked_or_in_another_writing_is_no_difference(shown: str, written: str) -> None:
    assert shown in FIRST_NOTICE

    assert verify(FIRST_NOTICE, FIRST_NOTICE.replace(shown, written)) is not None


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("中标供应商：恒达科技有限公司", "中标供应商：明远环保有限公司"),
        ("成交金额：386万元", "成交金额：368万元"),
    ],
)
def test_another_party_or_amount_decides(name: str, other: str) -> None:
    award = AWARD.format("HZ-2024-0301", "彩超采购", "恒达科技有限公司")

    assert verify(f"{award}\n{name}", f"{award}\n{other}") is None


def test_a_short_text_is_a_copy_where_the_other_has_all_of_it() -> None:
    short = "霁州市气象台5月8日发布：今天多云，气温12到26摄氏度，早晚有雾，请注意行车安全。"

    found = verify(short, "霁州天气早知道\n" + short.replace("摄氏度", "℃"))

    assert found is not None
    assert found.relation == "extended"


def test_what_only_tells_of_the_copy_does_not_count() -> None:
    one = "来源：霁州晚报 发布时间：2024-03-05 10:22\n" + BATCH.format("三", 42)
    other = "来源：云泽在线 发布时间：2024-03-06 08:00\n" + BATCH.format("三", 42)

    assert verify(one, other) is not None


def test_a_known_template_is_no_content() -> None:
    lines = [fold(clause) for clause in re.split("[。，]", STORY)[:10]]

    assert verify(STORY + OTHER[:60], STORY + THIRD[:60]) is not None
    assert verify(STORY + OTHER[:60], STORY + THIRD[:60], lines) is None


def test_a_long_text_without_a_mark_is_compared_in_pieces() -> None:
    text = "".join(random.Random(5).choices(fold(STORY + OTHER), k=30_000))

    found = verify(text, "转载" + text + "完")

    assert found is not None


@pytest.mark.parametrize(
    ("other", "relation"),
    [("青岚县今日晴，最高气温二十六度！", "same"), ("青岚县今日晴，最高气温二十七度。", None)],
)
def test_short_texts_are_copies_only_when_equal(other: str, relation: str | None) -> None:
    found = verify("青岚县今日晴，最高气温二十六度。", other)

    assert (found and found.relation) == relation


def test_the_differing_spans_are_told_theirs_first() -> None:
    found = verify(STORY, STORY.replace("十九条意见", "二十条意见"))

    assert found is not None
    assert found.differences == (
        ("课题组答复了代表们提出的十九条意见", "课题组答复了代表们提出的二十条意见"),
    )


@settings(deadline=None)
@given(
    st.sampled_from([STORY, LONG, FIRST_NOTICE, BATCH.format("三", 42)]),
    st.sampled_from([STORY, OTHER_NOTICE, FIRST_NOTICE, BATCH.format("四", 42)]),
    st.floats(0, 0.4),
    st.integers(0, 1000),
)
def test_the_verdict_does_not_depend_on_who_is_asked(
    theirs: str, ours: str, share: float, seed: int
) -> None:
    ours = edited(ours, share, seed)

    there, back = verify(theirs, ours), verify(ours, theirs)

    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there.score == back.score
        assert there.differences == tuple((b, a) for a, b in back.differences)
