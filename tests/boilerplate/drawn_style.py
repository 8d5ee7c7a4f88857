"""How one drawn site sets its pages: elements, names, forms of lines and places of furniture."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from tests.boilerplate.drawn_articles import Block

BOXES = (
    "page", "top", "menu", "wrap", "crumbs", "main", "side", "body", "title", "info", "list",
    "related", "comment", "constant", "advert", "spam", "pager", "tags", "foot", "source",
)  # fmt: skip
# Names that lie: what one site calls its article another calls its footer.
LIARS = (
    "content", "footer", "nav", "sidebar", "left", "right", "header", "article_body", "ad",
    "copyright", "text", "list", "main", "detail", "comment", "box-1", "box-2", "zoom", "share",
    "author",
)  # fmt: skip
LINES = (
    "<p>{}</p>", "<p>　　{}</p>", "<div>{}</div>", "　　{}<br><br>", "　　{}<br>",
    "<p><span>{}</span></p>", "<section><p>{}</p></section>", "<div><div>{}</div></div>",
    '<p style="text-indent:2em"><font size="3">{}</font></p>', "　　{}<br>&nbsp;<br>",
)  # fmt: skip
HEADINGS = (
    "<h1{named}>{title}</h1>", "<h2>{title}</h2>", "<div{named}>{title}</div>",
    '<p align="center"><font size="5"><b>{title}</b></font></p>', "<strong{named}>{title}</strong>",
    "<table{named}><tr><td>{title}</td></tr></table>", "<div><span{named}>{title}</span></div>",
)  # fmt: skip
ORDERS = (
    ("title", "info", "body"), ("title", "info", "body"), ("info", "title", "body"),
    ("title", "body", "info"), ("info", "title", "source", "body"),
    ("title", "info", "body", "source"), ("source", "title", "info", "body"),
)  # fmt: skip
SOURCES = (
    "来源：{}", "来源: {}", "稿源：{}", "文章来源：{}", "信息来源：{}", "出处：{}", "【来源】{}",
    "来自{}", "{}", "（来源：{}）", "供稿单位：{}", '来源：<a href="/press/">{}</a>',
    "<em>稿件来源</em> {}", "<b>【信息来源：{}】</b>",
)  # fmt: skip
DAYS = (
    "{y}-{m:02}-{d:02}", "{y}年{m}月{d}日", "{y}/{m:02}/{d:02} {t}", "{y}年{m:02}月{d:02}日 {t}",
    "发布时间：{y}-{m:02}-{d:02} {t}:09", "日期：{y}.{m:02}.{d:02}", "[{y}-{m:02}-{d:02}]",
    "时间：{y}/{m}/{d}",
)  # fmt: skip
PATHS = (
    "/{y}/{m}{d}/{n}.html", "/art/{y}/{m}/{d}/art_12_{n}.html", "/show.asp?id={n}",
    "/news/{n}.shtml", "/{y}-{m}/{d}/content_{n}.htm", "/a/{n}/",
)  # fmt: skip
MOVABLE = ("advert", "spam", "related")
EDGES = ("head", "tail", "tail", "after", "after", "before", "side")
MIDDLE_SHARE = 1 / 3


@dataclass(frozen=True)
class Style:
    """One site's hand; all of its pages are set with it.

    lines: one form of a paragraph a page is drawn from these, as editors differ. pasted: some pages
    carry one more element around their paragraphs, as text pasted from another program does.
    """

    tags: dict[str, str]
    names: dict[str, str]
    varying: frozenset[str]
    depths: dict[str, int]
    lines: tuple[str, ...]
    pasted: bool
    heading: str
    order: tuple[str, ...]
    nested: bool
    source: str
    source_at: int
    shown: str
    editor: str
    separator: str
    split_info: bool
    path: str
    suffix: str
    side_first: bool
    dated_lists: bool
    teaser: str
    spam_links: bool
    plain: frozenset[str]
    places: dict[str, str]
    caption: str

    def named(self, role: str, number: int) -> str:
        """The role's attributes with a leading space; some carry the article's number."""
        return self.names[role].format(f"_{number}" if role in self.varying else "")

    def box(self, role: str, inner: str, number: int) -> str:
        """`inner` in the role's element, as deep as the site wants it."""
        named = self.named(role, number)
        if self.tags[role] == "table":
            return f"<table{named}><tr><td>{inner}</td></tr></table>\n"
        depth = self.depths[role]
        wrapped = "<div>" * depth + inner + "</div>" * depth
        return f"<{self.tags[role]}{named}>{wrapped}</{self.tags[role]}>\n"

    def shown_day(self, day: date, rng: random.Random) -> str:
        """The day as the site writes it."""
        clock = f"{rng.randint(6, 22):02}:{rng.randint(0, 59):02}"
        return self.shown.format(y=day.year, m=day.month, d=day.day, t=clock)

    def block(self, block: Block, rng: random.Random) -> str:
        """The block's HTML, without the site's own form of a line around single lines."""
        if block.kind == "table":
            rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in block.rows)
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        lines = block.lines()
        if block.kind == "list":
            return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
        text = lines[0]
        forms = {
            "head": "<strong>{}</strong>",
            "bold": "<b>{}</b>",
            "quote": "<blockquote>{}</blockquote>",
            "link": '<a href="http://www.example.org/a.html">{}</a>',
            "figure": self.caption,
        }
        if block.kind in forms:
            return forms[block.kind].format(text)
        cut = rng.randint(3, 9)
        whole = rng.random() < 0.8 or len(text) < 20
        return text if whole else f"<b>{text[:cut]}</b>{text[cut:]}"


def draw_style(rng: random.Random) -> Style:
    """A hand nobody has seen: the furniture stands inside articles on a third of the sites."""
    tabular = rng.random() < 0.3
    pool = ("table", "table", "div", "center") if tabular else ("div", "div", "section", "article")
    places = {
        kind: rng.choice(EDGES) for kind in ("constant", *rng.sample(MOVABLE, rng.randint(1, 3)))
    }
    if rng.random() < MIDDLE_SHARE:
        places |= dict.fromkeys(rng.sample(MOVABLE, rng.randint(1, 2)), "middle")
    for kind in rng.sample(("pager", "tags", "comment"), rng.randint(0, 3)):
        places[kind] = rng.choice(("tail", "after", "after"))
    return Style(
        tags={role: rng.choice(pool) for role in BOXES},
        names=_names(rng),
        varying=frozenset(rng.sample((*BOXES, *["body"] * 4), rng.choice((0, 0, 2, 6)))),
        depths={role: rng.choice((0, 0, 0, 1, 2)) for role in BOXES},
        lines=tuple(rng.choices(LINES, k=rng.choice((1, 1, 2, 3)))),
        pasted=rng.random() < 0.3,
        heading=rng.choice(HEADINGS),
        order=rng.choice(ORDERS),
        nested=rng.random() < 0.25,
        source=rng.choice(SOURCES),
        source_at=rng.choice((0, 1)),
        shown=rng.choice(DAYS),
        editor=rng.choice(("", "编辑：", "作者：", "责编:")),
        separator=rng.choice(("　", " ", " | ", "&nbsp;&nbsp;")),
        split_info=rng.random() < 0.5,
        path=rng.choice(PATHS),
        suffix=rng.choice(("_", " - ", "--", "|")),
        side_first=rng.random() < 0.5,
        dated_lists=rng.random() < 0.4,
        teaser=rng.choice(("", "cut", "lead")),
        spam_links=rng.random() < 0.5,
        plain=frozenset(rng.sample(("constant", "advert", "spam"), rng.randint(0, 3))),
        places=places,
        caption=rng.choice(
            (
                '<div><img src="/p.jpg"><br>{}</div>',
                '<figure><img src="/p.jpg"><figcaption>{}</figcaption></figure>',
                '<p align="center"><img src="/p.jpg"></p><p align="center">{}</p>',
            )
        ),
    )


def _names(rng: random.Random) -> dict[str, str]:
    schemes = {
        "hashed": [f"{rng.choice('abcdefgh')}{rng.randrange(16**5):05x}" for _ in BOXES],
        "numbered": [f"box{number}" for number in rng.sample(range(1, 90), len(BOXES))],
        "lying": rng.sample(LIARS, len(BOXES)),
        "letters": rng.choices("abcdefghk", k=len(BOXES)),
    }
    scheme = rng.choice([*schemes, "none"])
    if scheme == "none":
        return dict.fromkeys(BOXES, "")
    attribute = "class" if scheme == "letters" else rng.choice(("class", "id"))
    names = zip(BOXES, schemes[scheme], strict=True)
    return {role: f' {attribute}="{name}{{}}"' for role, name in names}
