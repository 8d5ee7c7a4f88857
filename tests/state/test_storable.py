"""What no database can hold costs a character, not the article."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from crawler.items import Article, Dropped, Rejected
from crawler.state.db import articles, quarantine
from crawler.state.election import store_article
from crawler.state.operations import add_quarantine
from pipelines.store import row_of


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "\udfff"])
def test_an_article_with_what_no_column_holds_is_stored_without_it(
    database: Engine, odd: str
) -> None:
    article = Article(
        url="http://hewan.example/1", source="hewan", title=f"石桥{odd}修缮", text=f"完工{odd}了。",
        tags=[f"桥{odd}"], dropped=(Dropped("menu", 0, f"首页{odd}"),),
    )  # fmt: skip

    with database.begin() as connection:
        store_article(connection, row_of(article), None)

    with database.connect() as connection:
        row = connection.execute(select(articles)).one()
    assert (row.title, row.text, row.tags) == ("石桥\ufffd修缮", "完工\ufffd了。", ["桥\ufffd"])
    assert row.dropped[0]["text"] == "首页\ufffd"


def test_a_rejected_page_with_a_nul_is_kept_without_it(database: Engine) -> None:
    rejected = Rejected(
        url="http://hewan.example/2", reason="empty", title="空\x00白", text="\ud800"
    )

    with database.begin() as connection:
        add_quarantine(connection, rejected, "hewan", None)

    with database.connect() as connection:
        assert connection.execute(select(quarantine.c.title)).scalar_one() == "空\ufffd白"
