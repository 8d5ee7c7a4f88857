"""The gold pages and the gold notices beside the project, decoded."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pipelines.charset import decode

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
Half = Literal["rules", "published"]


@dataclass(frozen=True)
class GoldPage:
    """One real page and what a reader takes from it; `gold` is its gold.json as it stands."""

    folder: Path
    gold: dict[str, Any]

    @property
    def key(self) -> str:
        """Its id; no other page of its kind has it."""
        return str(self.gold["id"])

    @property
    def url(self) -> str:
        """Its address, or an invented one on its site where the gold names none."""
        return str(self.gold.get("url") or f"https://{self.gold['site']}/{self.key}.html")

    @property
    def site(self) -> str:
        """The site, as the gold names it."""
        return str(self.gold["site"])

    @property
    def half(self) -> Half:
        """Which half of the split its site is in."""
        return half_of(self.site)

    @cached_property
    def html(self) -> str:
        """Its text; all extractors get the same."""
        # Not by the gold's charset: that is the page's own word, and browsers saved in UTF-8.
        return decode(gzip.decompress((self.folder / "page.html.gz").read_bytes())).text

    @property
    def is_chinese(self) -> bool:
        """If the gold counts it among the Chinese pages; notices are."""
        return str(self.gold.get("lang", "zh")) == "zh"

    @property
    def is_forum(self) -> bool:
        """If it is a thread and no article."""
        return str(self.gold.get("genre")) == "forum"


def half_of(site: str) -> Half:
    """Say if rules may be written on a site's pages, or its figures are the published ones."""
    digit = int(hashlib.md5(site.encode(), usedforsecurity=False).hexdigest()[0], 16)
    return "published" if digit % 2 else "rules"


def gold_pages(data: Path = DATA) -> list[GoldPage]:
    """Read the articles and threads; nothing where they are not beside the project."""
    return _read(data / "pages")


def gold_notices(data: Path = DATA) -> list[GoldPage]:
    """Read the tender notices; their gold has fields and no text."""
    return _read(data / "notices")


def _read(folder: Path) -> list[GoldPage]:
    return [
        GoldPage(path.parent, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*/gold.json"))
    ]
