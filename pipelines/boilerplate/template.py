"""What is known of a site's pages beforehand: an immutable, versioned value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipelines.boilerplate.shape import Address, Path, keys_of

Use = Literal["text", "furniture", "list"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One shape of page: where its article, its title and the lines with its facts stand.

    `blocks` says of those inside the article's, by the keys on the way to them, what they are for;
    `stops` is the most full stops that its pages hold outside the article.
    """

    content: Address
    title: Address | None
    facts: tuple[Address, ...]
    blocks: Mapping[tuple[str, ...], Use]
    stops: int

    def holds(self, path: Path) -> bool:
        """Tell whether a block is of the article and not of the furniture in it."""
        keys, content = keys_of(path), self.content.keys
        return keys[: len(content)] == content and self.use_of(keys) == "text"

    def use_of(self, keys: tuple[str, ...]) -> Use:
        """Let the innermost block decide of which enough was seen; `keys` is under `content`."""
        depth = len(self.content.steps)
        known = (self.blocks.get(keys[depth:end]) for end in range(len(keys), depth, -1))
        return next((use for use in known if use is not None), "text")


@dataclass(frozen=True, slots=True)
class Template:
    """What the pages of one site share.

    `lines` holds the prints of lines that repeat, `titles` those of the titles of its articles: a
    link that says one is no part of another article.
    """

    version: str = ""
    lines: frozenset[int] = frozenset()
    titles: frozenset[int] = frozenset()
    layouts: tuple[Layout, ...] = ()
