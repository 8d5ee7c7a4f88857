"""What fuzzing calls: each target takes bytes, and may raise only what it promises to raise."""

from __future__ import annotations

import ast
import asyncio
import atexit
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scrapy.http import Request, Response, XmlResponse
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler

from benchmarks.reliability.mutate import pages, texts
from benchmarks.server import ROOT
from benchmarks.site import Site
from crawler.fetch.decoded import decoded_response
from crawler.items import Page, Rejected
from crawler.refinery import payload
from crawler.seeds import SeedError, parse_seeds
from crawler.sites import FeedSpider, SitemapSpider
from crawler.sites.discovery import find_links
from crawler.sites.entries import FeedError, SitemapError
from crawler.source import Expect, Source, SourceError
from crawler.state.warc import ArchiveError, Recorded, WarcArchive, read_responses
from pipelines import refine
from pipelines.boilerplate import Template, extract, read, strip_lines
from pipelines.boilerplate.learning import learn
from pipelines.boilerplate.parts import next_part
from pipelines.charset import decode, repair
from pipelines.dedup import ReprintIndex, canonical_url
from pipelines.dedup.verify import verify
from pipelines.store import row_of

URL = "http://news.river.example/2024/0510/100000.html"


class BrokenPromiseError(Exception):
    """A result came back, but not one that the next stage can take."""


@dataclass(frozen=True, slots=True)
class Target:
    """A function under test and the inputs that its own are made from."""

    call: Callable[[bytes], None]
    corpus: Callable[[], Sequence[bytes]]


def _text(body: bytes) -> str:
    """Make any bytes a string, lone surrogates where they are not UTF-8."""
    return body.decode("utf-8", "surrogateescape")


def _storable(value: object) -> None:
    """See that every database and every file takes a value: no lone surrogate, no NUL in it."""
    words = json.dumps(value, ensure_ascii=False)
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise BrokenPromiseError(f"a lone surrogate in a result: {error.reason}") from error
    if "\\u0000" in words:
        raise BrokenPromiseError("a NUL in a result")


def _decode(body: bytes) -> None:
    declared = None if len(body) % 3 else body[:60].decode("latin-1")
    decode(body, declared).text.encode()


def _repair(body: bytes) -> None:
    text = _text(body)
    found = repair(text)
    if not found.damages and found.text is not text:
        raise BrokenPromiseError("sound text is not the same object")


def _extract(body: bytes) -> None:
    extract(_text(body), URL)


def _read(body: bytes) -> None:
    html = _text(body)
    read(html, URL, _template())
    next_part(html, URL)


@cache
def _template() -> Template:
    site = Site(12)
    drawn = dict(site.pages())
    shown = (read(drawn[path].decode(), f"http://h{path}")[1] for path in site.article_paths())
    return learn([page for page in shown if page is not None])


def _strip_lines(body: bytes) -> None:
    strip_lines(_text(body))


def _chain(body: bytes) -> None:
    decoded = decode(body)
    result = refine(Page(URL, decoded.text, encoding=decoded.encoding))
    if isinstance(result, Rejected):
        _storable([result.title, result.text])
    else:
        _storable(row_of(result))


def _find_links(body: bytes) -> None:
    found = find_links(_text(body), URL)
    _storable([*found.articles, found.next])
    for url in (*found.articles, found.next):
        Request(url or URL)


def _warc(body: bytes) -> None:
    path = working_folder() / "x.warc.gz"
    path.write_bytes(body)
    try:
        for record in read_responses(path):
            try:
                payload(record)
            except ValueError:
                continue
    except ArchiveError:
        return


@cache
def working_folder() -> Path:
    """Give the folder of what the targets write, gone when the process ends."""
    folder = tempfile.mkdtemp(prefix="fuzz-")
    # Of the process that called this first; its forked children end without their exit handlers.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _archives() -> list[bytes]:
    found = []
    for number, body in enumerate(pages()[:8]):
        archive = WarcArchive(working_folder(), f"a{number}")
        for status in (200, 404):
            headers = (("Content-Type", "text/html"), ("X-Odd", "ä"))
            archive.append(Recorded(URL, status, headers, body[:5_000], "2024-05-10T00:00:00Z"))
        archive.close()
        found += [path.read_bytes() for path in sorted(working_folder().glob(f"a{number}/*.gz"))]
    import gzip

    return found + [gzip.decompress(body) for body in found]


def _seeds(body: bytes) -> None:
    try:
        parse_seeds(body, "seeds.txt")
    except SeedError:
        return


def _source(body: bytes) -> None:
    """Declare a source with the fields that the lines name; values are literals."""
    fields: dict[str, Any] = {"__module__": __name__}
    for line in _text(body[:20_000]).splitlines()[:60]:
        name, _, value = line.partition("=")
        try:
            fields[name.strip()] = (
                Expect(9) if "Expect" in value else ast.literal_eval(value.strip())
            )
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    if any("\0" in name or not name.isprintable() for name in fields):
        return
    try:
        type("Fuzzed", (Source,), fields)
    except SourceError:
        return
    except (UnicodeEncodeError, TypeError) as error:  # `type` itself: __slots__, odd names
        if "Source" in str(error):
            raise


def _sources() -> list[bytes]:
    found = [path.read_bytes() for path in sorted((ROOT / "spiders").rglob("*.py"))]
    lines = [line.strip() for body in found for line in body.splitlines() if b" = " in line]
    odd = [b"allowed_domains = ['a', 1]", b"custom_settings = {1: 2}", b"rhythm = 'dayly'"]
    return [b"\n".join(lines), b"\n".join(odd), *found]


def _canonical_url(body: bytes) -> None:
    for url in _text(body).splitlines()[:50]:
        once = canonical_url(url)
        if canonical_url(once) != once:
            raise BrokenPromiseError(f"not the same twice: {once[:80]!r}")


def _addresses() -> list[bytes]:
    found = [path.read_bytes() for path in sorted((ROOT / "seeds").glob("*.txt"))]
    odd = (
        "HTTP://用户:口令@例子.中国:080/路径;jsessionid=9?b=2&a=%B0%A1&utm_source=x&&=#f\n"
        "https://[2001:db8::1]:443/\nhttp://a.example.:80/?&a&spm=1\nhttp://a/?x=1;y=2\n"
    )
    return [*found, odd.encode()]


@cache
def _index() -> ReprintIndex:
    return ReprintIndex(Path(tempfile.mkdtemp(dir=working_folder())) / "reprints.db")


def _reprints(body: bytes) -> None:
    text = _text(body)
    half = len(text) // 2
    verify(text, text[half:] + text[:half])
    for part in (text, text[: half + half // 2]):
        key = canonical_url(f"http://h/{len(part) % 997}")
        found = _index().add(key, part, published=part[:10].encode(errors="replace").decode())
        if found is not None and found.key == key:
            raise BrokenPromiseError("a copy of itself")
    if key not in _index().cluster(key):
        raise BrokenPromiseError("a cluster without its own key")


def _robots(body: bytes) -> None:
    rules = ProtegoRobotParser(body, None)
    for url in (URL, "http://h/?q=河", "http://[::1]/*$"):
        rules.allowed(url, "Qingyuan/0.1")


def _robots_files() -> list[bytes]:
    return [
        b"User-agent: *\nDisallow: /private/*.html$\nAllow: /\nCrawl-delay: 2\n"
        b"Sitemap: http://h/sitemap.xml\n\nUser-agent: Qingyuan\nDisallow: /x?*&y=\n"
        b"Request-rate: 1/5 0600-0845\nVisit-time: 0600-0845\n",
        "user-agent:清源\ndisallow:/路径/\n".encode("gbk"),
    ]


class _Feed(FeedSpider):
    name = "fuzzed_feed"
    title = "源"
    family = "portal"

    def default_seeds(self) -> list[str]:
        return [URL]


class _Sitemap(SitemapSpider):
    name = "fuzzed_sitemap"
    title = "图"
    family = "portal"

    def default_seeds(self) -> list[str]:
        return [URL]


@cache
def _spider(kind: type[FeedSpider | SitemapSpider]) -> FeedSpider | SitemapSpider:
    return kind.from_crawler(get_crawler(kind))


def _feed(body: bytes) -> None:
    headers = {"Content-Type": "application/rss+xml"}
    response = decoded_response(XmlResponse(URL, headers=headers, body=body))
    with suppress(FeedError):
        asyncio.run(_drain(_spider(_Feed).parse(response)))


def _sitemap(body: bytes) -> None:
    response: Response = XmlResponse("http://h/sitemap.xml", body=body)
    with suppress(SitemapError):
        asyncio.run(_drain(_spider(_Sitemap).parse(decoded_response(response))))


async def _drain(outputs: AsyncIterator[object]) -> None:
    async for _ in outputs:
        pass


def _feeds() -> list[bytes]:
    item = (
        "<item><title>石桥{0}</title><link>http://h/{0}.html</link><guid>{0}</guid>"
        "<pubDate>Fri, 10 May 2024 09:30:00 +0800</pubDate><description><![CDATA[<p>河湾]]>"
        "</description></item>"
    )
    rss = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>河湾</title>{}"
    entry = "<entry><title>桥</title><link href='/{0}.html'/><updated>2024-05-10</updated></entry>"
    atom = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://h/'>{}</feed>"
    listed = "<urlset><url><loc>http://h/{0}.html</loc><lastmod>2024-05-10</lastmod></url>"
    nested = "<sitemapindex><sitemap><loc> /s{0}.xml </loc></sitemap></sitemapindex>"
    forms = (rss.format(item * 3) + "</channel></rss>", atom.format(entry * 2), listed, nested)
    return [form.replace("{0}", "17").encode() for form in forms]


TARGETS: dict[str, Target] = {
    "decode": Target(_decode, pages),
    "repair": Target(_repair, texts),
    "extract": Target(_extract, pages),
    "read": Target(_read, pages),
    "strip_lines": Target(_strip_lines, texts),
    "chain": Target(_chain, pages),
    "find_links": Target(_find_links, pages),
    "warc": Target(_warc, _archives),
    "seeds": Target(_seeds, _addresses),
    "source": Target(_source, _sources),
    "canonical_url": Target(_canonical_url, _addresses),
    "reprints": Target(_reprints, texts),
    "robots": Target(_robots, _robots_files),
    "feed": Target(_feed, _feeds),
    "sitemap": Target(_sitemap, _feeds),
}
