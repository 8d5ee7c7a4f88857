"""What an article must have."""

from __future__ import annotations

import pytest

from crawler.items import Article, Kind
from pipelines.quality import check

TEXT = "苇塘村的排灌站去年换了两台新水泵，今年汛期没有淹过一块地。"


def article(title: str = "换泵", text: str = TEXT, kind: Kind = "article") -> Article:
    return Article(url="http://weitang.example/1", title=title, text=text, kind=kind)


@pytest.mark.parametrize("kind", ["article", "notice"])
def test_articles_and_notices_pass(kind: Kind) -> None:
    assert check(article(kind=kind)) is None


@pytest.mark.parametrize("kind", ["list", "forum", "challenge", "error", "empty", "shell"])
def test_every_other_kind_is_its_own_reason(kind: Kind) -> None:
    assert check(article(kind=kind)) == kind


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (article(title=" \u3000"), "no title"),
        (article(text=" \n"), "no text"),
        (article(text="一" * 19), "too short"),
        (article(text="一" * 20), None),
        (article(text=TEXT + "\ufffd" * 10), "undecodable"),
        (article(text=TEXT + "\ufffd"), None),
    ],
)
def test_what_is_missing_is_named(found: Article, reason: str | None) -> None:
    assert check(found) == reason
