"""The article links of a list or home page, told apart by address, title, date and neighbours."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

Element = etree._Element

# Second levels under which registries of .cn, .hk and .tw hand out names: gd.gov.cn, cwl.cq.cn.
SHARED_LEVELS = frozenset(
    ["com", "net", "org", "gov", "edu", "ac", "mil", "idv", "bj", "sh", "tj", "cq", "he", "sx", "nm", "ln", "jl", "hl", "js", "zj", "ah", "fj", "jx", "sd", "ha", "hb", "hn", "gd", "gx", "hi", "sc", "gz", "yn", "xz", "sn", "gs", "qh", "nx", "xj", "tw", "hk", "mo"]
)
# What an address ends in when it is not a page: the paper itself, not its title page.
FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|ico|css|js|xml|rss|zip|rar|7z|gz|exe|apk|mp[34]|docx?|xlsx?|pdf|wps)$",
    re.I,
)
# index.html, index_3.shtml, list-28_21.html, default.aspx, news/ : the door of a channel.
CHANNEL = re.compile(r"(?:^|/)(?:(?:index|default|home|main|list)[-_]?[\d_-]*(?:\.\w+)?)?$", re.I)
# 2020-12/23, 20201223, 202001/t20200102, 2020/1223, 2021/1/4
DATED_PATH = re.compile(r"(?:19|20)\d\d([-_/])1?\d\1[1-3]?\d(?!\d)|(?:19|20)\d\d[-_/]?(?:0[1-9]|1[0-2])(?!\d)|(?:19|20)\d\d[01]\d[0-3]\d")
# 2020-12-23, 2020年1月2日, 12-23, 12/23, 2020.1.2
DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s*[-/.年]\s*[01]?\d(?:\s*[-/.月]\s*[0-3]?\d)?"
    r"|[01]?\d[-/月][0-3]?\d日?)(?!\d)"
)
# Words that stand on links to more of the same, never on an article.
COMMANDS = re.compile(
    r"^[\s\[【(（<>«»+›.·]*(?:更多\w{0,4}|more|查看更多|全部|首页|尾页|末页|上一?页|下一?页|返回\w{0,4}|home|rss"
    r"|\d{1,4}|[<>«»+›.·]+)[\s\]】)）<>«»+›.·]*$",
    re.I,
)
# The frame around the content, by element or by a word of its class, id or role.
CHROME_TAGS = frozenset({"nav", "header", "footer", "select"})
CHROME_NAMES = re.compile(
    r"(?:^|[-_\s])(?:nav|navi|navbar|menu|submenu|header|top|topbar|foot|footer|copyright|crumbs?|breadcrumb"
    r"|friend\w*|f?links?|share|login|search)(?=$|[-_\s\d])",
    re.I,
)
OFF_SCREEN = re.compile(
    r"(?:left|top|right|text-indent)\s*:\s*-\d{3,}|position\s*:\s*absolute[^\"']*-\d{4,}"
    r"|(?:height|width|font-size|opacity)\s*:\s*0(?![.\d]*[1-9%])|visibility\s*:\s*hidden",
    re.I,
)
NOT_SHOWN = re.compile(r"display\s*:\s*none", re.I)


@dataclass(frozen=True, slots=True)
class Place:
    """What an element inherits from those around it."""

    steps: tuple[str, ...] = ()
    chrome: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Link:
    """One `<a href>` of a page, with what can be seen of it and around it."""

    url: str
    title: str
    element: Element
    place: Place
    has_image: bool = False
    block: Element | None = None
    dated: bool = False


def site_of(host: str) -> str:
    """Give the name that its owner registered: `www.zfcg.gd.gov.cn` → `gd.gov.cn`."""
    labels = host.lower().rstrip(".").split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SHARED_LEVELS else 2
    return ".".join(labels[-keep:])


def absolute(href: str, base: str) -> str | None:
    """Resolve an href to an http(s) URL without fragment; None where it names no page."""
    href = href.strip()
    if not href or href[0] == "#" or re.match(r"(?i)(?:javascript|mailto|tel|data|about):", href):
        return None
    try:
        url = urldefrag(urljoin(base, href)).url
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return url if valid else None


def text_of(element: Element) -> str:
    """Give the text of an element with white space folded."""
    return " ".join(str(_STRING(element)).split())


_STRING = etree.XPath("string()")
_LINKS = etree.XPath("count(.//a)")


class Places:
    """Places of the elements of one page, each worked out once, without recursion."""

    def __init__(self) -> None:
        self._known: dict[Element, Place] = {}

    def of(self, element: Element) -> Place:
        """Give the place of an element."""
        chain = []
        node: Element | None = element
        while node is not None and node not in self._known:
            chain.append(node)
            node = node.getparent()
        place = Place() if node is None else self._known[node]
        for step in reversed(chain):
            place = self._known[step] = _below(place, step)
        return place


def _below(parent: Place, element: Element) -> Place:
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
    style = element.get("style") or ""
    step = re.sub(r"\d+", "", f"{element.tag}.{element.get('class') or ''}")
    return Place(
        steps=(*parent.steps[-5:], step),
        chrome=parent.chrome
        or element.tag in CHROME_TAGS
        or (bool(CHROME_NAMES.search(names)) and not _holds_most(element)),
        hidden=parent.hidden
        or (bool(style) and bool(OFF_SCREEN.search(style)))
        or (bool(style) and bool(NOT_SHOWN.search(style)) and not _is_tab(element)),
    )


def _holds_most(element: Element) -> bool:
    """Tell a wrapper, whatever its name, from a frame: most links of the page are in it."""
    return bool(2 * _LINKS(element) > _LINKS(element.getroottree()))


def _is_tab(element: Element) -> bool:
    """Tell a panel or slide, shown by a script in turn with its like, from a block nobody sees."""
    parent, name = element.getparent(), _kind(element)
    if parent is None or not name:
        return False
    alike = (other for other in parent.iterchildren(element.tag) if other is not element)
    return any(_kind(other) == name and other.find(".//a") is not None for other in alike)


def _kind(element: Element) -> str:
    return re.sub(r"\d+", "", element.get("class") or element.get("id") or "")


def collect(root: Element, base: str) -> list[Link]:
    """Gather the links of a page in page order, with their blocks and the dates beside them."""
    places = Places()
    links = []
    for element in root.iter("a"):
        url = absolute(element.get("href") or "", base)
        if url:
            image = element.find(".//img") is not None
            links.append(Link(url, _title(element), element, places.of(element), image))
    _find_blocks(links)
    return links


def _title(element: Element) -> str:
    shown = text_of(element)
    hint = " ".join((element.get("title") or "").split())
    if not shown and not hint:
        image = element.find(".//img")
        return (image.get("alt") or "").strip() if image is not None else ""
    return hint if len(hint) > len(shown) else shown


def _find_blocks(links: list[Link]) -> None:
    """Set each link's block, the lowest element around it with three addresses, and its date."""
    inside: dict[Element, set[str]] = defaultdict(set)
    for link in links:
        node: Element | None = link.element
        # full elements have full parents, so the climb ends early and the cost stays linear
        while node is not None and len(inside[node]) < 3 and link.url not in inside[node]:
            inside[node].add(link.url)
            node = node.getparent()
    dated: dict[Element, bool] = {}
    for link in links:
        item = link.element
        node = item.getparent()
        while node is not None and len(inside[node]) < 2:
            item, node = node, node.getparent()
        while node is not None and len(inside[node]) < 3:
            node = node.getparent()
        link.block = node
        if item not in dated:
            dated[item] = _has_date(item, inside)
        link.dated = dated[item]


def _has_date(item: Element, inside: dict[Element, set[str]]) -> bool:
    around = [text_of(item)[:400], item.tail or ""]
    sibling = item.getnext()
    while sibling is not None and not inside.get(sibling) and len(around) < 6:
        around += [
            text_of(sibling)[:60] if isinstance(sibling.tag, str) else "",
            sibling.tail or "",
        ]
        sibling = sibling.getnext()
    previous = item.getprevious()
    if previous is not None and not inside.get(previous):
        around.append(text_of(previous)[:60] if isinstance(previous.tag, str) else "")
    return any(DATE.search(text) for text in around)


def article_links(links: list[Link], url: str) -> list[str]:
    """Choose the addresses of the main listings, in page order."""
    home = site_of(urlsplit(url).hostname or "")
    usable = [link for link in links if _usable(link, url)]
    own = [_evidence(link, home) for link in usable]
    views: list[Callable[[Link], Hashable]] = [
        lambda link: link.block,
        lambda link: link.place.steps,
        lambda link: shape(link.url),
    ]
    total = [float(x) for x in own]
    for view in views:
        means = _means([view(link) for link in usable], own)
        total = [a + b for a, b in zip(total, means, strict=True)]
    chosen = [link.url for link, x in zip(usable, total, strict=True) if x >= THRESHOLD]
    return list(dict.fromkeys(chosen))


THRESHOLD = 3.0


def _means(keys: list[Hashable], values: list[int]) -> list[float]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        groups[key].append(value)
    mean = {key: sum(group) / len(group) for key, group in groups.items()}
    return [mean[key] for key in keys]


def _usable(link: Link, url: str) -> bool:
    parts = urlsplit(link.url)
    return not (
        link.place.hidden
        or link.url == urldefrag(url).url
        or (parts.path in ("", "/") and not parts.query)
        or FILES.search(parts.path)
        or COMMANDS.match(link.title)
        or not (link.title or link.has_image)
    )


def shape(url: str) -> str:
    """Reduce an address to its form: `/c/2020-12-23/478627.html` → `host/a/#/#.html`."""
    parts = urlsplit(url)
    path = re.sub(r"[^/]*\d[^/.]*", "#", parts.path)
    query = re.sub(r"=[^&]*", "=", parts.query)
    return f"{parts.hostname}{path.count('/')}{path[path.rfind('/') :]}?{query}"


def _evidence(link: Link, home: str) -> int:
    """Add up what speaks for an article: title, date beside it, address; and against."""
    parts = urlsplit(link.url)
    width = sum(1.0 if ord(c) > 0x2E80 else 0.5 for c in link.title)
    points = 2 if width >= 14 else 1 if width >= 9 else 0 if width >= 6 or not width else -1
    points += 2 if link.dated else 0
    tail = f"{parts.path[parts.path.rfind('/') :]}?{parts.query}"
    if DATED_PATH.search(parts.path):
        points += 2
    elif re.search(r"\d{3,}", tail):
        points += 1
    elif CHANNEL.search(parts.path) and not parts.query:
        points -= 2
    elif not re.search(r"\d", tail):
        points -= 1
    points -= 3 if link.place.chrome else 0
    points -= 3 if site_of(parts.hostname or "") != home else 0
    return points
