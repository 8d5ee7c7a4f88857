"""Turns a sheet (what a page says) into HTML: in 2005 tables, modern, or drawn by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ROLES = [
    "page",
    "top",
    "menu",
    "crumbs",
    "wrap",
    "main",
    "side",
    "story",
    "title",
    "info",
    "body",
    "list",
    "item",
    "date",
    "hot",
    "latest",
    "related",
    "tags",
    "pager",
    "note",
    "foot",
    "advert",
    "disclaimer",
    "spam",
]
ENGLISH = dict(
    zip(
        ROLES,
        [
            "container",
            "header",
            "nav",
            "breadcrumb",
            "layout",
            "content",
            "sidebar",
            "article",
            "article-title",
            "article-meta",
            "article-content",
            "news-list",
            "news-item",
            "time",
            "hot-list",
            "latest-list",
            "related-list",
            "tags",
            "pagination",
            "tip",
            "footer",
            "member-box",
            "statement",
            "friend-links",
        ],
        strict=True,
    )
)
PINYIN = dict(
    zip(
        ROLES,
        [
            "zt",
            "dingbu",
            "daohang",
            "weizhi",
            "zhongjian",
            "zuobian",
            "youbian",
            "wenzhang",
            "biaoti",
            "laiyuan",
            "neirong",
            "liebiao",
            "tiao",
            "shijian",
            "remen",
            "zuixin",
            "xiangguan",
            "biaoqian",
            "fenye",
            "zhushi",
            "dibu",
            "huiyuan",
            "shengming",
            "youqing",
        ],
        strict=True,
    )
)
SHAPES = (
    "/article/{id}.html", "/{y}/{md}/{id}.html", "/news/{y}{m}/t{y}{md}_{id}.html",
    "/content-{id}.html", "/show.php?id={id}", "/xinwen/{id}.shtml", "/html/{y}-{m}-{d}/{id}.htm",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One link of a list, with the date beside it and the teaser below it."""

    url: str
    text: str
    date: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Links:
    """A block of links; `role` is one of `ROLES`."""

    role: str
    heading: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Note:
    """A block of lines that is no part of the article: hotline, advert, disclaimer, spam."""

    role: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Story:
    """The article as shown; `before` and `after` share its column, `begin` and `end` are raw."""

    title: str
    info: str
    paragraphs: Sequence[str]
    before: Sequence[str] = ()
    begin: str = ""
    end: str = ""
    after: Sequence[Links | Note] = ()


@dataclass(frozen=True)
class Sheet:
    """All that one page says; `hidden` and `scripts` are raw HTML."""

    charset: str
    title: str
    name: str
    menu: Sequence[Entry]
    crumbs: Sequence[Entry]
    main: Story | Links
    sides: Sequence[Links]
    foot: Sequence[str]
    pager: str = ""
    hidden: str = ""
    scripts: str = ""


@dataclass(frozen=True)
class Style:
    """Every choice of a layout; `Layout` draws with it."""

    seed: int
    tables: bool
    names: dict[str, str]
    box: str = "div"
    attribute: str = "class"
    depth: int = 1
    title: str = "h1"
    info_first: bool = False
    paragraph: str = "p"
    listing: str = "ul"
    date_first: bool = False
    date_form: str = "{y}-{m}-{d}"
    side_first: bool = False
    crumb: str = " &gt; "
    shape: str = ""
    foot: str = "div"
    head: str = "div"
    story: str = "div"


def style(layout: str | int) -> Style:
    """The style of `table`, `modern`, or one drawn by an integer; ValueError for another name."""
    if layout == "table":
        return Style(
            0, True, PINYIN, title="font", paragraph="br", listing="table", date_form="[{m}-{d}]",
            side_first=True,
        )  # fmt: skip
    if layout == "modern":
        return Style(
            1, False, ENGLISH, crumb=" / ", foot="footer", head="header", story="article",
            shape=SHAPES[1],
        )  # fmt: skip
    if isinstance(layout, str):
        raise ValueError(f"no layout {layout!r}: table, modern or an integer")
    return _drawn(layout)


def _drawn(seed: int) -> Style:
    rng = random.Random(seed)
    hashed = {role: f"{rng.choice('abcdefgh')}{rng.randrange(16**5):05x}" for role in ROLES}
    plain = {role: f"box{rng.randrange(1, 90)}" for role in ROLES}
    return Style(
        seed=seed,
        tables=rng.random() < 0.3,
        names=rng.choice((ENGLISH, PINYIN, hashed, plain)),
        box=rng.choice(("div", "section", "div", "center")),
        attribute=rng.choice(("class", "id", "class")),
        depth=rng.randint(1, 4),
        title=rng.choice(("h1", "h2", "h3", "div", "font", "strong")),
        info_first=rng.random() < 0.25,
        paragraph=rng.choice(("p", "br", "div", "indent", "span")),
        listing=rng.choice(("ul", "ol", "dl", "table", "div", "p")),
        date_first=rng.random() < 0.4,
        date_form=rng.choice(
            ("{y}-{m}-{d}", "[{m}-{d}]", "({y}/{m}/{d})", "{y}年{m}月{d}日", "{m}/{d}")
        ),
        side_first=rng.random() < 0.5,
        crumb=rng.choice((" &gt; ", " » ", " / ", "<i>›</i>", " - ")),
        shape=rng.choice(SHAPES),
        foot=rng.choice(("div", "footer", "center")),
        head=rng.choice(("div", "header")),
        story=rng.choice(("div", "article", "section", "main")),
    )


class Layout:
    """Renders sheets in one style; pure, the same sheet always gives the same HTML."""

    def __init__(self, layout: str | int) -> None:
        self.style = style(layout)

    def page(self, sheet: Sheet) -> str:
        """The whole document."""
        main = self.story(sheet.main) if isinstance(sheet.main, Story) else self.links(sheet.main)
        main += self.box("pager", sheet.pager) if sheet.pager else ""
        crumbs = self.style.crumb.join(
            f'<a href="{escape(e.url)}">{escape(e.text)}</a>' for e in sheet.crumbs
        )
        main = self.box("crumbs", crumbs) + main
        sides = list(sheet.sides)
        random.Random(self.style.seed).shuffle(sides)
        side = "".join(map(self.links, sides))
        menu = self.menu(sheet.menu)
        top = f"<a href='/'><img src='/images/logo.gif' alt='{escape(sheet.name)}'></a>"
        foot = "<br>".join(map(escape, sheet.foot))
        columns = self.columns(main, side)
        body = (
            self.box("top", top + menu, self.style.head) + columns
            + self.box("foot", foot, self.style.foot) + sheet.hidden + sheet.scripts
        )  # fmt: skip
        return self._document(sheet, self.box("page", body))

    def _document(self, sheet: Sheet, body: str) -> str:
        if self.style.tables:
            return (
                '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html><head>\n'
                f'<meta http-equiv="Content-Type" content="text/html; charset={sheet.charset}">\n'
                f"<title>{escape(sheet.title)}</title>\n"
                '<link rel="stylesheet" href="/css/style.css"></head>\n'
                f'<body bgcolor="#ffffff" topmargin="0">\n{body}\n</body></html>\n'
            )
        return (
            f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="{sheet.charset}">\n'
            f"<title>{escape(sheet.title)}</title>\n"
            '<meta name="viewport" content="width=device-width"><link rel="stylesheet" '
            f'href="/css/style.css"></head>\n<body>\n{body}\n</body></html>\n'
        )

    def box(self, role: str, inner: str, tag: str = "") -> str:
        """`inner` in a block named for its role, as deep as the style wants it."""
        name = f'{self.style.attribute}="{self.style.names[role]}"'
        if self.style.tables:
            cell = f'<tr><td valign="top" {name}>{inner}</td></tr>'
            return f'<table width="100%" border="0" cellpadding="3">{cell}</table>\n'
        tag = tag or self.style.box
        wraps = self.style.depth - 1 if role in ("story", "main", "body") else 0
        return f"<{tag} {name}>{'<div>' * wraps}{inner}{'</div>' * wraps}</{tag}>\n"

    def columns(self, main: str, side: str) -> str:
        """Main column and sidebar, side by side."""
        if self.style.tables:
            cells = [
                f'<td width="568" valign="top">{main}</td>',
                f'<td width="210" valign="top">{side}</td>',
            ]
            cells = cells[::-1] if self.style.side_first else cells
            return (
                f'<table width="778" align="center" border="0"><tr>{"".join(cells)}</tr></table>\n'
            )
        blocks = [self.box("main", main), self.box("side", side)]
        return self.box("wrap", "".join(blocks[::-1] if self.style.side_first else blocks))

    def menu(self, entries: Sequence[Entry]) -> str:
        """The bar of sections."""
        links = [f'<a href="{escape(e.url)}">{escape(e.text)}</a>' for e in entries]
        if self.style.tables:
            cells = "".join(f'<td align="center">{link}</td>' for link in links)
            return f'<table width="778" bgcolor="#336699"><tr>{cells}</tr></table>'
        return self.box("menu", "".join(f"<span>{link}</span>" for link in links), "nav")

    def story(self, story: Story) -> str:
        """Title, date line, body and what follows it in the same column."""
        title = self._heading(story.title)
        info = self.box("info", story.info)
        before = "".join(self.box("note", escape(line)) for line in story.before)
        body = story.begin + self._paragraphs(story.paragraphs) + story.end
        after = "".join(
            self.links(b) if isinstance(b, Links) else self.note(b) for b in story.after
        )
        head = info + title if self.style.info_first else title + info
        return self.box("story", head + before + self.box("body", body) + after, self.style.story)

    def _heading(self, title: str) -> str:
        tag = self.style.title
        if tag == "font":
            return f'<p align="center"><font size="5"><b>{escape(title)}</b></font></p>\n'
        name = f'{self.style.attribute}="{self.style.names["title"]}"'
        return f"<{tag} {name}>{escape(title)}</{tag}>\n"

    def _paragraphs(self, paragraphs: Sequence[str]) -> str:
        if self.style.paragraph == "br":
            return "<br><br>\n".join("　　" + escape(p, quote=False) for p in paragraphs)
        form = {"div": "<div>{}</div>", "indent": "<p>　　{}</p>", "span": "<p><span>{}</span></p>"}
        pattern = form.get(self.style.paragraph, "<p>{}</p>")
        return "\n".join(pattern.format(escape(p, quote=False)) for p in paragraphs)

    def note(self, note: Note) -> str:
        """A block of lines outside the article."""
        return self.box(note.role, "<br>\n".join(escape(line) for line in note.lines))

    def links(self, block: Links) -> str:
        """A list of links under its heading, dates beside the links of main lists."""
        rows = [self._row(entry) for entry in block.entries]
        heading = (
            f"<h4>{escape(block.heading)}</h4>"
            if not self.style.tables
            else f"<b>{escape(block.heading)}</b>"
        )
        wrap, item = {
            "ul": ("ul", "li"), "ol": ("ol", "li"), "dl": ("dl", "dd"), "table": ("table", "tr"),
            "div": ("div", "div"), "p": ("div", "p"),
        }[self.style.listing]  # fmt: skip
        cell = ("<td>", "</td>") if item == "tr" else ("", "")
        name = f'class="{self.style.names["item"]}"'
        body = "\n".join(f"<{item} {name}>{cell[0]}{row}{cell[1]}</{item}>" for row in rows)
        return self.box(block.role, f"{heading if block.heading else ''}<{wrap}>{body}</{wrap}>")

    def _row(self, entry: Entry) -> str:
        link = f'<a href="{escape(entry.url)}" target="_blank">{escape(entry.text)}</a>'
        if entry.date:
            y, m, d = entry.date.split("-")
            shown = self.style.date_form.format(y=y, m=m, d=d)
            date = f'<span class="{self.style.names["date"]}">{shown}</span>'
            link = f"{date} {link}" if self.style.date_first else f"{link} {date}"
        return link + (f"<p>{escape(entry.summary)}</p>" if entry.summary else "")
