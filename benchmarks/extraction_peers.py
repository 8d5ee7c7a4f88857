"""Ours and the other extractors, each at the best settings that its manual gives.

Each maker imports its library, so one that is not installed raises ImportError there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from benchmarks.extraction_metric import Found
from benchmarks.extraction_pages import GoldPage

Extractor = Callable[[GoldPage], Found]
_DAY = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})")


def _ours() -> Extractor:
    from crawler.items import Page, Rejected
    from pipelines import refine

    def extract(page: GoldPage) -> Found:
        article = refine(Page(url=page.url, content=page.html))
        if isinstance(article, Rejected):  # a reader of the store never sees its text
            return Found(title=article.title)
        return Found(
            text=article.text,
            title=article.title,
            day=article.published_at or "",
            source=article.publisher,
            authors=tuple(article.authors),
        )

    return extract


def _trafilatura(**settings: Any) -> Callable[[], Extractor]:
    def make() -> Extractor:
        from trafilatura import bare_extraction
        from trafilatura.settings import Document

        def extract(page: GoldPage) -> Found:
            found = bare_extraction(page.html, url=page.url, with_metadata=True, **settings)
            if not isinstance(found, Document):
                return Found()
            text = found.text or ""
            if page.is_forum:  # it takes replies for comments, and keeps those apart
                text += "\n" + (found.comments or "")
            return Found(
                text=text,
                title=found.title or "",
                day=found.date or "",
                source=found.sitename or "",
                authors=tuple((found.author or "").split("; ")),
            )

        return extract

    return make


def _readability() -> Extractor:
    from html_text import extract_text
    from readability import Document

    def extract(page: GoldPage) -> Found:
        document = Document(page.html, url=page.url)
        return Found(text=extract_text(document.summary()), title=document.short_title())

    return extract


def _magic_html() -> Extractor:
    from html_text import extract_text
    from magic_html import GeneralExtractor

    extractor = GeneralExtractor()

    def extract(page: GoldPage) -> Found:
        kind = {"html_type": "forum"} if page.is_forum else {}
        found = extractor.extract(page.html, base_url=page.url, **kind)
        return Found(text=extract_text(found.get("html") or ""), title=found.get("title") or "")

    return extract


def _gne() -> Extractor:
    from gne import GeneralNewsExtractor

    extractor = GeneralNewsExtractor()

    def extract(page: GoldPage) -> Found:
        found = extractor.extract(page.html, host=f"https://{urlsplit(page.url).netloc}")
        return Found(
            text=found["content"],
            title=found["title"],
            # It gives the words of the page: 2021年3月5日, 2021/03/05 08:00.
            day=_day(found["publish_time"]),
            authors=(found["author"],),
        )

    return extract


def _day(raw: str) -> str:
    found = _DAY.search(raw)
    return "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else ""


def _resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text

    def extract(page: GoldPage) -> Found:
        text = extract_plain_text(page.html, main_content=True, alt_texts=False, list_bullets=False)
        return Found(text=text)

    return extract


def _newspaper() -> Extractor:
    import jieba  # noqa: F401  (it needs it for Chinese, and says so page by page only)
    from newspaper import Article

    def extract(page: GoldPage) -> Found:
        said = {"language": "zh"} if page.is_chinese else {}
        article = Article(page.url, fetch_images=False, **said)
        article.download(input_html=page.html)
        article.parse()
        date = article.publish_date
        return Found(
            text=article.text,
            title=article.title,
            day=date.isoformat() if date else "",
            authors=tuple(article.authors),
        )

    return extract


def _goose() -> Extractor:
    import jieba  # noqa: F401  (it needs it for Chinese, and finds nothing without it)
    from goose3 import Goose
    from goose3.text import StopWordsChinese

    chinese = Goose({"stopwords_class": StopWordsChinese, "target_language": "zh"})
    other = Goose()

    def extract(page: GoldPage) -> Found:
        found = (chinese if page.is_chinese else other).extract(raw_html=page.html)
        date = found.publish_datetime_utc
        return Found(
            text=found.cleaned_text,
            title=found.title,
            day=date.isoformat() if date else str(found.publish_date or ""),
            authors=tuple(found.authors),
        )

    return extract


def _justext() -> Extractor:
    import justext

    english = justext.get_stoplist("English")
    # It has no list for Chinese; this is what its manual calls independent of the language.
    independent = {"stopwords_low": 0.0, "stopwords_high": 0.0}

    def extract(page: GoldPage) -> Found:
        if page.is_chinese:
            paragraphs = justext.justext(page.html, frozenset(), **independent)
        else:
            paragraphs = justext.justext(page.html, english)
        return Found(text="\n".join(p.text for p in paragraphs if not p.is_boilerplate))

    return extract


def _boilerpy() -> Extractor:
    from boilerpy3.extractors import ArticleExtractor

    extractor = ArticleExtractor(raise_on_failure=False)

    def extract(page: GoldPage) -> Found:
        found = extractor.get_doc(page.html)
        return Found(text=found.content, title=found.title or "")

    return extract


def _html_text() -> Extractor:
    from html_text import extract_text

    return lambda page: Found(text=extract_text(page.html))


OURS, BASELINE = "qingyuan", "trafilatura"
EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    OURS: _ours,
    BASELINE: _trafilatura(),
    "trafilatura precision": _trafilatura(favor_precision=True),
    "trafilatura recall": _trafilatura(favor_recall=True),
    "trafilatura fast": _trafilatura(fast=True),
    "readability-lxml": _readability,
    "magic-html": _magic_html,
    "GNE": _gne,
    "resiliparse": _resiliparse,
    "newspaper4k": _newspaper,
    "goose3": _goose,
    "jusText": _justext,
    "boilerpy3": _boilerpy,
    "html_text": _html_text,
}
