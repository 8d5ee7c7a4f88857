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

    def holds(self, path: Path) -> bool | None:
        """Tell whether a block is of the article (False: of its furniture); None: it is outside.

        The innermost block of which enough was seen decides.
        """
        keys, content = keys_of(path), self.content.keys
        depth = len(content)
        if keys[:depth] != content:
            return None
        for end in range(len(keys), depth, -1):
            furniture = self.blocks.get(keys[depth:end])
            if furniture is not None:
                return not furniture
        return True


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
