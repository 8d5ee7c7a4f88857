"""What an article must have."""

from __future__ import annotations

from crawler.items import CANDIDATE, Article

SHORTEST = 20
LOST = 0.1


def check(article: Article) -> str | None:
    """Give the reason for which a document is no article, or None.

    Twenty characters: shorter bodies on the development pages were all menus or captions.
    """
    if article.kind not in ("article", "notice"):
        return article.kind
    if not article.title.strip():
        return "no title"
    text = article.text.strip()
    if not text:
        return "no text"
    if len(text) < SHORTEST:
        return "too short"
    if text.count("\ufffd") > LOST * len(text):
        return "undecodable"
    if article.kind == "article" and any(d.rule.startswith(CANDIDATE) for d in article.dropped):
        return "doubtful"
    return None
