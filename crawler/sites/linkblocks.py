"""The links of a page, each with its title, its block, the date beside it and what it stands in."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

Element = etree._Element

# Second levels under which registries of .cn, .hk and .tw hand out names: gd.gov.cn, cwl.cq.cn.
SHARED_LEVELS = frozenset(
    """com net org gov edu ac mil idv
    bj sh tj cq he sx nm ln jl hl js zj ah fj jx sd ha hb hn gd gx hi sc gz yn xz sn gs qh nx xj
    tw hk mo""".split()  # noqa: SIM905 - a list of forty quoted words is no easier to read
)
# 2020-12-23, 2020年1月2日, 12-23, 12/23, 2020.1.2
DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s*[-/.年]\s*[01]?\d(?:\s*[-/.月]\s*[0-3]?\d)?"
    r"|[01]?\d[-/月][0-3]?\d日?)(?!\d)"
)
# The frame around the content, by element or by a word of its class, id or role:
# class="top_nav", id="footer", class="friend-links"
CHROME_TAGS = frozenset({"nav", "header", "footer", "select"})
CHROME_NAMES = re.compile(
    r"(?:^|[-_\s])(?:nav|navi|navbar|menu|submenu|header|top|topbar|foot|footer|copyright|crumbs?"
    r"|breadcrumb|friend\w*|f?links?|share|login|search)(?=$|[-_\s\d])",
    re.IGNORECASE,
)
# left:-9999px, text-indent:-999em, height:0, font-size:0px, visibility:hidden
OFF_SCREEN = re.compile(
    r"(?:left|top|right|text-indent)\s*:\s*-\d{3,}|visibility\s*:\s*hidden"
    r"|(?<![-\w])(?:height|width|font-size|opacity)\s*:\s*0(?:px|em|%)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# Wrappers around one item, and around one block: real pages stay far below.
ITEM_DEPTH, BLOCK_DEPTH = 8, 24
# Links read of one page, at a tenth of a millisecond each.
MOST_LINKS = 20_000


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
    if labels[-1].isdecimal():  # 10.0.0.1 has no registered name
        return host
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SHARED_LEVELS else 2
    return ".".join(labels[-keep:])


def absolute(href: str, base: str) -> str | None:
    """Resolve an href to an http(s) URL without fragment; None where it names no page."""
    href = href.strip()
    if not href or href[0] == "#" or re.match(r"(?i)(?:javascript|mailto|tel|data|about):", href):
        return None
    try:
        url = urljoin(base, href).partition("#")[0]
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return url if valid else None


def text_of(element: Element) -> str:
    """Give the text of an element with white space folded."""
    return " ".join(str(_STRING(element)).split())


_STRING = etree.XPath("string()")


class Places:
    """Places of the elements of one page, each worked out once, without recursion."""

    def __init__(self, root: Element) -> None:
        self._known: dict[Element, Place] = {}
        self._links = _links_within(root)
        self._half = self._links[root] // 2

    def of(self, element: Element) -> Place:
        """Give the place of an element."""
        chain = []
        node: Element | None = element
        while node is not None and node not in self._known:
            chain.append(node)
            node = node.getparent()
        place = Place() if node is None else self._known[node]
        for step in reversed(chain):
            place = self._known[step] = self._below(place, step)
        return place

    def _below(self, parent: Place, element: Element) -> Place:
        label = element.get("class") or ""
        names = f"{label} {element.get('id') or ''} {element.get('role') or ''}"
        style = element.get("style") or ""
        return Place(
            steps=(*parent.steps[-5:], re.sub(r"\d+", "", f"{element.tag}.{label}")),
            chrome=parent.chrome
            or element.tag in CHROME_TAGS
            # a wrapper with most of the page's links is no frame, whatever its name
            or (bool(CHROME_NAMES.search(names)) and self._links[element] <= self._half),
            hidden=parent.hidden
            or bool(OFF_SCREEN.search(style))
            or (bool(NOT_SHOWN.search(style)) and not self._is_tab(element)),
        )

    def _is_tab(self, element: Element) -> bool:
        """Tell a panel or slide, shown by a script in turn with its like, from what nobody sees."""
        parent, name = element.getparent(), _kind(element)
        if parent is None or not name:
            return False
        return any(
            other is not element and _kind(other) == name and self._has_link_inside(other)
            for other in islice(parent.iterchildren(element.tag), 50)
        )

    def _has_link_inside(self, element: Element) -> bool:
        return self._links[element] > (element.tag == "a")


def _links_within(root: Element) -> Counter[Element]:
    """Count the links in each element; in one pass, for menus in menus can be 2,000 deep."""
    counts: Counter[Element] = Counter()
    for element in reversed(list(root.iter(etree.Element))):
        within = counts.get(element, 0) + (element.tag == "a")
        if within:
            counts[element] = within
            parent = element.getparent()
            if parent is not None:
                counts[parent] += within
    return counts


def _kind(element: Element) -> str:
    name = re.sub(r"\d+", "", element.get("class") or element.get("id") or "")
    return name or ("li" if element.tag == "li" else "")


def collect(root: Element, base: str) -> list[Link]:
    """Gather the links of a page in page order, with their blocks and the dates beside them."""
    places = Places(root)
    links = []
    for element in islice(root.iter("a"), MOST_LINKS):
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
        item = _climb(link.element, inside, fewer_than=2, steps=ITEM_DEPTH)
        link.block = _climb(item, inside, fewer_than=3, steps=BLOCK_DEPTH).getparent()
        if item not in dated:
            dated[item] = _has_date(item, inside)
        link.dated = dated[item]


def _climb(node: Element, inside: dict[Element, set[str]], fewer_than: int, steps: int) -> Element:
    """Give the topmost of the elements around a node that hold fewer addresses than that."""
    for _ in range(steps):
        parent = node.getparent()
        if parent is None or len(inside[parent]) >= fewer_than:
            break
        node = parent
    return node


def _has_date(item: Element, inside: dict[Element, set[str]]) -> bool:
    """Look for a date in an item, or beside it up to the next link: `<a>…</a> 2024-03-01<br>`."""
    around = [text_of(item)[:400], item.tail or ""]
    for sibling in islice(item.itersiblings(), 2):
        if sibling in inside:
            break
        around += [text_of(sibling)[:60], sibling.tail or ""]
    previous = item.getprevious()
    if previous is not None and previous not in inside:
        around.append(text_of(previous)[:60])
    return any(DATE.search(text) for text in around)
