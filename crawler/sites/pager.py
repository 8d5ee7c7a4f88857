"""The next page of a list: from its links, its page numbers or the scripts that draw them."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from crawler.sites.linkblocks import Element, absolute, site_of, text_of

# 下一页, 下页, [下一页], 下一页>>, Next, next page ›
NEXT_WORDS = re.compile(
    r"^\W*(?:下\s*一?\s*[页頁]|后\s*一?\s*[页頁]|後一頁|next(?:\s*page)?)\W*$", re.IGNORECASE
)
# >, ›, », >> : the next page where page numbers stand beside it, the next picture elsewhere
NEXT_SIGNS = re.compile(r"^\s*(?:>{1,2}|›|»|＞{1,2}|→)\s*$")
NUMBER = re.compile(r"^\W*(\d{1,5})\W*$")
# location.href='index_2.html', window.open("list.php?p=2"), in an onclick or a javascript: address
LOCATION = re.compile(r"location(?:\.href)?\s*=\s*(['\"])(?P<url>[^'\"<>\s]+)\1\s*;?\s*(?:$|[;}])")
# location.href = "list.aspx?page=" + n
LOCATION_OF_PAGE = re.compile(
    r"location(?:\.href)?\s*=\s*(['\"])(?P<url>[^'\"<>\s]*[?&/_-]\w*=?)\1\s*\+\s*\w+"
    r"(?:\s*\+\s*['\"](?P<end>[^'\"<>\s]*)['\"])?"
)
NUMBER_OR_NAME = r"\s*(\w+)\s*"
TEXT = r"\s*['\"]([\w./-]*)['\"]\s*"
# TRS WCM counts from 0: createPageHTML(4,0,"index","html") is followed by index_1.html
FROM_ZERO = re.compile(rf"createPageHTML\({NUMBER_OR_NAME},{NUMBER_OR_NAME},{TEXT},{TEXT}")
# its successors count from 1: createPageHTML('page_div',20,1,'list','shtml',383) → list_2.shtml
FROM_ONE = re.compile(rf"createPageHTML\({TEXT},{NUMBER_OR_NAME},{NUMBER_OR_NAME},{TEXT},{TEXT}")
# Pager({size:15, current:0, prefix:'index', suffix:'html'}) counts from 0
PAGER = re.compile(r"Pager\(\s*\{([^{}]*)\}")
# TRS WCM without the function: document.write("<a href=\"index_" + nextPage + ".html\">")
WRITTEN = re.compile(
    r"(?P<name>\w+?)[\"'\s+\\]*_[\"'\s+\\]*nextPage[\"'\s+\\]*\.[\"'\s+\\]*(?P<ext>s?html?|jsp|aspx?)\b"
)
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'\\])//[^\n\r]*", re.DOTALL)


def next_page(root: Element, base: str, url: str) -> str | None:
    """Find the absolute URL of the list page after this one; None at the end or without a pager."""
    here = urldefrag(url).url
    for address in _candidates(root):
        target = absolute(address, base)
        if target is None or target == here or not _same_site(target, here):
            continue
        return urljoin(base, address.strip())
    return None


def _same_site(target: str, here: str) -> bool:
    hosts = [urlsplit(x).hostname or "" for x in (target, here)]
    return site_of(hosts[0]) == site_of(hosts[1])


def _candidates(root: Element) -> Iterator[str]:
    """Give the addresses of the next page, the surest evidence first."""
    for element in root.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            yield element.get("href") or ""
    spoken = [x for x in root.iter("a", "div", "span", "li", "input", "button") if _says_next(x)]
    for element in spoken:
        yield from _addresses(element)
    yield from _numbered(root)
    yield from _scripted(root, bool(spoken))


def _says_next(element: Element) -> bool:
    if len(element) > 3:
        return False
    shown = text_of(element) or element.get("title") or element.get("value") or ""
    return len(shown) < 20 and bool(NEXT_WORDS.match(shown))


def _addresses(element: Element) -> Iterator[str]:
    yield element.get("href") or ""
    for name in ("onclick", "href"):
        match = LOCATION.search(element.get(name) or "")
        if match:
            yield match["url"]


def _numbered(root: Element) -> Iterator[str]:
    """Read rows of page numbers: the number after the one that is no link, or that is marked."""
    seen: set[Element] = set()
    for link in root.iter("a"):
        if not NUMBER.match(_short_text(link)):
            continue
        row = link.getparent()
        if row is not None and len(row) == 1:
            row = row.getparent()
        if row is None or row in seen:
            continue
        seen.add(row)
        yield from _after_current(row)


def _after_current(row: Element) -> Iterator[str]:
    numbers: dict[int, Element] = {}
    current = None
    for child in row:
        if not isinstance(child.tag, str):
            continue
        shown = _short_text(child)
        match = NUMBER.match(shown)
        link = child if child.tag == "a" else child.find(".//a")
        if not match:
            if link is not None and NEXT_SIGNS.match(shown):
                numbers.setdefault(-1, link)
            continue
        if link is None or not link.get("href") or MARKED.search(_names(child) + _names(link)):
            current = int(match[1]) if current is None else current
        else:
            numbers[int(match[1])] = link
    if current is not None and current + 1 in numbers:
        yield from _addresses(numbers[current + 1])
        if -1 in numbers:
            yield from _addresses(numbers[-1])


# the number of the page one is on: class="current", "active", "on", "thisclass", "cur"
MARKED = re.compile(r"(?:^|[-_\s])(?:current|active|on|cur|this\w*|selected|now)(?=$|[-_\s])", re.I)


def _names(element: Element) -> str:
    return f" {element.get('class') or ''} {element.get('id') or ''}"


def _short_text(element: Element) -> str:
    return text_of(element) if len(element) <= 2 else ""


def _scripted(root: Element, has_words: bool) -> Iterator[str]:
    script = COMMENT.sub(" ", "\n".join(text for x in root.iter("script") if (text := x.text)))
    if "age" not in script:
        return

    def value(word: str) -> int | None:
        if word.isdigit():
            return int(word)
        match = re.search(rf"\b{re.escape(word)}\s*=\s*['\"]?(\d+)", script)
        return int(match[1]) if match else None

    for match in FROM_ZERO.finditer(script):
        count, current, name, extension = match.groups()
        yield _step(value(count), value(current), 0, name, extension)
    for match in FROM_ONE.finditer(script):
        _, count, current, name, extension = match.groups()
        yield _step(value(count), value(current), 1, name, extension)
    for match in PAGER.finditer(script):
        field = dict(re.findall(r"(\w+)\s*:\s*['\"]?([\w./-]+)", match[1]))
        if {"size", "current", "prefix", "suffix"} <= field.keys():
            size, current = value(field["size"]), value(field["current"])
            yield _step(size, current, 0, field["prefix"], field["suffix"])
    for match in WRITTEN.finditer(script):
        yield _step(value("countPage"), value("currentPage"), 0, match["name"], match["ext"])


def _step(count: int | None, current: int | None, first: int, name: str, extension: str) -> str:
    if count is None or current is None or current + 1 >= count + first:
        return ""
    return f"{name}_{current + 1}.{extension}"
