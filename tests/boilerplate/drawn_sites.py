"""Whole sites drawn from a seed, whose furniture only repetition, links or position betray."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.boilerplate.drawn_articles import Article, Block, copied, empty, photo_story, write
from tests.boilerplate.drawn_style import Style, draw_style
from tests.boilerplate.drawn_words import PROMISES, SENTENCES, Words


@dataclass(frozen=True)
class DrawnPage:
    """One page and what is true about it.

    text: one line a paragraph, list item, caption or table row (its cells joined by a space).
    day: YYYY-MM-DD. publisher: "" where the page names none. furniture: strings of at least four
    characters that stand in the HTML in one piece and must not stand in an extracted text.
    """

    url: str
    html: str
    title: str
    text: str
    day: str
    publisher: str
    furniture: list[str]


@dataclass(frozen=True)
class House:
    """What a site keeps through every redesign, and the pools its moving furniture comes from."""

    host: str
    name: str
    menu: tuple[str, ...]
    press: tuple[str, ...]
    constant: tuple[str, ...]
    adverts: tuple[str, ...]
    spam: tuple[str, ...]


@dataclass(frozen=True)
class DrawnSite:
    """A site: `pages` hold the truth, the rest is what more of its pages are drawn from."""

    host: str
    pages: list[DrawnPage]
    house: House
    style: Style
    articles: tuple[Article, ...]


def draw_site(seed: int, pages: int = 40) -> DrawnSite:
    """The site of this seed, `pages` articles in the order of their days."""
    rng = random.Random(seed)
    house = _house(Words(rng))
    start = date(rng.randint(2016, 2022), rng.randint(1, 12), rng.randint(1, 28))
    return _published(house, rng, start, pages)


def redesigned(site: DrawnSite, seed: int) -> DrawnSite:
    """The same house later: as many newer articles, another layout, other adverts and spam."""
    rng = random.Random(f"{site.host} {seed}")
    fresh = _house(Words(rng))
    house = replace(site.house, adverts=fresh.adverts, spam=fresh.spam)
    start = date.fromisoformat(max(page.day for page in site.pages)) + timedelta(days=30)
    return _published(house, rng, start, len(site.articles), number=90000)


def odd_pages(site: DrawnSite, seed: int) -> list[DrawnPage]:
    """Another column in its own layout, an empty article, captions only, a copied article."""
    rng = random.Random(f"odd {site.host} {seed}")
    day = date.fromisoformat(site.pages[-1].day)
    press = site.house.press
    column = write(rng, 1, day, press, number=70001)[0]
    others = site.articles
    return [
        Printer(site.house, draw_style(rng), rng, column, others).page(),
        Printer(site.house, site.style, rng, empty(rng, day, press, 70002), others).page(),
        Printer(site.house, site.style, rng, photo_story(rng, day, press, 70003), others).page(),
        Printer(site.house, site.style, rng, copied(rng.choice(others), rng, 70004), others).page(),
    ]


def list_page(site: DrawnSite) -> DrawnPage:
    """The site's front page: every article's title as a link and not one paragraph."""
    rng = random.Random(f"list {site.host}")
    front = Article("", [], date.min, "", 0)
    return Printer(site.house, site.style, rng, front, site.articles).front()


def _house(words: Words) -> House:
    rng = words.rng
    letters = "".join(rng.choices("abcdefghijkmnpqrstuvwxyz", k=7))
    prose = [words.pick(SENTENCES) for _ in range(3)]
    promises = [words.fill(p) for p in rng.sample(PROMISES, 6)]
    return House(
        host=f"www.{letters}.{rng.choice(('cn', 'com', 'com.cn', 'net'))}",
        name=words.fill("{press}"),
        menu=tuple(words.word(rng.choice((2, 2, 4))) for _ in range(rng.randint(5, 12))),
        press=("",) if rng.random() < 0.15 else tuple(words.fill("{press}") for _ in range(4)),
        constant=tuple(rng.sample(promises[:2] + prose[:1], rng.randint(1, 3))),
        adverts=tuple(
            words.pick(PROMISES) + (words.pick(SENTENCES) if rng.random() < 0.5 else "")
            for _ in range(6)
        ),
        spam=tuple(" ".join(words.word(rng.randint(2, 5)) for _ in range(6)) for _ in range(5)),
    )


def _published(
    house: House, rng: random.Random, start: date, count: int, number: int = 20000
) -> DrawnSite:
    style = draw_style(rng)
    articles = tuple(write(rng, count, start, house.press, number))
    pages = [Printer(house, style, rng, article, articles).page() for article in articles]
    return DrawnSite(house.host, pages, house, style, articles)


class Printer:
    """Sets one article into the site's layout and writes down the furniture it sets beside it."""

    def __init__(
        self,
        house: House,
        style: Style,
        rng: random.Random,
        article: Article,
        others: tuple[Article, ...],
    ) -> None:
        self.house, self.style, self.rng, self.article = house, style, rng, article
        self.others = [a for a in others if a.title != article.title]
        self.words, self.line = Words(rng), rng.choice(style.lines)
        self.noted: list[str] = []

    def page(self) -> DrawnPage:
        """The article's page."""
        style, article = self.style, self.article
        parts = {
            "title": style.heading.format(title=article.title, named=self._named("title")),
            "info": self._info(),
            "source": self._box("source", self._credit()) if article.publisher else "",
            "body": self._inside(),
        }
        before, after = ("".join(self._places(where)) for where in ("before", "after"))
        if style.nested:
            head = "\n".join(parts[part] for part in style.order if part != "body")
            return self._finish(before + self._box("body", head + parts["body"] + after))
        parts["body"] = before + self._box("body", parts["body"]) + after
        return self._finish("\n".join(parts[part] for part in style.order))

    def front(self) -> DrawnPage:
        """The list page."""
        rows = [self._item(other) for other in self.others]
        return self._finish(self._box("list", "\n".join(rows)))

    def _finish(self, main: str) -> DrawnPage:
        article, house = self.article, self.house
        menu = " ".join(f'<a href="/{i}/">{self._note(m)}</a>' for i, m in enumerate(house.menu))
        crumbs = f'<a href="/">{house.name}</a> &gt; <a href="/1/">{house.menu[1]}</a> &gt; 正文'
        side = self._box("side", "".join(self._places("side")) + self._related(8, teased=False))
        main = self._box("crumbs", crumbs) + self._box("main", main)
        page = self._box("page", (
            self._box("top", f'<img src="/logo.png">{house.name}') + self._box("menu", menu)
            + self._box("wrap", side + main if self.style.side_first else main + side)
            + self._box("foot", "<br>".join(map(self._note, house.constant[:1])))
        ))  # fmt: skip
        text = "\n".join(article.lines())
        title = f"{article.title}{self.style.suffix}{house.name}" if article.title else house.name
        html = (
            f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title>'
            f"</head>\n<body>\n{page}<script>var aid={article.number};</script></body></html>\n"
        )
        return DrawnPage(
            url=f"http://{house.host}{self._path(article)}",
            html=html,
            title=article.title or house.name,
            text=text,
            day=article.day.isoformat() if article.number else "",
            publisher=article.publisher,
            furniture=[n for n in dict.fromkeys(self.noted) if len(n) > 3 and n not in text],
        )

    def _path(self, article: Article) -> str:
        day = article.day
        return self.style.path.format(
            n=article.number, y=day.year, m=f"{day.month:02}", d=f"{day.day:02}"
        ) if article.number else "/"  # fmt: skip

    def _note(self, text: str) -> str:
        self.noted.append(text)
        return text

    def _named(self, role: str) -> str:
        return self.style.named(role, self.article.number)

    def _box(self, role: str, inner: str) -> str:
        if not inner:
            return ""
        return self.style.box(role, inner, self.article.number)

    def _info(self) -> str:
        style, article = self.style, self.article
        pieces = [self._note(style.shown_day(article.day, self.rng))]
        if article.publisher and "source" not in style.order:
            pieces.insert(style.source_at, self._credit())
        if style.editor:
            pieces.append(self._note(style.editor + self.words.fill("{who}")))
        if style.split_info:
            return self._box("info", "\n".join(f"<span>{piece}</span>" for piece in pieces))
        return self._box("info", style.separator.join(pieces))

    def _credit(self) -> str:
        shown = self.style.source.format(self._note(self.article.publisher))
        return shown if "<" in shown else self._note(shown)

    def _inside(self) -> str:
        blocks = [self._block(block) for block in self.article.blocks]
        middle = self._places("middle")
        for piece in middle:
            last = len(blocks) - 1
            blocks.insert(self.rng.randint(1, last) if last > 0 else len(blocks), piece)
        text = "\n".join(blocks)
        if self.style.pasted and self.rng.random() < 0.4:
            text = f"<div>{text}</div>"
        return "\n".join([*self._places("head"), text, *self._places("tail")])

    def _block(self, block: Block) -> str:
        inner = self.style.block(block, self.rng)
        return inner if block.kind in ("table", "list", "quote", "figure") else self._line(inner)

    def _line(self, inner: str) -> str:
        return self.line.format(inner)

    def _places(self, position: str) -> list[str]:
        kinds = [kind for kind, where in self.style.places.items() if where == position]
        return [piece for kind in kinds if (piece := self._furniture(kind))]

    def _furniture(self, kind: str) -> str:
        rng, house = self.rng, self.house
        if kind == "constant":
            return self._set(kind, [self._note(line) for line in house.constant])
        if kind == "related":
            return self._related(rng.randint(3, 6), teased=True)
        if kind in ("advert", "spam", "tags") and rng.random() < 0.2:
            return ""
        if kind == "advert":
            return self._set(kind, [self._note(rng.choice(house.adverts))])
        if kind == "spam" and self.style.spam_links:
            return self._set(kind, [" ".join(self._link(self.words.word(4)) for _ in range(4))])
        if kind == "spam":
            return self._set(kind, [self._note(rng.choice(house.spam))])
        if kind == "tags":
            return self._set(kind, [" ".join(self._link(self.words.word(4)) for _ in range(3))])
        if kind == "pager":
            near = map(self._headline, rng.sample(self.others, min(2, len(self.others))))
            return self._set(
                kind, [f"{way}：{link}" for way, link in zip("前后", near, strict=False)]
            )
        comments = [self.words.fill("{word}{m}：") + self.words.pick(SENTENCES) for _ in range(2)]
        rows = "".join(f"<div>{self._note(c)}</div>" for c in comments[: rng.randint(0, 2)])
        return self._box("comment", f"{rows}<textarea></textarea><button>好</button>")

    def _set(self, kind: str, lines: list[str]) -> str:
        if kind in self.style.plain:
            return "\n".join(map(self._line, lines))
        return self._box(kind, "<br>".join(lines))

    def _link(self, word: str) -> str:
        return f'<a href="http://{self.rng.randrange(10**6)}.example/">{self._note(word)}</a>'

    def _headline(self, other: Article) -> str:
        return f'<a href="{self._path(other)}">{self._note(other.title)}</a>'

    def _item(self, other: Article) -> str:
        shown = f" {other.day.isoformat()}" if self.style.dated_lists else ""
        return f"<li>{self._headline(other)}{shown}</li>"

    def _related(self, count: int, *, teased: bool) -> str:
        chosen = self.rng.sample(self.others, min(count, len(self.others)))
        rows = []
        for other in chosen:
            row = self._item(other)
            teaser = other.teaser(self.style.teaser) if teased else ""
            rows.append(row + (f"<p>{self._note(teaser)}</p>" if teaser else ""))
        return self._box("related", "<ul>" + "\n".join(rows) + "</ul>") if rows else ""
