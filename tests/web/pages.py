"""Builds every answer of a replica site as bytes: articles, lists, feed, sitemap, robots.txt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from tests.web import furniture
from tests.web.layouts import Entry, Layout, Links, Sheet, Story
from tests.web.sites import SITES, SiteSpec
from tests.web.stories import Piece, pieces

PER_PAGE = 5
CHINA = ZoneInfo("Asia/Shanghai")
GIF = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)
CHALLENGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>请稍候…</title></head><body>
<div id="cf-wrapper"><h2>正在验证您的浏览器</h2>
<p>Checking your browser before accessing the site.</p>
<p>请开启 JavaScript 和 Cookie 后继续访问,此过程自动完成。</p></div>
<script>(function(){var t=new Date().getTime()%97;document.cookie="__waf_clearance="+t+";path=/";
setTimeout(function(){location.reload()},3000)})();</script></body></html>
"""
MISSING = "<html><head><title>404</title></head><body><h1>404 Not Found</h1></body></html>"


@dataclass(frozen=True)
class Served:
    """One answer as the server gives it; `compress` allows gzip to clients that accept it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    compress: bool = False


def build(site: str, layout: str | int) -> dict[str, Served]:
    """Path (with its query) → answer for a whole site; KeyError, ValueError for unknown names."""
    spec, drawn = SITES[site], Layout(layout)
    listed = pieces(site, layout)
    served = {
        "/robots.txt": _plain(
            f"User-agent: *\nDisallow: {spec.secret}\nCrawl-delay: 0\n", "text/plain"
        ),
        "/css/style.css": _plain("body{font:14px/1.8 serif}", "text/css"),
        "/images/logo.gif": Served(200, {"Content-Type": "image/gif"}, GIF),
    }
    for number, piece in enumerate(listed):
        served[piece.path] = _article(spec, drawn, piece, listed[:number] + listed[number + 1 :])
    if spec.pager == "none":
        return served | _scripted(spec, listed)
    served |= _lists(spec, drawn, listed)
    for path, text in {"/about.html": "关于我们", "/contact.html": "联系方式"}.items():
        served[path] = _html(
            spec, drawn.page(_sheet(spec, Links("list", spec.word(text), ()), listed))
        )
    if spec.feed:
        served[spec.feed] = _plain(_rss(spec, listed), "application/rss+xml; charset=utf-8")
    if spec.sitemap:
        served[spec.sitemap] = _plain(_sitemap(spec, listed), "application/xml")
    if spec.pager == "script":
        served["/js/page.js"] = _plain(PAGE_JS, "application/javascript")
    return served


PAGE_JS = """function createPageHTML(count, current, name, ext) {
  for (var i = 0; i < count; i++) {
    var file = i ? name + "_" + i + "." + ext : name + "." + ext;
    document.write(i == current ? i + 1 : "<a href=" + file + ">" + (i + 1) + "</a>");
  }
}
"""


def _plain(text: str, kind: str) -> Served:
    return Served(200, {"Content-Type": kind}, text.encode())


def _html(spec: SiteSpec, html: str, encoding: str = "") -> Served:
    headers = {"Content-Type": spec.content_type}
    if spec.cookie:
        headers["Set-Cookie"] = "JSESSIONID=0A1B2C3D; Path=/; HttpOnly"
    # furniture that Big5 lacks becomes character references, as old publishing systems do
    body = html.encode(encoding or spec.encoding, "xmlcharrefreplace")
    return Served(200, headers, body, spec.compress)


def _article(spec: SiteSpec, drawn: Layout, piece: Piece, others: Sequence[Piece]) -> Served:
    if piece.state == "missing":
        return Served(404, {"Content-Type": "text/html"}, MISSING.encode())
    if piece.state == "challenge":
        return Served(200, {"Content-Type": "text/html; charset=utf-8"}, CHALLENGE.encode())
    sheet = _sheet(spec, furniture.story(spec, piece, others), others)
    charset = "big5" if piece.encoding == "big5" else spec.charset
    affix = f"{piece.affixed}-{spec.word(spec.label)}"
    served = _html(spec, drawn.page(replace(sheet, title=affix, charset=charset)), piece.encoding)
    if not spec.dated:
        return served
    modified = format_datetime(
        piece.draft.at.replace(tzinfo=CHINA).astimezone(ZoneInfo("UTC")), usegmt=False
    )
    headers = {**served.headers, "Last-Modified": modified.replace("+0000", "GMT")}
    return replace(served, headers=headers)


def _sheet(spec: SiteSpec, main: Story | Links, others: Sequence[Piece]) -> Sheet:
    words = spec.word(furniture.MENUS[spec.name]).split()
    targets = ["/", *[spec.index] * (len(words) - 2), "/about.html"]
    crumbs = [Entry("/", spec.word(spec.label)), Entry(spec.index, words[2])]
    label = spec.word(spec.label)
    return Sheet(
        charset=spec.charset, title=label, name=label, crumbs=crumbs, main=main,
        menu=[Entry(url, word) for url, word in zip(targets, words, strict=True)],
        sides=furniture.lists(spec, others) if spec.pager != "none" else [],
        foot=[spec.word(line) for line in furniture.FEET[spec.name]],
        hidden=furniture.hidden(spec),
    )  # fmt: skip


def _list_path(spec: SiteSpec, page: int) -> str:
    if page == 0:
        return spec.index
    form = {"script": "index_{0}.html", "query": "?page={1}", "numbers": "{1}.html"}
    return spec.index + form.get(spec.pager, "list_{1}.html").format(page, page + 1)


def _lists(spec: SiteSpec, drawn: Layout, listed: Sequence[Piece]) -> dict[str, Served]:
    pages = -(-len(listed) // PER_PAGE)
    served: dict[str, Served] = {}
    for page in range(pages):
        shown = listed[page * PER_PAGE : (page + 1) * PER_PAGE]
        entries = [furniture.entry(p, dated=spec.when(p.draft) is not None) for p in shown]
        sheet = _sheet(spec, Links("list", spec.word("文章列表"), entries), listed)
        sheet = replace(sheet, pager=_pager(spec, page, pages))
        served[_list_path(spec, page)] = _html(spec, drawn.page(sheet))
    served["/"] = served[spec.index]
    if spec.pager == "script":
        # The script counts pages from the folder that it stands in, so the home page sends there.
        served["/"] = Served(302, {"Location": spec.index}, b"")
        served[spec.index + "index.html"] = served[spec.index]
    return served


def _pager(spec: SiteSpec, page: int, pages: int) -> str:
    if spec.pager == "script":
        return (
            '<script src="/js/page.js"></script>\n'
            '<script language="javascript">'
            f'createPageHTML({pages}, {page}, "index", "html");</script>'
        )
    numbers = " ".join(
        f"<b>{n + 1}</b>" if n == page else f'<a href="{_list_path(spec, n)}">{n + 1}</a>'
        for n in range(pages)
    )
    if page + 1 == pages:
        return numbers
    word = {"numbers": "»", "query": "下一页 ›"}.get(spec.pager, spec.word("下一页"))
    return f'{numbers} <a href="{_list_path(spec, page + 1)}">{word}</a>'


def _scripted(spec: SiteSpec, listed: Sequence[Piece]) -> dict[str, Served]:
    rows = [{"u": p.path, "t": p.title, "d": f"{p.draft.at:%Y-%m-%d}"} for p in listed]
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{spec.label}</title>
<style>@font-face{{font-family:zt;src:url(/fonts/zt.woff2)}}body{{font-family:zt}}</style></head>
<body><div id="app"></div><script>
var rows = {json.dumps(rows)};
var list = document.createElement("ul");
rows.forEach(function (row) {{
  var item = document.createElement("li"), link = document.createElement("a");
  link.href = row.u; link.textContent = row.t;
  item.appendChild(link); item.appendChild(document.createTextNode(" " + row.d));
  list.appendChild(item);
}});
document.getElementById("app").appendChild(list);
var image = document.createElement("img"); image.src = "/images/banner.gif";
document.body.appendChild(image);
</script></body></html>
"""
    page = _html(spec, html)
    return {
        "/": page, spec.index: page,
        "/images/banner.gif": Served(200, {"Content-Type": "image/gif"}, GIF),
        "/fonts/zt.woff2": Served(200, {"Content-Type": "font/woff2"}, b"wOF2" + bytes(44)),
    }  # fmt: skip


def _rss(spec: SiteSpec, listed: Sequence[Piece]) -> str:
    items = "".join(
        f"<item><title>{escape(p.affixed)}</title><link>{escape(spec.root + p.path)}</link>"
        f"<description>{escape(p.paragraphs[0][:60])}</description>"
        f"<pubDate>{format_datetime(p.draft.at.replace(tzinfo=CHINA))}</pubDate></item>\n"
        for p in listed
        if p.state == "article"
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{spec.label}</title><link>{spec.root}/</link><description>{spec.label}</description>\n"
        f"{items}</channel></rss>\n"
    )


def _sitemap(spec: SiteSpec, listed: Sequence[Piece]) -> str:
    urls = "".join(
        f"<url><loc>{escape(spec.root + p.path)}</loc>"
        f"<lastmod>{p.draft.at:%Y-%m-%d}</lastmod></url>\n"
        for p in listed
        if p.state == "article"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
