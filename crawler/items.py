"""What runs through the house: a Page comes in, an Article, a Notice or a Rejected comes out."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal, TypeAlias

SCHEMA_VERSION = 1

Media = Literal["html", "text"]
Kind = Literal["article", "notice", "list", "forum", "challenge", "error", "empty", "shell"]
Script = Literal["hans", "hant", "mixed", ""]


@dataclass(frozen=True, slots=True)
class Damage:
    """One repaired or lost stretch of text; `span` is start and end before its repair."""

    kind: str
    span: tuple[int, int]
    before: str
    after: str
    confidence: float


CANDIDATE = "candidate-"
"""Begins the rule of what a method took for an article where the methods do not agree."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One line that a named rule took out; `line` is its index among the extracted lines."""

    rule: str
    line: int
    text: str


@dataclass(slots=True)
class Page:
    """One decoded response on its way through the stages; `content` is HTML or plain text."""

    url: str
    content: str
    media: Media = "html"
    source: str = ""
    fetched_at: str = ""
    encoding: str = ""
    damages: tuple[Damage, ...] = ()
    archive: str = ""
    parts: tuple[str, ...] = ()
    """The contents of its further pages, where an article is split over several."""
    article: Article | None = None
    """Its article, where the stage before found it in the same trip to a worker."""
    schema_version: int = SCHEMA_VERSION


@dataclass(slots=True)
class Article:
    """A clean article; the fields stand in the order in which they are exported."""

    url: str
    canonical_url: str = ""
    source: str = ""
    kind: Kind = "article"
    title: str = ""
    text: str = ""
    published_at: str | None = None
    published_raw: str = ""
    publisher: str = ""
    authors: list[str] = field(default_factory=list)
    editor: str = ""
    region: str = ""
    section: str = ""
    tags: list[str] = field(default_factory=list)
    fetched_at: str = ""
    encoding: str = ""
    script: Script = ""
    damages: tuple[Damage, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    quality: float = 0.0
    template: str = ""
    fingerprint: str = ""
    reprint_of: str | None = None
    archive: str = ""
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Award:
    """One supplier's award in a tender result, with the words it was read from."""

    supplier: str
    amount_cny: float | None
    raw: str


@dataclass(slots=True)
class Notice(Article):
    """A tender notice: an article with the fields that bidders look for."""

    kind: Kind = "notice"
    stage: str = ""
    project: str = ""
    project_number: str = ""
    purchaser: str = ""
    agency: str = ""
    budget_cny: float | None = None
    awards: list[Award] = field(default_factory=list)
    deadline: str | None = None
    opening_at: str | None = None
    contact: str = ""
    stated: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that is no article, and why; it goes to the quarantine, not to the store."""

    url: str
    reason: str
    source: str = ""
    kind: str = ""
    title: str = ""
    text: str = ""
    archive: str = ""
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a page offers for download."""

    url: str
    title: str = ""


Refined: TypeAlias = Article | Notice | Rejected

ARTICLE_FIELDS = tuple(f.name for f in fields(Article))
NOTICE_FIELDS = tuple(f.name for f in fields(Notice))
