"""What a page is, before anything is taken from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.items import Kind
from pipelines.boilerplate.challenges import named_by_words
from pipelines.boilerplate.page import HEADLINE, Line, PageLines

ERROR = re.compile(
    r"^\s*(404|403|50[0-4])\b|页面(不存在|未找到|没有找到|已删除)|not found|"
    r"找不到(页面|文件)|出错了",
    re.I,
)
DATE = re.compile(r"(?<!\d)(?:(?:19|20)?\d\d[-/.年])?[01]?\d[-/.月][0-3]?\d日?(?!\d)")
BYLINE = re.compile(
    r"(来源|作者|编辑|记者|发布(时间|日期|者|人)?|日期|时间)\s*[:：]\s*\S|(19|20)\d\d[-/.年]\d\d?[-/.月]\d\d?"
)
# A headline before it makes it an item. Of 81 article pages 64 have one, of 35 lists one has many.
LABELLED = re.compile(
    r"^[^一-鿿]*[一-鿿]{0,10}[^一-鿿]*(来源|稿源|作者|发布(时间|日期|者|人)|更新时间|发表(于|时间)|编辑|字[体号]|(浏览|点击|阅读)(次?数|量)?)\s*[:：]"
)
BYLINES = 2
HAN = re.compile(r"[一-鿿]")

SHORT = 400


@dataclass(frozen=True, slots=True)
class Looks:
    """What tells a list from an article.

    `items` counts headlines that are links, `dated` those with a date beside them; `longest` and
    `pieces` describe the prose between them: characters of the longest stretch, number of
    stretches longer than a headline, `main` the longest one's share of all. `linked` is the share
    of the page's characters that stand in links, `own` the characters without links behind the
    page's title or byline; it is `headed` if a date or source stands under the title.
    """

    items: int
    dated: int
    longest: int
    pieces: int
    main: float
    linked: float
    own: int
    headed: bool = False

    @property
    def is_list(self) -> bool:
        """Tell a list; the limits lie between the 35 lists and the articles measured."""
        # The shortest notices: a table of a few rows under its title. A photo story has less.
        if self.own >= 60 or self.headed:
            return False
        if self.linked > 0.6 and self.longest < 80:
            return True
        headlines = self.items >= 6 and self.linked >= 0.28 and self.longest < 120
        rows = self.dated >= 8 and 2 * self.dated >= self.items and self.longest < 240
        excerpts = self.items >= 10 and self.pieces >= 5 and self.main < 0.3 and self.longest < 260
        return headlines or rows or excerpts


def looks_of(page: PageLines, title: str) -> Looks:
    """Measure a page; `title` is that of its article, if it is one."""
    lines = page.lines
    stretches = [0]
    items = dated = 0
    for index, line in enumerate(lines):
        if line.is_link and len(line.text) >= HEADLINE:
            items += 1
            near = lines[max(0, index - 1) : index + 3]
            dated += any(len(x.text) - x.linked <= 40 and DATE.search(x.text) for x in near)
            stretches.append(0)
        elif line.linked >= HEADLINE and DATE.search(line.text):
            dated += 1
        elif not line.is_link:
            stretches[-1] += line.prose
    total = sum(len(line.text) for line in lines)
    behind = page.behind(title)
    return Looks(
        items=items,
        dated=dated,
        longest=max(stretches),
        pieces=sum(stretch >= 40 for stretch in stretches),
        main=max(stretches) / max(1, sum(stretches)),
        linked=sum(line.linked for line in lines) / max(1, total),
        own=sum(len(HAN.findall(line.text)) for line in behind or _behind_byline(page)),
        headed=any(len(x.text) <= 80 and BYLINE.search(x.text) for x in behind[:3]),
    )


def _behind_byline(page: PageLines) -> list[Line]:
    """Give the lines from a page's only byline on: its <title> may name nothing but the site."""
    bylines = [
        index
        for index, line in enumerate(page.lines)
        if not line.is_link and len(line.text) <= 100 and LABELLED.match(line.text)
    ]
    return page.from_line(bylines[0]) if 1 <= len(bylines) <= BYLINES else []


def kind_of(shown: str, title: str, page: PageLines, scripts: int) -> Kind:
    """Name a page from its <title> as shown, its article's title, its lines, its script count."""
    visible = "".join(line.text for line in page.lines)
    if len(visible) < SHORT and named_by_words([shown, *(line.text for line in page.lines)]):
        return "challenge"
    if len(visible) < SHORT and ERROR.search(shown):
        return "error"
    if len(visible) < 20:
        return "shell" if scripts else "empty"
    return "list" if looks_of(page, title).is_list else "article"
