"""What is known of a site's pages beforehand: an immutable, versioned value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.boilerplate.shape import Address, Path, keys_of


@dataclass(frozen=True, slots=True)
class Layout:
    """One shape of page: where its article, its title and the lines with its facts stand.

    `blocks` says of those inside the article's, by the keys on the way to them, which are
    furniture; `stops` is the most full stops that its pages hold outside the article.
    """

    content: Address
    title: Address | None
    facts: tuple[Address, ...]
    blocks: Mapping[tuple[str, ...], bool]
    stops: int

    def holds(self, path: Path) -> bool:
        """Tell whether a block is of the article and not of the furniture in it."""
        keys, content = keys_of(path), self.content.keys
        return keys[: len(content)] == content and not self.is_furniture(keys)

    def is_furniture(self, keys: tuple[str, ...]) -> bool:
        """Let the innermost block decide of which enough was seen; `keys` is under `content`."""
        depth = len(self.content.steps)
        known = (self.blocks.get(keys[depth:end]) for end in range(len(keys), depth, -1))
        return next((furniture for furniture in known if furniture is not None), False)


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
