"""What fuzzing begins from, and how it is damaged: a function of seed and number alone."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Sequence

from benchmarks.server import ROOT
from benchmarks.site import Site

LARGEST = 1_000_000
# Pages beside a developer's checkout, which users do not have.
REAL = ROOT.parent / "shared" / "data"

# Bytes that some reader takes for more than themselves.
JUNK = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1b$B",
    b"~{",
    b"\x81\x30\x81\x30",
    b"\x81",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xf4\x90\x80\x80",  # beyond Unicode
    b"\xef\xbf\xbd" * 3,
    "锟斤拷".encode(),
    "ä½\xa0å¥½".encode(),
    "烫烫烫".encode("gbk"),
    b"&#0;&#xD800;&#1114112;&#99999999999;",
    b"\\u6cb3\\ud800\\x00",
    b"%E6%B2%B3%",
    "\u202e\u200b\ufeff\u2028\u0085".encode(),
    "𠮷👩‍👩‍👧".encode(),
    b"<!--",
    b"<![CDATA[",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<meta charset=utf-7>",
    b"<base href='http://[::1'>",
    b"<a href='http://[v1.x]/'>",
    b"<svg><template><table>",
    b"</body></html>",
    b"<!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]>&c;",
    b"2024-02-30 25:61:61",
    "9999年99月99日".encode(),
    "预算金额：999999999999999999999亿元".encode(),
    "第99999999999999999999页".encode(),
    b"\r\n\r\n",
    b"WARC/1.1\r\nContent-Length: -1\r\n\r\n",
    b"Crawl-delay: 1e999\nDisallow: /*****************$\n",
    b"http://[::ffff:1.2.3.4%25x]:99999/;jsessionid=?&&=&%#",
)
TAGS = ("div", "b", "table><tr><td", "a href=/1.html", "font", "ul><li", "p", "span style=x", "dl")

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def pages() -> list[bytes]:
    """Give HTML pages: drawn ones, the project's fixtures, and real ones where they are."""
    found = [body for _, body in Site(4).pages()]
    fixtures = ROOT / "tests" / "fixtures"
    found += [path.read_bytes() for path in sorted(fixtures.rglob("*.html"))]
    found += [path.read_bytes() for path in sorted(fixtures.rglob("body.bin"))]
    found += [gzip.decompress(path.read_bytes()) for path in sorted(REAL.rglob("*.html.gz"))]
    return [body for body in found if len(body) <= LARGEST]


def texts() -> list[bytes]:
    """Give plain texts: those of the fixtures and of real pages' gold."""
    found = [path.read_bytes() for path in sorted((ROOT / "seeds").glob("*.txt"))]
    found += [body for body in (b"\n".join(_words(page)) for page in pages()[:60]) if body]
    for path in sorted(REAL.rglob("gold.json")):
        text = json.loads(path.read_text(encoding="utf-8")).get("text")
        found += [text.encode()] if isinstance(text, str) and text else []
    return found


def _words(page: bytes) -> list[bytes]:
    lines = (piece.rpartition(b">")[2].strip() for piece in page.split(b"<"))
    return [line for line in lines if len(line) > 8]


def draw(seed: int, target: str, number: int, corpus: Sequence[bytes]) -> bytes:
    """Give input `number` of a target: one of the corpus, damaged a few times."""
    random_ = random.Random(f"{seed}/{target}/{number}")
    body = random_.choice(corpus)
    if random_.random() < 0.5:  # most faults show in a stretch, which takes a tenth of the time
        body = _cut(random_, body, corpus)
    for _ in range(int(random_.expovariate(0.5)) + 1):
        body = random_.choice(MUTATIONS)(random_, body, corpus)[:LARGEST]
    return body


def _span(random_: random.Random, body: bytes, longest: int) -> tuple[int, int]:
    start = random_.randint(0, len(body))
    return start, min(len(body), start + int(longest ** random_.random()))


def _flip(random_: random.Random, body: bytes, _corpus: Sequence[bytes]) -> bytes:
    changed = bytearray(body)
    for _ in range(int(200 ** random_.random()) if changed else 0):
        changed[random_.randrange(len(changed))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def _cut(random_: random.Random, body: bytes, _corpus: Sequence[bytes]) -> bytes:
    start, end = _span(random_, body, max(2, len(body)))
    return body[start:end] if random_.random() < 0.7 else body[:start] + body[end:]


def _splice(random_: random.Random, body: bytes, corpus: Sequence[bytes]) -> bytes:
    other = random_.choice(corpus)
    start, end = _span(random_, other, max(2, len(other)))
    at, until = _span(random_, body, 2_000)
    return body[:at] + other[start:end] + body[until:]


def _repeat(random_: random.Random, body: bytes, _corpus: Sequence[bytes]) -> bytes:
    start, end = _span(random_, body, 5_000)
    times = int(20_000 ** random_.random())
    return body[:end] + body[start:end] * min(times, LARGEST // max(1, end - start)) + body[end:]


def _junk(random_: random.Random, body: bytes, _corpus: Sequence[bytes]) -> bytes:
    for _ in range(random_.randint(1, 8)):
        at = random_.randint(0, len(body))
        body = body[:at] + random_.choice(JUNK) * int(100 ** random_.random()) + body[at:]
    return body


def _nest(random_: random.Random, body: bytes, _corpus: Sequence[bytes]) -> bytes:
    tag = f"<{random_.choice(TAGS)}>".encode()
    at = random_.randint(0, len(body))
    return body[:at] + tag * int(50_000 ** random_.random()) + body[at:]


def _recode(random_: random.Random, body: bytes, _corpus: Sequence[bytes]) -> bytes:
    """Read a stretch in one charset and write it in another, as broken sites do."""
    start, end = _span(random_, body, max(2, len(body)))
    charsets = ("utf-8", "gb18030", "big5", "cp1252", "latin-1", "utf-16-le", "iso2022_jp", "hz")
    read, write = random_.sample(charsets, 2)
    stretch = body[start:end].decode(read, "replace").encode(write, "replace")
    return body[:start] + stretch + body[end:]


def _number(random_: random.Random, body: bytes, _corpus: Sequence[bytes]) -> bytes:
    """Put an odd number where one stands."""
    digits = [i for i, byte in enumerate(body[:20_000]) if 48 <= byte <= 57]
    if not digits:
        return body
    at = random_.choice(digits)
    odd = random_.choice((b"-1", b"0", b"9" * 30, b"9" * 5_000, b"1e400", b"NaN", "٣".encode()))
    return body[:at] + odd + body[at + 1 :]


MUTATIONS: tuple[Mutation, ...] = (_flip, _cut, _splice, _repeat, _junk, _nest, _recode, _number)
