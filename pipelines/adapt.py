"""Items of any make: dicts, dataclasses, attrs classes."""

from __future__ import annotations

from typing import Any

from itemadapter import ItemAdapter

from crawler.items import ARTICLE_FIELDS, Article


def put(item: Any, field: str, value: Any) -> None:
    """Set a field where the item's make has room for it: dicts always, classes where declared."""
    adapter = ItemAdapter(item)
    if isinstance(item, dict) or field in adapter.field_names():
        adapter[field] = value


def as_article(item: Any) -> Article:
    """See any item as an Article: the fields that it shares with one, the rest by default."""
    if isinstance(item, Article):
        return item
    adapter = ItemAdapter(item)
    known = {name: adapter[name] for name in ARTICLE_FIELDS if adapter.get(name) is not None}
    return Article(**({"url": ""} | known))
