"""Which stories each replica site carries, where, spoilt how, and what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from tests.web.content import Desk, Draft
from tests.web.damage import spoil
from tests.web.layouts import style
from tests.web.sites import FORBIDDEN_TOPICS, SITES, SiteSpec
from tests.web.texts import GENUINE, REPRINTS, reprint

GHOSTS = (
    ("empty", "图片新闻：深秋时节的老街小巷", datetime(2023, 10, 9, 10, 31, 2)),
    ("missing", "关于调整便民窗口开放时间的说明", datetime(2023, 10, 27, 15, 7, 18)),
    ("challenge", "专题：走进乡村夜校", datetime(2023, 11, 14, 8, 2, 44)),
)
# a name outside GBK: only gb18030 carries it, in four bytes
RARE = "㛃秋"
PREFIXES = ("每日快看：", "", "天天速读：", "", "当前热点：", "")
SUFFIXES = ("", " 全球视讯", "", "|环球热闻", "", "-当前观点")


@dataclass(frozen=True)
class Truth:
    """What should be known of one listed page; `text` is empty where there is nothing to extract.

    `state` is article, empty, missing, challenge or forbidden; `published_at` is what the page
    itself says, None when it says nothing; `damages` lists script, readings and runs.
    """

    url: str
    title: str
    text: str
    published_at: str | None
    publisher: str
    region: str
    state: str
    genuine: bool
    spun: bool
    reprint: str
    damages: tuple[str, ...] = ()
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Piece:
    """One story on one site: draft, address, spoilt form; `affixed` is the title in lists."""

    draft: Draft
    path: str
    state: str
    title: str
    affixed: str
    paragraphs: Sequence[str]
    damages: tuple[str, ...]
    encoding: str


@cache
def _drafts() -> dict[str, tuple[tuple[Draft, ...], Draft]]:
    desk = Desk()
    written = {name: tuple(map(desk.write, spec.topics)) for name, spec in SITES.items()}
    return {name: (written[name], desk.write(FORBIDDEN_TOPICS[name])) for name in SITES}


def _damages(site: str, number: int, draft: Draft) -> tuple[str, ...]:
    if draft.genuine:
        return ()
    if site == "guanchajia":
        return ("script", "runs") if draft.reprint or number % 2 else ("script",)
    if not draft.paragraphs:
        return ()
    if site == "qcdy" and (draft.reprint or number % 3 == 1):
        return ("script", "readings", "runs") if number % 6 == 4 else ("script", "readings")
    return ()


def _affix(spec: SiteSpec, number: int, draft: Draft, title: str) -> str:
    if spec.name == "kuaixun":
        return PREFIXES[number % len(PREFIXES)] + title + SUFFIXES[number % len(SUFFIXES)]
    if spec.name == "guanchajia" and not draft.genuine and number % 2:
        return spec.word("全球今日讯！") + title
    return title


def _piece(spec: SiteSpec, number: int, draft: Draft, state: str, shape: str) -> Piece:
    damages = _damages(spec.name, number, draft)
    title, paragraphs = draft.title, list(draft.paragraphs)
    if damages:
        noted = "readings" in damages
        title = spoil([title], noted=noted)[0]
        paragraphs = spoil(draft.paragraphs, noted=noted, slipped="runs" in damages)
        if paragraphs == spoil(draft.paragraphs, noted=noted):  # no hit lay across characters
            damages = tuple(kind for kind in damages if kind != "runs")
    shape = spec.secret + "{id}.html" if state == "forbidden" else shape
    at = draft.at
    path = shape.format(
        id=103057 + number * 29, y=f"{at:%Y}", m=f"{at:%m}", d=f"{at:%d}", md=f"{at:%m%d}"
    )
    encoding = "big5" if draft is GENUINE[0] else spec.encoding
    return Piece(
        draft, path, state, title, _affix(spec, number, draft, title), paragraphs, damages, encoding
    )


@cache
def pieces(site: str, layout: str | int) -> tuple[Piece, ...]:
    """All listed pages of a site, newest first; KeyError for an unknown site."""
    spec = SITES[site]
    own, secret = _drafts()[site]
    drafts = [(draft, "article") for draft in own]
    if site == "qcdy":
        drafts = [(_rare(d) if n == 0 else d, s) for n, (d, s) in enumerate(drafts)]
    if site == "guanchajia":
        drafts += [(draft, "article") for draft in GENUINE]
    if site in REPRINTS:
        drafts.append((reprint(site), "article"))
    drafts.append((secret, "forbidden"))
    if site != "xuanran":
        drafts += [(Draft("", title, (), at), state) for state, title, at in GHOSTS]
    shape = style(layout).shape or spec.shape
    made = [_piece(spec, n, draft, state, shape) for n, (draft, state) in enumerate(drafts)]
    return tuple(sorted(made, key=lambda piece: piece.draft.at, reverse=True))


def _rare(draft: Draft) -> Draft:
    first = draft.paragraphs[0] + f"记者陈{RARE}、通讯员沈镕喆到场采访。"
    return replace(draft, paragraphs=(first, *draft.paragraphs[1:]))


def truth(site: str, layout: str | int) -> list[Truth]:
    """What is true of every listed page of `site`, newest first; addresses are without a port."""
    spec = SITES[site]
    return [
        Truth(
            url=spec.root + piece.path,
            title=piece.draft.title,
            text="\n".join(piece.draft.paragraphs),
            published_at=spec.when(piece.draft) if _readable(piece) else None,
            publisher=spec.publisher(piece.draft) if _readable(piece) else "",
            region=piece.draft.region if spec.regional and _readable(piece) else "",
            state=piece.state,
            genuine=piece.draft.genuine,
            spun="script" in piece.damages,
            reprint=piece.draft.reprint,
            damages=piece.damages,
            encoding=piece.encoding,
        )
        for piece in pieces(site, layout)
    ]


def _readable(piece: Piece) -> bool:
    return piece.state in ("article", "forbidden")
