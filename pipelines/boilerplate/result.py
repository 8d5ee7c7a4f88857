"""What is found in one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.items import Dropped, Kind

if TYPE_CHECKING:
    from pipelines.boilerplate.notices import NoticeFacts


@dataclass(frozen=True, slots=True)
class Extracted:
    """The article of a page and its facts; `confidence` is 0 to 1, `kind` says what the page is.

    `published_at` is ISO 8601 with +08:00, a bare date where only the day is known, or None.
    `template` is the version of the site's template, with `#` and the number of the layout where
    the page was read by one. `canonical` is what the page says of its address, as it stands there.
    """

    title: str = ""
    text: str = ""
    published_at: str | None = None
    published_raw: str = ""
    publisher: str = ""
    authors: tuple[str, ...] = ()
    editor: str = ""
    region: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    kind: Kind = "article"
    confidence: float = 0.0
    dropped: tuple[Dropped, ...] = ()
    template: str = ""
    canonical: str = ""
    notice: NoticeFacts | None = None
