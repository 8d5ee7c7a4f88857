"""One address for one page.

courlan's list of trackers has cid, eid, uid and keyword, which name pages here, and it reads GBK
as UTF-8; so does w3lib with queries. What a parameter means is said in the tables below.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit, urlunsplit

from pipelines.dedup.escapes import spelt

if TYPE_CHECKING:
    from tldextract import TLDExtract

Rules = tuple[tuple[str, str], ...]
"""Patterns, each with an example."""

# Parameters that say how a reader came, or make a copy of the page for a cache.
TRACKING: Rules = (
    (r"(?:utm|mtm|pk|hsa|_hs)_\w+=.*", "utm_source=wx"),
    (r"(?:gclid|dclid|fbclid|yclid|msclkid|bd_vid|qhclickid|sogou_vid)=.*", "bd_vid=8127"),
    (r"(?:spm|scm|pvid|tracker_u|wfr|vd_source|nsukey)=.*", "spm=5176.100"),
    (r"hm(?:sr|pl|cu|kw|ci)=.*", "hmsr=toutiao"),
    (r"isappinstalled=.*", "isappinstalled=0"),
    (r"from=(?:timeline|singlemessage|groupmessage|qrcode|weixin|weibo|qq|qzone|app|search|wap)",
     "from=timeline"),
    (r"(?:share|sharer)_\w+=.*|shareto=.*", "share_token=f3a0"),
    (r"(?:_|_t|t|ts|timestamp|rnd|rand|random|r)=(?:\d{13}|0\.\d{6,})", "t=1715300000000"),
)  # fmt: skip
SESSION: Rules = (
    (r"(?:phpsessid|jsessionid|asp\.net_sessionid|aspsessionid\w*|cftoken)=.*", "PHPSESSID=a1"),
)
# These may be a story's number too: they go only where another parameter stays.
SESSION_BESIDE: Rules = ((r"(?:sid|sessionid|session_id)=[0-9a-z]{26,40}", f"sid={'0f' * 16}"),)
MOBILE_PARAMETERS: Rules = (
    (r"mobile=(?:1|2|yes|no)", "mobile=2"),  # Discuz
    (r"(?:is|to)?_?mobile=(?:1|true)", "ismobile=1"),
    (r"m=1", "m=1"),
    (r"amp(?:=1)?", "amp=1"),
)
SESSION_PATHS: Rules = (
    (r";jsessionid=[^/]*", "/n/1.html;jsessionid=0F3"),
    (r"/\(S\([0-9a-z]{24}\)\)(?=/)", "/(S(abcdefghijklmnopqrstuvwx))/n/1.html"),  # ASP.NET
)
MOBILE_PATHS: Rules = (
    (r"^/(?:m|wap|mobile|3g|h5|amp)(?=/[^/])", "/wap/n/1.html"),
    (r"(?<=[^/])/amp/?$", "/n/1.html/amp"),
)
INDEX_PATHS: Rules = ((r"(?<=/)(?:index|default)\.s?html?$", "/n/1.html/index.html"),)
MOBILE_HOSTS: Rules = ((r"(?:m|wap|mobile|3g|h5|amp)\.", "m."),)
# A page of an article or of a list: another one is another text.
PAGE_PARAMETER = re.compile(
    r"(?:^|&)(?:page|pn|pageno|page_?num|currpage)=(\d+)|&p=(\d+)|^p=(\d+)(?=&)", re.I
)

_PORTS = {"http": 80, "https": 443}
# No server takes a longer one; what may go is looked for again after each piece that went.
LONGEST = 8_192


def canonical_url(url: str) -> str:
    """Give the address without what does not name the page; what is no address comes back as it is.

    It is a key: `http` where the scheme's own port is used, for hosts that serve two sites on the
    two are next to none; the desktop's host and path for their mobile twins; no tracking and no
    session; parameters sorted by name; GBK escapes as the UTF-8 of the same characters. Routes
    behind # (`#!/`, `#/`) stay. An address of over 8,192 characters comes back as it is.
    """
    if len(url) > LONGEST:
        return url
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host:
        return url
    if port is None or port == _PORTS[scheme]:
        scheme = "http"
        host = _desktop(host)
    else:
        host = f"{host}:{port}"
    query = _query(parts.query)
    fragment = spelt(parts.fragment) if parts.fragment[:1] in ("!", "/") else ""
    return urlunsplit((scheme, host, _path(parts.path, bool(query)), query, fragment))


def canonical_of(url: str, html_canonical: str) -> str:
    """Give a page's key, by what its `rel=canonical` says where that can be meant.

    Many templates name the home page, the column or the first page of an article there. So the
    target must be of the same site, no page above this one, and have what names this page: the
    longest number of its address, or its last word.
    """
    own = canonical_url(url)
    try:
        target = canonical_url(urljoin(url, html_canonical.strip()))
        here, there = urlsplit(own), urlsplit(target)
    except ValueError:
        return own
    if not html_canonical.strip() or there.scheme not in _PORTS or target == own:
        return own
    above = there.path if there.path.endswith("/") else f"{there.path}/"
    name = _name(here.path, here.query)
    named = name and re.search(
        rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"
        if not name.isdigit()
        else rf"(?<!\d){name}(?!\d)",
        f"{there.path}?{there.query}",
    )
    page, other = (PAGE_PARAMETER.findall(part.query) for part in (here, there))
    if (
        not named
        or (not there.query and f"{here.path}/".startswith(above))
        or page != other
        or re.match(rf"{re.escape(_stem(there.path))}[_-]\d{{1,3}}$", _stem(here.path))
        or _registered(here.hostname or "") != _registered(there.hostname or "")
    ):
        return own
    return target


def _name(path: str, query: str) -> str:
    """Give what names a page in its address: 0510/c1234-5.html by 1234, about/us.html by us."""
    stem = _stem(path)
    numbers = re.findall(r"\d+", f"{stem}?{query}")
    return max(reversed(numbers), key=len) if numbers else stem


def _stem(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2].partition(".")[0]


def _host(host: str) -> str:
    host = host.rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host


def _desktop(host: str) -> str:
    """Give the host whose mobile twin this is: m.a.cn is www.a.cn's, m.news.a.cn news.a.cn's."""
    while _compiled(MOBILE_HOSTS).match(host):
        rest = host.partition(".")[2]
        site = _registered(host)
        if len(site) > len(rest):  # m.cn is a site of its own
            return host
        host = f"www.{rest}" if rest == site else rest
    return host


def _registered(host: str) -> str:
    found = _suffixes()(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}"
    # A domain of an intranet, or a number.
    return host if found.ipv4 or ":" in host else ".".join(host.split(".")[-2:])


@cache
def _suffixes() -> TLDExtract:
    # Imported late: few addresses need it, and to read its list takes a tenth of a second.
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=())  # the list that it comes with


def _path(path: str, has_query: bool) -> str:
    rules = (*SESSION_PATHS, *MOBILE_PATHS, *(() if has_query else INDEX_PATHS))
    # Spelt again after each piece that went: with it, what is left may have been neither UTF-8
    # nor GBK, and be either without.
    path = spelt(path) or "/"
    while (shorter := spelt(_compiled(rules).sub("", path, count=1)) or "/") != path:
        path = shorter
    return path


def _query(query: str) -> str:
    words = []
    for word in query.split("&"):
        name, equals, value = word.partition("=")
        spelling = spelt(name) + equals + spelt(value)
        if word and not _compiled(TRACKING + SESSION + MOBILE_PARAMETERS).fullmatch(spelling):
            words.append(spelling)
    others = [word for word in words if not _compiled(SESSION_BESIDE).fullmatch(word)]
    return "&".join(sorted(others or words, key=lambda word: word.partition("=")[0]))


@cache
def _compiled(rules: Rules) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern, _ in rules), re.I)
