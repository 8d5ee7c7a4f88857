"""The next page of a list: from its links, its page numbers or the scripts that draw them."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from crawler.sites.linkblocks import MOST_LINKS, Element, absolute, site_of

# 下一页, 下页, [下一頁], 下一页>>, 后一页, Next, next page ›
NEXT_WORDS = re.compile(r"\W*(?:[下后後]\s*一?\s*[页頁]|next(?:\s*page)?)\W*", re.IGNORECASE)
# >, », → lead to the next page beside page numbers, to the next picture elsewhere
NEXT_SIGNS = re.compile(r"\s*(?:>{1,2}|›|»|＞{1,2}|→)\s*")
NUMBER = re.compile(r"\W*(\d{1,5})\W*")
# The number of the page one is on: class="current", "active", "on", "thisclass"
MARKED = re.compile(
    r"(?:^|[-_\s])(?:current|active|on|cur|this\w*|selected|now)(?=$|[-_\s])", re.IGNORECASE
)
# onclick="location.href='index_2.html'"
LOCATION = re.compile(r"location(?:\.href)?\s*=\s*(['\"])(?P<url>[^'\"<>\s]+)\1\s*(?:$|[;}])")
# function go(n) { location.href = "list.aspx?page=" + n; }, location = 'list_' + n + '.html'
LOCATION_OF_PAGE = re.compile(
    r"location(?:\.href)?\s*=\s*(['\"])(?P<start>[^'\"<>\s]*"
    r"(?:[?&](?P<key>p|pg|pn|paged?|page_?(?:no|num|index)|cpage|cur\w*page)=|/page/|[-_]))\1"
    r"\s*\+\s*\w+\s*(?:\+\s*['\"](?P<end>[^'\"<>\s]*)['\"])?",
    re.IGNORECASE,
)
# $("#pager").pagination({…}), laypage({…}), kkpager.generPageHtml({…})
DRAWN = re.compile(r"(?:pagination|paginator|laypage|paging|pager\.\w+)\s*\(\s*\{", re.IGNORECASE)
# How many pages the list has: pageCount: 20, totalPages = 7
PAGES = re.compile(r"\b(?:page_?count|total_?pages?|pages)['\"]?\s*[:=]\s*['\"]?(\d{1,9})\b", re.I)
# A page number given to a function: onclick="go(3)", href="javascript:turnPage(2)"
ARGUMENT = re.compile(r"\w\(\s*['\"]?(\d{1,5})['\"]?\s*\)")

WORD = r"\s*(\w+)\s*"
TEXT = r"\s*['\"]([\w./-]*)['\"]\s*"
# Groups of the calls: number of pages, page one is on, name, extension; and the first page's number
CALLS: tuple[tuple[re.Pattern[str], int], ...] = (
    # TRS WCM: createPageHTML(4,0,"index","html") is followed by index_1.html
    (re.compile(rf"createPageHTML\({WORD},{WORD},{TEXT},{TEXT}"), 0),
    # its successors: createPageHTML('page_div',20,1,'list','shtml',383) → list_2.shtml
    (re.compile(rf"createPageHTML\(\s*['\"][^'\"]*['\"]\s*,{WORD},{WORD},{TEXT},{TEXT}"), 1),
)
# The same as fields of an object: pages, page, name, extension; and the first page's number
OBJECTS: tuple[tuple[tuple[str, str, str, str], int], ...] = (
    # Pager({size:15, current:0, prefix:'index', suffix:'html'}) → index_1.html
    (("size", "current", "prefix", "suffix"), 0),
    # kkpager.generPageHtml({pno: 1, total: 20, hrefFormer: 'list', hrefLatter: '.html'})
    (("total", "pno", "hrefFormer", "hrefLatter"), 1),
)
# TRS WCM without the function: document.write("<a href=\"index_" + nextPage + ".html\">")
WRITTEN = re.compile(
    r"(?P<name>[\w-]{1,40}?)[\"'\s+\\]{0,9}_[\"'\s+\\]{0,9}nextPage[\"'\s+\\]{0,9}\.[\"'\s+\\]{0,9}"
    r"(?P<extension>s?html?|jsp|aspx?)\b"
)
# Elements inside a link or button that says a word; icons and hidden spans are a handful.
MOST_WITHIN = 50
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![:\"'\\])//[^\n\r]*", re.DOTALL)


def next_page(root: Element, base: str, here: str) -> str | None:
    """Find the absolute URL of the list page after this one; None at the end or without a pager."""
    site = site_of(urlsplit(here).hostname or "")
    for address in _candidates(root, base, here):
        target = absolute(address, base)
        if target and target != here and site_of(urlsplit(target).hostname or "") == site:
            return urljoin(base, address.strip())
    return None


def _candidates(root: Element, base: str, here: str) -> Iterator[str]:
    """Give what may be the address of the next page, the surest evidence first."""
    for element in root.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            yield element.get("href") or ""
    near = islice(root.iter("a", "div", "span", "li", "input", "button"), MOST_LINKS)
    spoken = [x for x in near if _says_next(x)]
    for element in spoken:
        yield from _addresses(element)
    yield from _numbered(root, base, here)
    script = "\n".join(text for x in root.iter("script") if (text := x.text) and len(text) < 1e5)
    yield from _scripted(COMMENT.sub(" ", script), spoken, here)


def _says_next(element: Element) -> bool:
    shown = _short_text(element) or element.get("title") or element.get("value") or ""
    return bool(len(shown) < 20 and NEXT_WORDS.fullmatch(shown))


def _short_text(element: Element) -> str:
    """Give the text of an element that holds a word or a number; empty for anything larger."""
    # Counted first: in deep nests without text each level would walk all those below it.
    if sum(1 for _ in islice(element.iter(), MOST_WITHIN + 1)) > MOST_WITHIN:
        return ""
    text = ""
    # itertext walks all of a deep element that holds no text
    if len(element) > 2 or len(list(islice(element.iter(), 20))) == 20:
        return ""
    for part in element.itertext():
        text += str(part)
        if len(text) > 300:
            return ""
    return " ".join(text.split())


def _addresses(element: Element) -> Iterator[str]:
    yield element.get("href") or ""
    for name in ("onclick", "href"):
        match = LOCATION.search(element.get(name) or "")
        if match:
            yield match["url"]


def _numbered(root: Element, base: str, here: str) -> Iterator[str]:
    """Read rows of page numbers: the next is the one after the number that is no link."""
    seen: set[Element] = set()
    for link in islice(root.iter("a"), MOST_LINKS):
        if not NUMBER.fullmatch(_short_text(link)):
            continue
        row = link.getparent()
        if row is not None and link.getnext() is None and link.getprevious() is None:
            row = row.getparent()
        if row is not None and row not in seen:
            seen.add(row)
            yield from _after_current(row, base, here)


def _after_current(row: Element, base: str, here: str) -> Iterator[str]:
    numbers: dict[int, Element] = {}
    signs: list[Element] = []
    current: int | None = None
    for child in row:
        shown = _short_text(child)
        match = NUMBER.fullmatch(shown)
        link = child if child.tag == "a" else child.find(".//a")
        if match and (link is None or _is_here(child, link, base, here)):
            current = int(match[1]) if current is None else current
        elif match and link is not None:
            numbers[int(match[1])] = link
        elif link is not None and NEXT_SIGNS.fullmatch(shown):
            signs.append(link)
    if current is not None and current + 1 in numbers:
        for element in (numbers[current + 1], *signs):
            yield from _addresses(element)


def _is_here(child: Element, link: Element, base: str, here: str) -> bool:
    names = " ".join(x.get("class") or "" for x in (child, link))
    href = link.get("href")
    return not href or bool(MARKED.search(names)) or absolute(href, base) == here


def _scripted(script: str, spoken: list[Element], here: str) -> Iterator[str]:
    for call, first in CALLS:
        for match in call.finditer(script):
            yield _step(script, match.groups(), first)
    for match in re.finditer(r"\(\s*\{([^{}]*)", script):
        field = dict(re.findall(r"(\w+)\s*:\s*['\"]?([\w./-]+)", match[1]))
        for names, first in OBJECTS:
            if all(name in field for name in names):
                yield _step(script, tuple(field[name] for name in names), first)
    for match in WRITTEN.finditer(script):
        yield _step(script, ("countPage", "currentPage", match["name"], match["extension"]), 0)
    if spoken or DRAWN.search(script):
        yield from _located(script, spoken, here)


def _step(script: str, call: tuple[str, ...], first: int) -> str:
    """Name the page after the current one as its content system does; empty at the end."""
    count, current = (_value(script, word) for word in call[:2])
    if count is None or current is None or current + 1 >= count + first:
        return ""
    return f"{call[2]}_{current + 1}.{call[3].lstrip('.')}"


def _value(script: str, word: str) -> int | None:
    if word.isdecimal():
        return int(word[:9])
    match = re.search(rf"\b{re.escape(word)}\s*=\s*['\"]?(\d{{1,9}})", script)
    return int(match[1]) if match else None


def _located(script: str, spoken: list[Element], here: str) -> Iterator[str]:
    """Complete the address that a function of the page builds from a page number."""
    match = LOCATION_OF_PAGE.search(script)
    if match is None:
        return
    asked = (ARGUMENT.search(f"{x.get('onclick')} {x.get('href')}") for x in spoken)
    number = next((int(x[1]) for x in asked if x), None)
    if number is None:
        current, pages = _current(script, match["key"], match["start"], here), PAGES.search(script)
        if pages and current >= int(pages[1]):
            return
        number = current + 1
    yield f"{match['start']}{number}{match['end'] or ''}"


def _current(script: str, key: str | None, start: str, here: str) -> int:
    asked = dict(parse_qsl(urlsplit(here).query)).get(key or "", "")
    in_path = re.search(rf"{re.escape(start)}(\d{{1,5}})", urldefrag(here).url) if not key else None
    in_script = re.search(r"\b(?:curr|current|currentPage|pageNo)\s*[:=]\s*(\d{1,5})\b", script)
    if asked.isdecimal():
        return int(asked[:9])
    found = in_path or in_script
    return int(found[1]) if found else 1
