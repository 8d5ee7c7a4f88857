"""Every named line rule, by the two examples that stand beside it."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.lines import strip
from pipelines.boilerplate.rules import RULES, Rule
from pipelines.charset.script import fold_script

PROSE = [
    "河湾镇的石桥修好以后，赶集的人又多了起来，桥头的茶摊也搬回了老地方，每天天不亮就生火。",
    "镇上的老人说，从前过河要等渡船，一等就是半个时辰，遇到涨水的日子干脆就不出门了。",
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_takes_its_positive_example_and_leaves_its_negative(rule: Rule) -> None:
    assert rule.takes(fold_script(rule.positive))
    assert not rule.takes(fold_script(rule.negative))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_takes_a_paragraph(rule: Rule) -> None:
    assert not any(rule.takes(line) for line in PROSE)


def test_rule_names_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_what_is_dropped_is_kept_with_rule_and_place() -> None:
    kept, dropped = strip([*PROSE, "河湾导医热线:0555-1234567"], "")

    assert kept == PROSE
    assert [(d.rule, d.line) for d in dropped] == [("hotline", 2)]


def test_a_related_list_behind_the_article_is_cut() -> None:
    tail = ["相关阅读", "新码头浇下最后一方混凝土", "泊位增加到三十一个，渔民老郭盼着冷库早日通"]

    kept, dropped = strip([*PROSE, *tail], "")

    assert kept == PROSE
    assert {d.rule for d in dropped} == {"related-tail"}


def test_paragraphs_behind_a_related_list_in_the_middle_stay() -> None:
    long = [line * 2 for line in PROSE]

    kept, _ = strip([*long, "相关阅读", "新码头浇下最后一方混凝土", *long], "")

    assert kept == [*long, *long]


def test_only_what_stands_between_the_markers_of_an_export_is_the_article() -> None:
    lines = ["专注水利二十年", "HW_RSS.content.begin", *PROSE, "HW_RSS.content.end", "注册会员"]

    kept, dropped = strip(lines, "")

    assert kept == PROSE
    assert {d.rule for d in dropped} == {"outside-markers"}


def test_a_templates_lines_are_dropped_under_its_name() -> None:
    kept, dropped = strip(
        [*PROSE, "河湾网 让消息走得更快"], "", frozenset({"河湾网 让消息走得更快"})
    )

    assert kept == PROSE
    assert [d.rule for d in dropped] == ["template"]


@pytest.mark.parametrize("shown", ["老桥修好了以后怎么办", "天天速看：老桥修好了以后怎么办"])
def test_the_title_is_dropped_where_it_is_repeated(shown: str) -> None:
    kept, dropped = strip([shown, *PROSE], "老桥修好了以后怎么办")

    assert kept == PROSE
    assert [d.rule for d in dropped] == ["title-repeated"]
