"""The article links and the next page of any Chinese list page or home page."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from crawler.sites.linkblocks import Element, Link, absolute, collect, site_of
from crawler.sites.pager import next_page

# Addresses of files and feeds, not of pages: notice.pdf, list.rss
FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|ico|css|js|xml|rss|zip|rar|7z|gz|exe|apk|mp[34]|docx?|xlsx?|pdf|wps)$",
    re.IGNORECASE,
)
# The door of a channel: index.html, index_3.shtml, list-28_21.html, default.aspx, news/
CHANNEL = re.compile(
    r"(?:^|/)(?:(?:index|default|home|main|list)[-_]?[\d_-]*(?:\.\w+)?)?$", re.IGNORECASE
)
# 2021/1/4, 2020-12/23, 202001/t20200102, 2020/1223, 20201223
DATED_PATH = re.compile(
    r"(?:19|20)\d\d([-_/])1?\d\1[1-3]?\d(?!\d)"
    r"|(?:19|20)\d\d[-_/]?(?:0[1-9]|1[0-2])(?!\d)"
    r"|(?:19|20)\d\d[01]\d[0-3]\d"
)
# Words on links to more of the same, never on an article: 更多>>, [首页], 12, »
COMMANDS = re.compile(
    r"[\s\[【(（<>«»+›.·]*(?:更多\w{0,4}|more|查看更多|全部|首页|尾页|末页|上一?页|下一?页"
    r"|返回\w{0,4}|home|rss|\d{1,4}|[<>«»+›.·])[\s\]】)）<>«»+›.·]*",
    re.IGNORECASE,
)
# Read of one page, in characters.
MOST_TEXT = 2 * 2**20
HUGE_TAG = re.compile(r"<[^<>]{50000,}>?")
# An address's own points and the means of its three groups, added up. Measured on 35 pages of
# 11 sites: anything from 2 to 5 gives the same F within .01. WEAK counts where nothing is enough.
ENOUGH, WEAK = 3.0, 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """What a list page leads to: absolute URLs of its articles in page order, and the next page."""

    articles: tuple[str, ...] = ()
    next: str | None = None


def find_links(html: str, url: str) -> Found:
    """Find the article links of a page's main listings and the address of its next page.

    A link is judged by its own evidence (title, date beside it, address) and by that of its
    neighbours in the block, of the links at the same place in the markup, and of the addresses
    of the same form. Never raises: a page or a URL that cannot be read gives an empty `Found`.
    """
    here = absolute(url, url)
    root = _parse(html)
    if root is None or here is None:
        return Found()
    base = next((x for b in root.iter("base") if (x := absolute(b.get("href") or "", here))), here)
    return Found(tuple(_articles(collect(root, base), here)), next_page(root, base, here))


def _parse(html: str) -> Element | None:
    # libxml2 compares each attribute of a tag with all others: 80,000 of them take 20 s
    html = HUGE_TAG.sub("", html[:MOST_TEXT])
    # browsers read on after an early </body>, which included headers bring; the parser does not
    html = re.sub(r"(?i)</(?:body|html)\s*>|\0", "", html)
    # bytes, because lxml refuses text with an XML declaration that names an encoding
    body = html.encode("utf-8", "replace")
    if not body.strip():
        return None
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root: Element | None = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
    return root


def _articles(links: list[Link], here: str) -> Iterable[str]:
    """Choose the addresses of the main listings, in page order."""
    home = site_of(urlsplit(here).hostname or "")
    links = [link for link in links if _may_be_article(link, here)]
    own = [_evidence(link, home) for link in links]
    groups: list[list[Hashable]] = [
        [link.block for link in links],
        [link.place.steps for link in links],
        [shape(link.url) for link in links],
    ]
    points = [sum(view) for view in zip(own, *(_means(keys, own) for keys in groups), strict=True)]
    least = ENOUGH if any(x >= ENOUGH for x in points) else WEAK
    return dict.fromkeys(link.url for link, x in zip(links, points, strict=True) if x >= least)


def _means(keys: list[Hashable], values: list[int]) -> list[float]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        groups[key].append(value)
    mean = {key: sum(group) / len(group) for key, group in groups.items()}
    return [mean[key] for key in keys]


def _may_be_article(link: Link, here: str) -> bool:
    parts = urlsplit(link.url)
    return not (
        link.place.hidden
        or link.url == here
        or (parts.path in ("", "/") and not parts.query)
        or FILES.search(parts.path)
        or (len(link.title) < 16 and COMMANDS.fullmatch(link.title))
        or not (link.title or link.has_image)
    )


def _evidence(link: Link, home: str) -> int:
    """Count what speaks for an article and what speaks against."""
    parts = urlsplit(link.url)
    width = sum(1.0 if ord(c) > 0x2E80 else 0.5 for c in link.title)  # in Chinese characters
    points = 2 if width >= 14 else 1 if width >= 9 else 0 if width >= 6 or not width else -1
    points += 2 if link.dated else 0
    points += _address_points(parts.path, parts.query)
    points -= 2 if link.place.chrome else 0
    points -= 4 if site_of(parts.hostname or "") != home else 0
    return points


def _address_points(path: str, query: str) -> int:
    name = f"{path.rpartition('/')[2]}?{query}"
    if DATED_PATH.search(path):
        return 2
    if re.search(r"\d{3}", name):
        return 1
    if CHANNEL.search(path) and not query:
        return -2
    return 0 if re.search(r"\d", name) else -1


def shape(url: str) -> str:
    """Reduce an address to its form: `/c/2020-12-23/478627.html` → `host/2/#.html?`."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    stem, dot, extension = name.partition(".")
    query = re.sub(r"=[^&]*", "=", parts.query)
    if re.search(r"\d", stem) and not CHANNEL.match(name):
        where, what = str(folder.count("/")), "#"
    else:
        where, what = re.sub(r"\d+", "#", folder), "index" if CHANNEL.match(name) else "a"
    return f"{parts.hostname}/{where}/{what}{dot}{extension}?{query}"
