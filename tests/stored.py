"""A store with rows that a test writes itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from crawler.items import Article, Award, Damage, Dropped, Notice
from crawler.state.db import articles, open_database
from pipelines.store import row_of

# What breaks writers and readers of files: newlines, quotes, separators, NUL, formulas, emoji.
NASTY = '第一行\r\n"引号"，逗号,\t制表\0空\u2028行\u0085 👩‍👩‍👧𠮷 </script>'
FORMULA = "=cmd|' /C calc'!A0"
LONE = "前\ud800后"


def database(folder: Path, rows: Iterable[dict[str, Any]] = ()) -> str:
    """Make a database in a folder, as a crawl names it, and give its URL."""
    url = f"sqlite:///{folder / 'qingyuan.db'}"
    engine = open_database(url)
    add(engine, rows)
    engine.dispose()
    return url


def add(engine: Engine, rows: Iterable[dict[str, Any]]) -> None:
    """Add rows in one transaction."""
    if values := list(rows):
        with engine.begin() as connection:
            connection.execute(insert(articles), values)


def row(number: int, day: str | None = "2026-11-05", **fields: Any) -> dict[str, Any]:
    """Make the row of one article of a day; fields of a notice make it a notice."""
    own = {
        name: fields.pop(name) for name in ("version", "is_current", "stored_at") if name in fields
    }
    said: dict[str, Any] = {
        "url": f"http://h.example/{number}",
        "source": "qcdy",
        "title": f"石桥{number}",
        "text": f"第{number}段石桥的青石逐块编号，堆放在河滩的凉棚里。",
        "published_at": day and f"{day}T09:30:00+08:00",
        "authors": ["何一川"],
    }
    kind = Notice if set(fields) & {"awards", "stage", "budget_cny"} else Article
    values = row_of(kind(**(said | fields)))
    empty = dict.fromkeys(column.name for column in articles.columns if column.name != "id")
    standing = {"version": 1, "is_current": True, "stored_at": "2026-11-06T01:00:00+00:00"}
    return empty | values | standing | own


def nasty_rows() -> list[dict[str, Any]]:
    """Give an article and a notice of values that break files."""
    return [
        row(
            1,
            title=FORMULA,
            text=NASTY,
            editor="@甲",
            authors=["-一", '"二"\n'],
            tags=[],
            damages=(Damage("bytes", (0, 2), LONE, "桥", 0.5),),
            dropped=(Dropped("footer", 3, NASTY),),
            quality=0.75,
        ),
        row(
            2,
            stage="award",
            project_number="+86-01",
            budget_cny=1234567.89,
            awards=[Award("青岚营造\n有限公司", 98.5, FORMULA), Award("无价", None, "")],
            stated={"预算": "=1+1"},
        ),
    ]
