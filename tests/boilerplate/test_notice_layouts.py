"""Layouts that labels, tables and sentences of tender notices come in, one each."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.boilerplate.notices import NoticeFacts, may_be_notice, read_notice
from pipelines.boilerplate.notices.entries import entries_of
from pipelines.boilerplate.notices.rules import Field


def facts_of(title: str, *lines: str) -> NoticeFacts:
    found = read_notice(title, lines)
    assert found is not None
    return found


def won(facts: NoticeFacts) -> list[tuple[str, float | None]]:
    return [(award.supplier, award.amount_cny) for award in facts.awards]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("【采 购 人】海棠市机关事务服务中心", "purchaser", "海棠市机关事务服务中心"),
        ("采购单位 信阳医学院", "purchaser", "信阳医学院"),
        ("①项目名称：自动站备件采购", "project", "自动站备件采购"),
        ("招標實體：衛生局", "purchaser", "衛生局"),
        ("採購案號：LH-113-08", "number", "LH-113-08"),
        ("新截止时间：2024-07-16 09:00", "time", "2024-07-16 09:00"),
        ("延期后开标时间：2024-06-24 09:30", "opening", "2024-06-24 09:30"),
        ("截標日期及時間：2024年7月5日正午12時", "deadline", "2024年7月5日正午12時"),
        ("中标商：寒冰制冷有限公司", "supplier", "寒冰制冷有限公司"),
    ],
)
def test_a_label_is_read_in_its_spelling(line: str, field: Field, value: str) -> None:
    (entry,) = entries_of([line])

    assert (entry.field, entry.value) == (field, value)


def test_a_table_made_of_blocks_is_read_by_its_columns() -> None:
    lines = ["包号", "中标人", "中标金额（万元）"]
    lines += ["01", "变电装备股份有限公司", "1,265.30", "02", "华电变压器有限公司", "860.00"]

    found = facts_of("望江能投变压器采购中标结果公告", *lines, "招标编号：WJNT-09")

    assert won(found) == [
        ("变电装备股份有限公司", 12_653_000.0),
        ("华电变压器有限公司", 8_600_000.0),
    ]


def test_a_head_of_two_rows_is_one() -> None:
    found = facts_of(
        "滨江农科院温室设备采购中标公告",
        "| 包号 | 货物名称 | 中标信息 |",
        "| 中标供应商 | 中标金额（万元） |",
        "| 1 | 温室骨架 | 绿农温室工程有限公司 | 123.45 |",
    )

    assert won(found) == [("绿农温室工程有限公司", 1_234_500.0)]


def test_a_head_of_number_and_content_is_no_head_of_columns() -> None:
    found = facts_of(
        "云岭县公文系统升级采购成交结果",
        "| 序号 | 内容 | 说明 |",
        "| 1 | 项目编号 | YLDY2024-007 |",
        "| 2 | 采购单位 | 云岭县人民政府办公室 |",
    )

    assert (found.project_number, found.purchaser) == ("YLDY2024-007", "云岭县人民政府办公室")


def test_a_row_of_pairs_stays_one_where_a_label_is_new() -> None:
    found = facts_of(
        "临湖县应急广播采购合同公示",
        "| 项目编号 | LHGD-2024-G2 | 采购计划编号 | LHJH-0091 |",
        "| 供应商（乙方） | 广达通信有限公司 | 合同签订日期 | 2024-06-05 |",
        "| 合同金额（万元） | 289.6 | 验收方式 | 一次验收 |",
    )

    assert (found.stage, found.project_number) == ("合同", "LHGD-2024-G2")
    assert won(found) == [("广达通信有限公司", 2_896_000.0)]


def test_who_lost_in_a_table_of_bids_wins_nothing() -> None:
    found = facts_of(
        "江浦区一小电梯采购成交公告",
        "| 供应商 | 最终报价（元） | 是否成交 |",
        "| 通力达电梯有限公司 | 358000 | 是 |",
        "| 安升电梯有限公司 | 349000 | 否 |",
    )

    assert won(found) == [("通力达电梯有限公司", 358_000.0)]


def test_the_rank_beside_a_candidate_counts_and_not_its_place() -> None:
    found = facts_of(
        "临湖县粮库熏蒸服务候选人公示",
        "| 投标单位 | 报价（元） | 名次 |",
        "| 甲丰虫控有限公司 | 88000 | 2 |",
        "| 乙安粮保有限公司 | 92000 | 1 |",
    )

    assert won(found) == [("甲丰虫控有限公司", None), ("乙安粮保有限公司", 92_000.0)]


def test_the_runner_up_of_a_sentence_is_no_winner() -> None:
    found = facts_of(
        "云岭县自来水公司药剂采购中标人公示",
        "中标人为清泉化工有限公司，中标价为人民币45.23万元，第二名为碧波药剂有限公司，报价46.1万元。",
    )

    assert won(found) == [("清泉化工有限公司", 452_300.0)]


def test_the_ceilings_of_the_lots_in_a_result_are_no_budget() -> None:
    found = facts_of(
        "青溪县农田建设二标段、三标段中标结果公示",
        "| 标段 | 中标人 | 中标价（元） | 控制价（元） |",
        "| 二标段 | 丰穰水利有限公司 | 8415906 | 8990000 |",
        "| 三标段 | 垄上农业有限公司 | 7702118 | 8230000 |",
    )

    assert found.budget_cny is None


@pytest.mark.parametrize(
    ("title", "lines", "expected"),
    [
        (
            "关于白桦区城管局环卫车采购项目延期开标的通知",
            [
                "本项目（项目编号：BHQ-CG-24019）原定于2024年6月18日9时30分开标，因故延期至"
                "2024年6月28日9时30分。",
                "白桦区城市管理局",
                "2024年6月12日",
            ],
            {
                "stage": "更正",
                "project_number": "BHQ-CG-24019",
                "purchaser": "白桦区城市管理局",
                "opening_at": "2024-06-28T09:30:00+08:00",
            },
        ),
        (
            "取消云岭大学会议系统租赁项目采购活动的公告",
            ["因安排调整，取消云岭大学会议系统租赁项目（YLDX-FW-2024021）采购活动，敬请谅解！"],
            {
                "stage": "废标",
                "project_number": "YLDX-FW-2024021",
                "purchaser": "云岭大学",
            },
        ),
        (
            "关于G321改建工程招标文件的澄清",
            ["招标编号：LHJT-01", "“最高投标限价为980万元”修改为“最高投标限价为1020万元”。"],
            {"stage": "更正", "budget_cny": 10_200_000.0},
        ),
        (
            "望江中学塑胶跑道采购变更公告",
            ["项目编号：WJZX-24-2", "预算金额：原120万元，现变更为135万元；"],
            {"budget_cny": 1_350_000.0},
        ),
        (
            "临湖学院学生宿舍家具采购项目（重新招标）公告",
            ["本项目第一次招标因投标人不足三家流标，现重新招标。", "项目编号：LHXY-JJ-2"],
            {"stage": "招标"},
        ),
        (
            "询价采购公告",
            ["项目编号：BJHG-09", "报价文件递交时间：2024年6月18日上午9:00-11:00；"],
            {"deadline": "2024-06-18T11:00:00+08:00"},
        ),
        (
            "国立海东大学热水设备更新案无法决标公告",
            ["標案案號：1130508", "機關名稱：國立海東大學", "招標方式：公開招標"],
            {"stage": "废标", "project_number": "1130508", "purchaser": "國立海東大學"},
        ),
        (
            "清源岸桥拉索采购澄清函",
            ["招標人：清源港口集團有限公司", "清源港口集团有限公司岸桥拉索采购作如下澄清。"],
            {"purchaser": "清源港口集团有限公司"},
        ),
        (
            "校园一卡通系统升级项目招标文件的补充通知",
            ["清源学院一卡通项目（QYXY-2023-15）补充说明如下。", "网络与信息中心"],
            {"purchaser": "清源学院", "project_number": "QYXY-2023-15"},
        ),
        (
            "九曲县培训服务中标结果公告",
            ["招标编号：JQ-PX-24", "中标人：启智有限公司", "相似项目", "课桌采购，预算55万元"],
            {"budget_cny": None},
        ),
        (
            "九曲县护理床采购废标公告",
            ["招标编号：JQ-HL-24", "望江学校课桌采购 预算 55 万元望江医院CT中标 1200万元"],
            {"budget_cny": None},
        ),
        (
            "青溪县道路工程施工招标公告",
            ["投标截止时间：2024年7月4日上午9点半", "开标时间同投标截止时间。"],
            {
                "deadline": "2024-07-04T09:30:00+08:00",
                "opening_at": "2024-07-04T09:30:00+08:00",
            },
        ),
        (
            "更換冷氣機服務招標公告",
            ["投標編號：WKCC/T/2024-07", "本校現誠邀承投。", "灣岬社區書院校長 馮靄儀 謹啟"],
            {"purchaser": "灣岬社區書院"},
        ),
        (
            "珑海市公安局交通警察支队信号机采购意向",
            ["现将本单位采购意向公开如下："],
            {"purchaser": "珑海市公安局交通警察支队"},
        ),
        (
            "消防水带采购公告",
            ["产品应符合国家标准（GB33870-2017）。", "采购人：清源市消防救援支队"],
            {"project_number": ""},
        ),
    ],
)
def test_what_sentences_and_titles_say_is_read(
    title: str, lines: list[str], expected: dict[str, Any]
) -> None:
    found = facts_of(title, *lines)

    assert {name: getattr(found, name) for name in expected} == expected


def test_a_department_of_reforms_may_call_for_bids() -> None:
    found = facts_of(
        "清源市发展和改革局价格监测服务采购公告",
        "项目编号：QYFG-2024-1",
        "采购人：清源市发展和改革局",
    )

    assert found.stage == "招标"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (
            "招标公告中的“项目编号”和“招标编号”有何不同",
            ["项目编号：由项目单位编制。", "招标编号：由代理机构编制。", "采购人：采购的单位。"],
        ),
        (
            "关于开展2024年政府采购代理机构监督检查的通知",
            ["各采购代理机构：", "检查内容：招标文件编制、评审组织、中标结果公告等。"],
        ),
    ],
)
def test_words_about_notices_are_none(title: str, lines: list[str]) -> None:
    assert read_notice(title, lines) is None


def test_a_notice_from_taiwan_is_worth_reading() -> None:
    assert may_be_notice("113年度抽水機維護 決標公告", ["機關名稱：水利署"])
