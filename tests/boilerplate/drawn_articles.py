"""Invented articles of 1 to 25 paragraphs, as blocks before any site lays them out."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.boilerplate.drawn_words import CLOSINGS, OPENINGS, SENTENCES, SHORT, TITLES, Words

LENGTHS = (1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25)
ASIDES = ("table", "list", "head", "figure", "bold", "quote", "link")
LEAD = re.compile(r"[^。]*。[”）]?")


@dataclass(frozen=True)
class Block:
    """One block of an article; `rows` are lines of cells, a single cell but in tables."""

    kind: str
    rows: tuple[tuple[str, ...], ...]

    def lines(self) -> list[str]:
        """One line a row, the cells joined by a space."""
        return [" ".join(row) for row in self.rows]


@dataclass(frozen=True)
class Article:
    """What its author wrote; `number` is the site's own id of it, 0 on a list page."""

    title: str
    blocks: list[Block]
    day: date
    publisher: str
    number: int

    def lines(self) -> list[str]:
        """Every line of the text."""
        return [line for block in self.blocks for line in block.lines()]

    def teaser(self, form: str) -> str:
        """What other pages show of it: "cut" its first words, "lead" its first sentence."""
        first = next((b.lines()[0] for b in self.blocks if b.kind == "line"), "")
        if form == "cut" and len(first) > 26:
            return first[:24] + "……"
        lead = LEAD.match(first)
        return lead[0] if form == "lead" and lead else ""


def write(
    rng: random.Random, count: int, start: date, press: Sequence[str], number: int
) -> list[Article]:
    """`count` articles, numbers and days ascending; some pairs share an opening or a closing."""
    words, titles = Words(rng), dict[str, None]()
    while len(titles) < count:
        titles[words.pick(TITLES)] = None
    articles = []
    for title in titles:
        number += rng.randint(1, 60)
        start += timedelta(days=rng.randint(0, 2))
        publisher = "" if rng.random() < 0.08 else rng.choice(press)
        articles.append(Article(title, _blocks(words), start, publisher, number))
    for shared, first in (*((o, True) for o in OPENINGS[:2]), *((c, False) for c in CLOSINGS[:2])):
        line = Block("line", ((words.fill(shared),),))
        for at in rng.sample(range(count), 2) if count > 3 else ():
            blocks = articles[at].blocks
            articles[at] = replace(
                articles[at], blocks=[line, *blocks] if first else [*blocks, line]
            )
    return articles


def empty(rng: random.Random, day: date, press: Sequence[str], number: int) -> Article:
    """A title over nothing."""
    return Article(Words(rng).pick(TITLES), [], day, rng.choice(press), number)


def photo_story(rng: random.Random, day: date, press: Sequence[str], number: int) -> Article:
    """Five to nine images and their captions."""
    words = Words(rng)
    figures = [_aside("figure", words) for _ in range(rng.randint(5, 9))]
    return Article(words.pick(TITLES), figures, day, rng.choice(press), number)


def copied(article: Article, rng: random.Random, number: int) -> Article:
    """Another page of the same words under another title."""
    return replace(article, title=Words(rng).pick(TITLES), number=number)


def _blocks(words: Words) -> list[Block]:
    rng = words.rng
    count = rng.choice(LENGTHS)
    if count == 1:
        return [Block("line", ((words.pick(SHORT if rng.random() < 0.6 else SENTENCES),),))]
    lines = [words.paragraph(rng.choice((1, 2, 4))) for _ in range(count)]
    if rng.random() < 0.3:
        lines[0] = words.pick(OPENINGS) + lines[0]
    blocks = [Block("line", ((line,),)) for line in dict.fromkeys(lines)]
    for kind in rng.sample(ASIDES, rng.randint(0, min(3, count // 3))):
        blocks.insert(rng.randint(1, len(blocks)), _aside(kind, words))
    return blocks


def _aside(kind: str, words: Words) -> Block:
    rng = words.rng
    if kind == "table":
        head = ("地点", "数量", "负责人")
        rows = [
            tuple(map(words.fill, ("{place}", "{n}", "{who}"))) for _ in range(rng.randint(2, 6))
        ]
        return Block(kind, (head, *rows))
    if kind == "list":
        items = [words.fill("{place}{body}：{n}件") for _ in range(rng.randint(2, 6))]
        return Block(kind, tuple((item,) for item in items))
    if kind == "head":
        return Block(kind, ((words.fill("{place}的{m}个办法"),),))
    if kind == "figure":
        return Block(kind, ((words.fill("图为{who}在{place}{body}。{who} 摄"),),))
    return Block(kind, ((words.pick(SENTENCES),),))
