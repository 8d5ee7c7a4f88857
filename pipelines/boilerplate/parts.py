"""Articles that are split over several pages."""

from __future__ import annotations

import html as entities
import re
from urllib.parse import urldefrag, urljoin, urlsplit

# <a ... href="…" …>…</a>, the text without what could be a paragraph.
_LINK = re.compile(r"<a\b([^<>]{1,1000})>(.{1,60}?)</a>", re.I | re.S)
# Looked for in the tag alone: in one pattern with the link, tags that never end cost their length
# squared.
_HREF = re.compile(r"href\s{0,9}=\s{0,9}[\"']?([^\"'<> ]{1,400})", re.I)
# A page without one of these has no such link: nothing else is looked at. Looking for one character
# and then for what follows takes a fortieth of the time that looking for the words takes.
_FIRST = "下后後["
_REST = ("一页", "页", "一頁", "頁", "2]<")
_SECOND_PAGE = ">2<"
_TAG = re.compile(r"<[^<>]*>")
_NEXT = re.compile(r"^\W*(下一?[页頁]|后一?页|後一?頁)\W*$", re.I)
_NUMBERED = re.compile(r"^(?P<stem>.*?[^/_-])[_-](?P<part>\d{1,3})(?P<ending>\.\w{2,5})?$")
_PLAIN = re.compile(r"^(?P<stem>.*?)(?P<ending>\.\w{2,5})?$")
_ASKED = re.compile(r"^(?P<stem>.*?)[?&](?:page|p|pageno|curpage)=(?P<part>\d{1,3})$", re.I)
# The second page of an article is /a_2.html, or /a_1.html where counting begins at nothing.
FIRST = (1, 2)


def next_part(html: str, url: str) -> str | None:
    """Give the address of an article's next page, None where this one is the last or the only.

    A link that says "next page", or this page's number and one, counts where its address is this
    one's with the next number: "next article" has another.
    """
    if not _may_go_on(html):
        return None
    here = urldefrag(url)[0]
    for match in _LINK.finditer(html):
        words = entities.unescape(_TAG.sub("", match[2])).strip()
        if not (_NEXT.match(words) or words.strip("[]() ").isdigit()):
            continue
        if not (href := _HREF.search(match[1])):
            continue
        try:
            there = urldefrag(urljoin(here, entities.unescape(href[1].strip())))[0]
        except ValueError:  # no address at all: //a：b
            continue
        if follows(here, there):
            return there
    return None


def _may_go_on(html: str) -> bool:
    for character in _FIRST:
        place = html.find(character)
        while place >= 0:
            if html.startswith(_REST, place + 1):
                return True
            place = html.find(character, place + 1)
    return _SECOND_PAGE in html


def follows(here: str, there: str) -> bool:
    """Tell whether an address is that of the page behind this one in the same article."""
    if urlsplit(here).netloc != urlsplit(there).netloc:
        return False
    own, other = _numbered(here), _numbered(there)
    if other is None:
        return False
    if own is not None and own[0] == other[0]:
        return other[1] == own[1] + 1
    plain = _PLAIN.match(here)
    return plain is not None and other[0] == (plain["stem"], plain["ending"]) and other[1] in FIRST


def _numbered(url: str) -> tuple[tuple[str, str | None], int] | None:
    if asked := _ASKED.match(url):
        plain = _PLAIN.match(asked["stem"])
        return ((plain["stem"], plain["ending"]), int(asked["part"])) if plain else None
    if found := _NUMBERED.match(url):
        return (found["stem"], found["ending"]), int(found["part"])
    return None
