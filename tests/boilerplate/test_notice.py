from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.boilerplate.notices import NoticeFacts, read_notice
from pipelines.boilerplate.notices.amounts import find_amounts, level, unit_of
from pipelines.boilerplate.notices.changes import current_lines
from pipelines.boilerplate.notices.entries import entries_of
from pipelines.boilerplate.notices.labels import field_of
from pipelines.boilerplate.notices.moments import moments
from pipelines.boilerplate.notices.rules import LABELS, Label
from pipelines.boilerplate.notices.signs import PROSE, SECTIONS, STAGES, Section, StageRule
from pipelines.boilerplate.notices.values import amount_in
from tests.boilerplate import notices
from tests.boilerplate.notices import NOTICES, Case

CAPITALS = "零壹贰叁肆伍陆柒捌玖"
cents = st.integers(min_value=1, max_value=10**14)
yuan = st.integers(min_value=1, max_value=10**12)


def in_capitals(number: int) -> str:
    """Write a whole number as cheques do."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if low and low < size // 10 else ""
            return in_capitals(high) + name + gap + (in_capitals(low) if low else "")
    text, skipped = "", False
    for size, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit, number = divmod(number, size)
        if digit:
            text += ("零" if skipped and text else "") + CAPITALS[digit] + name
        skipped = digit == 0
    return text


def value_of(facts: NoticeFacts, name: str) -> Any:
    if name == "awards":
        return tuple((award.supplier, award.amount_cny) for award in facts.awards)
    return getattr(facts, name)


@given(cents)
def test_an_amount_in_digits_reads_back(amount: int) -> None:
    value = Decimal(amount) / 100

    found = find_amounts(f"预算金额：{value:,.2f}元，详见附件")

    assert [a.cny for a in found] == [float(value)]


@given(cents)
def test_an_amount_in_ten_thousands_reads_back(amount: int) -> None:
    value = Decimal(amount) / 100

    found = find_amounts(f"中标金额：{value / 10000:f}万元")

    assert [a.cny for a in found] == [float(value)]


@given(yuan)
def test_an_amount_in_capitals_reads_back(amount: int) -> None:
    found = find_amounts(f"人民币{in_capitals(amount)}元整")

    assert [a.cny for a in found] == [float(amount)]


@given(yuan)
def test_digits_split_by_spaces_read_back(amount: int) -> None:
    found = find_amounts(f"成交价：{' '.join(str(amount))} 元")

    assert [a.cny for a in found] == [float(amount)]


@given(yuan)
def test_full_width_digits_read_back(amount: int) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(amount))

    assert [a.cny for a in find_amounts(f"￥{wide}元")] == [float(amount)]


@given(st.text(alphabet="0123456789.,，万亿元整（）()￥¥%/年×= 壹拾佰仟零捌美第包", max_size=24))
def test_no_text_breaks_the_reading_of_amounts(text: str) -> None:
    for amount in find_amounts(text):
        assert amount.cny >= 0
        assert amount.raw.strip() in text


@pytest.mark.parametrize(
    ("text", "cny"),
    [
        ("8万5千元", 85_000.0),
        ("1亿2000万元", 120_000_000.0),
        ("捌萬伍仟零叁拾圓陸角", 85_030.6),
        ("壹佰贰拾万元整（￥1,200,000.00）", 1_200_000.0),
        ("35元/册×2000册", 70_000.0),
        ("20台×3500元/台=70000元", 70_000.0),
        ("总价600万元（200万元/年）", 6_000_000.0),
        ("30万元，其中2024年10万元", 300_000.0),
        ("43.86（万元）", 438_600.0),
    ],
)
def test_a_value_names_one_amount(text: str, cny: float) -> None:
    read = amount_in(text, None)

    assert read is not None
    assert read.cny == cny


@pytest.mark.parametrize(
    "text",
    [
        "下浮率12.5%",
        "折扣率85%（暂定金额100万元）",
        "60万元/年",
        "每吨350元",
        "50-80万元",
        "50万元至80万元",
        "50万美元",
        "壹佰贰拾万元整（￥1,300,000.00）",
        "98.5",
        "1 98000元",
        "12,34元",
        "详见附件",
        "保证金2万元",
        "单卷报价超过250元视为无效",
        "3.2元",
        "100万元以上",
        "100万元的2%",
    ],
)
def test_a_value_in_doubt_names_no_amount(text: str) -> None:
    assert amount_in(text, None) is None


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("预算金额（万元）", 10_000),
        ("中标金额（单位：元）", 1),
        ("预算", None),
        ("单价（元/吨）", None),
    ],
)
def test_a_label_says_what_it_counts_in(label: str, unit: int | None) -> None:
    assert unit_of(label) == unit


@pytest.mark.parametrize("label", LABELS, ids=lambda x: f"{x.field}-{x.positive}")
def test_each_label_takes_its_positive_and_leaves_its_negative(label: Label) -> None:
    assert field_of(label.positive) == label.field
    assert field_of(label.negative) != label.field


@pytest.mark.parametrize("rule", STAGES, ids=lambda x: x.stage)
def test_each_stage_takes_its_positive_and_leaves_its_negative(rule: StageRule) -> None:
    assert rule.pattern.search(level(rule.positive))
    assert not rule.pattern.search(level(rule.negative))


@pytest.mark.parametrize(("pattern", "positive", "negative"), PROSE)
def test_each_word_of_prose_takes_its_positive(pattern: Any, positive: str, negative: str) -> None:
    assert pattern.search(level(positive))
    assert not pattern.search(level(negative))


@pytest.mark.parametrize(("section", "pattern", "example"), SECTIONS)
def test_each_heading_opens_its_section(section: Section, pattern: Any, example: str) -> None:
    assert section == next(s for s, p, _ in SECTIONS if p.search(level(example)))


@pytest.mark.parametrize(
    ("case", "name"),
    [(case, name) for case in NOTICES for name in case.facts],
    ids=lambda x: x.name if isinstance(x, Case) else x,
)
def test_a_notice_is_read(case: Case, name: str) -> None:
    facts = read_notice(case.title, case.lines)

    assert facts is not None
    assert value_of(facts, name) == case.facts[name]


@pytest.mark.parametrize("case", notices.PROSE, ids=lambda case: case.name)
def test_prose_about_tenders_is_no_notice(case: Case) -> None:
    assert read_notice(case.title, case.lines) is None


@pytest.mark.parametrize("case", NOTICES, ids=lambda case: case.name)
def test_every_value_says_what_it_was_read_from(case: Case) -> None:
    facts = read_notice(case.title, case.lines)

    assert facts is not None
    for name in ("project", "project_number", "purchaser", "agency", "budget_cny", "deadline"):
        assert bool(value_of(facts, name)) == (name in facts.stated)


@given(
    st.lists(
        st.text(alphabet="项目名称编号采购人中标金额：:|（） 12.5万元第一包\n", max_size=40),
        max_size=12,
    )
)
def test_no_lines_break_the_reading(lines: list[str]) -> None:
    facts = read_notice("某校采购中标结果公告", lines)

    assert facts is None or facts.stage


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1)))
def test_a_moment_in_words_reads_back(moment: datetime) -> None:
    text = f"{moment:%Y年%m月%d日}（星期五）{moment.hour}时{moment.minute:02}分"

    assert [m.iso for m in moments(text)] == [f"{moment:%Y-%m-%dT%H:%M}:00+08:00"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024年5月10日下午2时", "2024-05-10T14:00:00+08:00"),
        ("2024年5月10日14时整", "2024-05-10T14:00:00+08:00"),
        ("2024-05-10 24:00", "2024-05-11T00:00:00+08:00"),
        ("2024年5月10日（周五）上午九时三十分", "2024-05-10T09:30:00+08:00"),
        ("2024年5月10日", "2024-05-10"),
    ],
)
def test_a_moment_is_read(text: str, iso: str) -> None:
    assert [m.iso for m in moments(text)] == [iso]


@pytest.mark.parametrize(
    "lines",
    [
        ["投标截止时间由2024年5月6日9:30延期至2024年5月16日9:30。"],
        ["原投标截止时间：2024年5月6日9:30", "现投标截止时间：2024年5月16日9:30"],
        ["更正事项：投标截止时间", "原：2024年5月6日9:30", "现：2024年5月16日9:30"],
        ["原公告中“投标截止时间：2024年5月6日9:30”，现更正为“投标截止时间：2024年5月16日9:30”。"],
    ],
)
def test_a_correction_keeps_the_new_value_only(lines: list[str]) -> None:
    kept = [m.iso for line in current_lines(lines) for m in moments(line)]

    assert kept == ["2024-05-16T09:30:00+08:00"]


def test_a_lot_below_its_label_is_part_of_the_value() -> None:
    entries = entries_of(["预算金额：", "第一包：50万元", "第二包：30万元", "采购人：某局"])

    assert [(e.field, e.value) for e in entries] == [
        ("budget", "第一包：50万元；第二包：30万元"),
        ("purchaser", "某局"),
    ]


@pytest.mark.parametrize(
    "line, field, value",
    [
        ("采购人临江市图书馆", "purchaser", "临江市图书馆"),
        ("项目编号LJZC-2024-0107", "number", "LJZC-2024-0107"),
        ("预算金额（含税）58.00万元", "budget", "58.00万元"),
    ],
)
def test_a_label_and_its_value_without_a_colon_are_read(line: str, field: str, value: str) -> None:
    (entry,) = entries_of([line])

    assert (entry.field, entry.value) == (field, value)


@pytest.mark.parametrize(
    "line",
    ["采购人应当在两日内确认结果", "中标人须在三十日内签订合同", "招标人和代理机构都派了代表到场"],
)
def test_a_sentence_about_a_purchaser_is_no_label(line: str) -> None:
    assert entries_of([line]) == []


def test_a_tender_that_failed_is_one_that_failed_under_the_title_of_its_call() -> None:
    lines = ["采购人：临江市图书馆", "通过资格审查的不足三家，本次招标终止，流标。"]

    found = read_notice("临江市图书馆书架招标公告", lines)

    assert found is not None
    assert found.stage == "废标"


def test_the_rule_of_when_a_tender_fails_does_not_make_it_fail() -> None:
    lines = ["采购人：临江市图书馆", "如通过资格审查的不足三家，则本次招标终止，作流标处理。"]

    found = read_notice("临江市图书馆书架招标公告", lines)

    assert found is not None
    assert found.stage == "招标"


def test_a_school_that_signs_with_its_office_is_the_purchaser() -> None:
    lines = [
        "因搬迁需要，现诚邀具有资质的厂商参加书架比选，项目编号为LJSF-2024-08。",
        "投标文件须密封，送达行政楼。",
        "临江师范学院总务处",
        "2024年5月13日",
    ]

    found = read_notice("关于书架采购的比选公告", lines)

    assert found is not None
    assert (found.purchaser, found.project_number) == ("临江师范学院", "LJSF-2024-08")
