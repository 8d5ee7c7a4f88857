"""Layout tables become blocks, data tables stay tables."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.parse import parse
from pipelines.boilerplate.tables import unwrap_layout_tables

DATA = "<table><tr><td>渠段</td><td>长度</td></tr><tr><td>东渠</td><td>3公里</td></tr></table>"
LONG = "<p>抽水的时间从六个小时缩短到两个半小时。</p>" * 20


def tables_left(body: str) -> int:
    tree = parse(f"<html><body>{body}</body></html>")
    assert tree is not None
    unwrap_layout_tables(tree)
    return len(list(tree.iter("table")))


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (DATA, 1),
        (f"<table><tr><td>首页</td><td>新闻</td></tr><tr><td>{DATA}</td></tr></table>", 1),
        (f"<table><tr><td>{LONG}</td><td>栏目</td></tr><tr><td>页</td><td>脚</td></tr></table>", 0),
        ("<table><tr><td>首页</td><td>新闻</td></tr></table>", 0),
    ],
    ids=["data", "around-data", "long-cell", "one-row"],
)
def test_a_table_is_data_by_its_columns(body: str, left: int) -> None:
    assert tables_left(body) == left


def test_tables_deep_in_tables_are_walked_once() -> None:
    rows = "<tr><td>渠</td><td>1</td></tr>" * 20_000

    assert tables_left(f"{'<table><tr><td>' * 40}<table>{rows}</table>") == 1
