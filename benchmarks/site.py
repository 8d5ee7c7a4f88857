"""An invented site: article pages of 30-80 kB, each of other substance, and lists of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.words import WORDS

LIST_LENGTH = 100
SMALLEST, LARGEST = 30_000, 80_000

HEAD = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{title}_临江新闻网</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="keywords" content="{tags}">
<meta name="description" content="{lead}">
<link rel="stylesheet" href="/static/css/main.css?v=20240511">
<style>
{style}
</style>
<script>
{script}
</script>
</head>
<body class="channel-{channel}">
<div class="topbar"><a href="/login">登录</a><a href="/register">注册</a></div>
<div class="nav" id="nav"><ul>
{menu}
</ul></div>
"""
ARTICLE = """<div class="crumbs"><a href="/">首页</a> &gt; <a href="/{channel}/">{section}</a> &gt; 正文</div>
<div class="wrap"><div class="main"><div class="article" id="article">
<h1>{title}</h1>
<div class="info"><span class="date">{date} {time}</span> <span class="source">来源：{publisher}</span> <span class="author">作者：{author}</span></div>
<div class="content">
{paragraphs}
</div>
<div class="editor">责任编辑：{editor}</div>
<div class="tags">标签：{tag_links}</div>
</div>
<div class="related"><h3>相关阅读</h3><ul>
{related}
</ul></div>
</div>
<div class="side">
{side}
</div></div>
"""  # noqa: E501 - as long as such lines are on real pages
FOOT = """<div class="footer"><p>关于我们 | 联系方式 | 版权声明 | 网站地图</p>
<p>临江新闻网 版权所有 未经许可不得转载</p></div>
<script src="/static/js/jquery.min.js"></script>
<script src="/static/js/stat.js"></script>
</body>
</html>
"""
MENU = "<li><a href='/{0}/' target='_blank' class='nav-item nav-{0}'>{1}</a></li>"
BOX = '<div class="box"><div class="hd"><h3>{0}</h3></div><ul>\n{1}\n</ul></div>'
ENTRY = '<li><a href="{0}" target="_blank" title="{1}">{1}</a><span>{2}</span></li>'
STYLE = ".c{0}{{margin:0 {1}px;padding:{2}px;line-height:24px;font-size:14px;color:#{3:06x}}}"
SCRIPT = 'window._cfg{0}={{id:{1},slot:"ad-{2}",lazy:true,url:"/static/ad/{1}.js"}};'


@dataclass(frozen=True, slots=True)
class Site:
    """`count` articles drawn from `seed`; the same two numbers give the same bytes."""

    count: int
    seed: int = 1

    def article_paths(self) -> list[str]:
        """Give the paths of all articles."""
        return [self._path(number) for number in range(self.count)]

    def list_paths(self) -> list[str]:
        """Give the paths of the lists, which together link to each article once."""
        return [f"/list/{n}.html" for n in range((self.count + LIST_LENGTH - 1) // LIST_LENGTH)]

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """Give path and UTF-8 body of every page."""
        for number, path in enumerate(self.list_paths()):
            yield path, self._list(number).encode()
        for number, path in enumerate(self.article_paths()):
            yield path, self._article(number).encode()

    def _path(self, number: int) -> str:
        return f"/2024/{number % 12 + 1:02}{number % 28 + 1:02}/{100_000 + number}.html"

    def _random(self, *place: object) -> random.Random:
        return random.Random(repr((self.seed, *place)))

    def _title(self, number: int) -> str:
        draw = self._random("title", number)
        return (
            f"{draw.choice(WORDS['places'])}{_clause(draw)}{draw.choice(WORDS['things'])}{number}号"
        )

    def _date(self, number: int) -> str:
        return f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}"

    def _list(self, number: int) -> str:
        draw = self._random("list", number)
        listed = range(number * LIST_LENGTH, min(self.count, (number + 1) * LIST_LENGTH))
        entries = "\n".join(
            ENTRY.format(self._path(n), self._title(n), self._date(n)) for n in listed
        )
        return _head(draw, "文章列表", "") + f'<ul class="list">\n{entries}\n</ul>\n' + FOOT

    def _article(self, number: int) -> str:
        draw = self._random("article", number)
        size = draw.randint(SMALLEST + 2_000, LARGEST - 2_000)
        paragraphs = _fill(
            size * draw.uniform(0.15, 0.45), lambda: f"<p>　　{_paragraph(draw)}</p>"
        )
        title, tags = self._title(number), draw.sample(WORDS["things"], 4)
        head = _head(draw, title, paragraphs[0][5:-4][:80], ",".join(tags))
        fields = {
            "title": title,
            "channel": f"c{number % 12}",
            "section": WORDS["sections"][number % 12],
            "date": self._date(number),
            "time": f"{draw.randint(6, 22):02}:{draw.randint(0, 59):02}",
            "publisher": f"{draw.choice(WORDS['places'])}日报",
            "author": draw.choice(WORDS["families"]) + draw.choice(WORDS["given"]),
            "editor": draw.choice(WORDS["families"]) + draw.choice(WORDS["given"]),
            "paragraphs": "\n".join(paragraphs),
            "tag_links": " ".join(f'<a href="/tag/{tag}">{tag}</a>' for tag in tags),
            "related": self._entries(draw, 10),
        }
        used = len((head + "".join(fields.values())).encode())
        boxes = _fill(
            size - used - len(ARTICLE.encode()) - len(FOOT.encode()),
            lambda: BOX.format(draw.choice(WORDS["sections"]) + "排行", self._entries(draw, 10)),
        )
        return head + ARTICLE.format(side="\n".join(boxes), **fields) + FOOT

    def _entries(self, draw: random.Random, length: int) -> str:
        numbers = [draw.randrange(10**6) for _ in range(length)]
        return "\n".join(
            ENTRY.format(f"/2023/{number}.html", _clause(draw), self._date(number)[5:])
            for number in numbers
        )


def _head(draw: random.Random, title: str, lead: str, tags: str = "") -> str:
    menu = [f"{section}{thing}" for section in WORDS["sections"] for thing in WORDS["things"][:7]]
    style = [STYLE.format(n, n % 9, n % 7, draw.randrange(2**24)) for n in range(40)]
    script = [SCRIPT.format(n, draw.randrange(10**6), draw.randrange(99)) for n in range(25)]
    return HEAD.format(
        title=title,
        lead=lead,
        tags=tags,
        style="\n".join(style),
        script="\n".join(script),
        channel="news",
        menu="\n".join(MENU.format(f"m{n}", name) for n, name in enumerate(menu)),
    )


def _fill(size: float, make: Callable[[], str]) -> list[str]:
    """Make pieces until they hold about `size` bytes; at least one."""
    pieces = [make()]
    held = len(pieces[0].encode())
    while held + len(pieces[-1].encode()) / 2 < size:
        pieces.append(make())
        held += len(pieces[-1].encode()) + 1
    return pieces


def _clause(draw: random.Random) -> str:
    return "".join(
        (
            draw.choice(WORDS["subjects"]),
            draw.choice(WORDS["actions"]),
            draw.choice(WORDS["qualities"]),
            draw.choice(WORDS["things"]),
        )
    )


def _sentence(draw: random.Random) -> str:
    clauses = [_clause(draw) for _ in range(draw.randint(1, 3))]
    number = f"{draw.choice(WORDS['places'])}共有{draw.randint(3, 9999)}处"
    parts = [draw.choice(WORDS["links"]), *clauses, number, draw.choice(WORDS["endings"])]
    return "，".join(parts[draw.randint(0, 1) : len(parts) - draw.randint(0, 2)]) + "。"


def _paragraph(draw: random.Random) -> str:
    return "".join(_sentence(draw) for _ in range(draw.randint(2, 6)))
