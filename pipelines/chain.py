"""The stages in order, as pure functions: charset, boilerplate, quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.items import ARTICLE_FIELDS, Article, Notice, Page, Refined, Rejected
from pipelines.charset import repair
from pipelines.charset.script import script_of
from pipelines.dedup import canonical_of
from pipelines.quality import check

if TYPE_CHECKING:
    from pipelines.boilerplate import Extracted, Observation, Template
    from pipelines.boilerplate.notices import NoticeFacts

Templates = Mapping[str, "Template"]
"""Templates by host."""

EMPTY: Templates = MappingProxyType({})


def mend(page: Page) -> Page:
    """Undo the damage of a page's text; a sound page comes back as the same object."""
    repaired = repair(page.content)
    parts = [repair(part) for part in page.parts]
    found = sum((part.damages for part in parts), repaired.damages)
    if not found:
        return page
    texts = tuple(part.text for part in parts)
    return replace(page, content=repaired.text, parts=texts, damages=page.damages + found)


def host_of(url: str) -> str:
    """Name the site of an address; pages of one host share a template."""
    return urlsplit(url).hostname or ""


def to_article(page: Page, templates: Templates = EMPTY) -> Article:
    """Find the article in a repaired page; its `kind` says if it is one."""
    return observed(page, templates.get(host_of(page.url)))[0]


def observed(page: Page, template: Template | None) -> tuple[Article, Observation | None]:
    """Find the article in a repaired page, and what the page shows of its site."""
    # Here and not above: its rules take a fifth of a second that not every command needs.
    from pipelines.boilerplate import read, strip_lines

    if page.media == "text":
        return _article(page, strip_lines(page.content)), None
    found, observation = read(page.content, page.url, template)
    for part in page.parts:
        found = _joined(found, read(part, page.url, template)[0])
    return _article(page, found), observation


def _joined(first: Extracted, part: Extracted) -> Extracted:
    """Put a further page's text behind an article's, without the lines that it has already."""
    known = set(first.text.split("\n"))
    lines = [line for line in part.text.split("\n") if line and line not in known]
    return replace(
        first,
        text="\n".join([*filter(None, [first.text]), *lines]),
        kind=first.kind if first.text else part.kind,
        authors=first.authors or part.authors,
        editor=first.editor or part.editor,
        confidence=min(first.confidence, part.confidence),
        dropped=first.dropped + part.dropped,
    )


def _article(page: Page, found: Extracted) -> Article:
    """Make the article, or the notice, of what was found in a page."""
    article = Article(
        url=page.url,
        canonical_url=canonical_of(page.url, found.canonical),
        source=page.source,
        kind=found.kind,
        title=found.title,
        text=found.text,
        published_at=found.published_at,
        published_raw=found.published_raw,
        publisher=found.publisher,
        authors=list(found.authors),
        editor=found.editor,
        region=found.region,
        section=found.section,
        tags=list(found.tags),
        fetched_at=page.fetched_at,
        encoding=page.encoding,
        script=script_of(found.text),
        damages=page.damages,
        dropped=found.dropped,
        quality=found.confidence,
        template=f"{host_of(page.url)}/{found.template}" if found.template else "",
        archive=page.archive,
    )
    if found.notice is None:
        return article
    shared = {name: getattr(article, name) for name in ARTICLE_FIELDS}
    return Notice(**shared | _notice_fields(found.notice))


def _notice_fields(facts: NoticeFacts) -> dict[str, Any]:
    return {
        "stage": facts.stage,
        "project": facts.project,
        "project_number": facts.project_number,
        "purchaser": facts.purchaser,
        "agency": facts.agency,
        "budget_cny": facts.budget_cny,
        "awards": list(facts.awards),
        "deadline": facts.deadline,
        "opening_at": facts.opening_at,
        "contact": facts.contact,
        "stated": dict(facts.stated),
    }


def reject(article: Article, reason: str) -> Rejected:
    """Make the record of a document that is no article."""
    return Rejected(
        url=article.url,
        reason=reason,
        source=article.source,
        kind=article.kind,
        title=article.title,
        text=article.text,
        archive=article.archive,
        dropped=article.dropped,
    )


def refine(page: Page, templates: Templates = EMPTY) -> Refined:
    """Run the stages over one page: charset, boilerplate, quality."""
    article = to_article(mend(page), templates)
    reason = check(article)
    return reject(article, reason) if reason else article
