"""What charset repair costs: beside reading the bytes, and beside extracting the same page."""

from __future__ import annotations

import gc
import gzip
import random
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipelines.charset import decode, repair
from tests.charset import simulator
from tests.web.damage import readings, slip, spin

Row = tuple[str, str, dict[str, str]]
T = TypeVar("T")
Damage = Callable[[str], str]
PAGES = Path(__file__).resolve().parents[2] / "shared" / "data" / "pages"
# Damaged pages before the first one that counts: libraries load what they need.
WARM = 10
REPEATED = 5


def cost_rows(rng: random.Random, hans: list[str], hant: list[str], count: int) -> Iterator[Row]:
    """Give the rows on time, each a ratio of two times of this run."""
    yield from _sound(rng, hans, hant, count)
    yield from _decoding(rng, hans, hant, count)
    yield from _damaged("real pages", _real_pages())
    yield from _damaged("bare pages", _bare_pages(rng, hans, count))


def _sound(rng: random.Random, hans: list[str], hant: list[str], count: int) -> Iterator[Row]:
    for name, source in (("simplified", hans), ("traditional", hant)):
        texts = ["\n".join(rng.sample(source, 8)) for _ in range(count)]
        texts = [text for text in texts if repair(text).text is text]
        bodies = [text.encode() for text in texts]
        ours = _best(repair, texts)
        read = _best(partial(bytes.decode, encoding="utf-8"), bodies)
        yield f"sound {name} / strict decode", "20 x", {"qingyuan": f"{ours / read:.1f} x"}


def _decoding(rng: random.Random, hans: list[str], hant: list[str], count: int) -> Iterator[Row]:
    from w3lib.encoding import html_to_unicode

    for size in (2_000, 30_000, 200_000):
        figures = {}
        for codec, source in (("utf-8", hans), ("gb18030", hans), ("big5", hant)):
            for said in ("header", "meta", "none"):
                pages = [_page_of(rng, source, size, codec, said == "meta") for _ in range(count)]
                header = f"text/html; charset={codec}" if said == "header" else None
                read = partial(html_to_unicode, header)
                cost = _best(partial(decode, content_type=header), pages)
                figures[f"{codec} {said}"] = f"{cost / _best(read, pages):.2f} x"
        yield f"decode / w3lib: pages of {size:,} bytes", "1.5 x", figures
    bodies = [gzip.decompress(path.read_bytes()) for path in sorted(PAGES.glob("*/page.html.gz"))]
    ours = [_best(decode, [body]) for body in bodies]
    theirs = [_best(partial(html_to_unicode, None), [body]) for body in bodies]
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    if ratios:
        figures = {
            "median": f"{statistics.median(ratios):.2f} x",
            "p90": f"{ratios[int(len(ratios) * 0.9)]:.2f} x",
            "together": f"{sum(ours) / sum(theirs):.2f} x",
        }
        yield f"decode / w3lib: {len(ratios)} real pages", "1.5 x", figures


def _page_of(rng: random.Random, source: list[str], size: int, codec: str, meta: bool) -> bytes:
    said = f'<meta charset="{codec}">' if meta else ""
    head = f"<!DOCTYPE html><html><head>{said}<title>新闻</title></head><body>"
    text = head
    while len(text.encode(codec, "ignore")) < size:
        text += f'<p class="line">{rng.choice(source)}</p>'
    return text.encode(codec, "ignore")


def _damaged(name: str, pages: list[str]) -> Iterator[Row]:
    """Time each page once, as a crawl meets it."""
    import trafilatura

    ratios: dict[str, list[float]] = {}
    for number, page in enumerate(pages):
        for kind, damage in _damages(number).items():
            html = damage(page)
            ours, theirs = _once(repair, html), _once(trafilatura.extract, html)
            if number >= WARM:
                ratios.setdefault(kind, []).append(ours / theirs)
    every = sorted(ratio for found in ratios.values() for ratio in found)
    if not every:
        return
    label = f"damaged {name} / trafilatura"
    yield f"{label}: median", "1 x", {"qingyuan": f"{statistics.median(every):.2f} x"}
    yield f"{label}: p99", "10 x", {"qingyuan": f"{every[int(len(every) * 0.99)]:.1f} x"}
    for kind, found in ratios.items():
        figures = {"median": f"{statistics.median(found):.2f} x", "worst": f"{max(found):.1f} x"}
        yield f"  {kind} ({len(found)})", "-", figures


def _damages(number: int) -> dict[str, Damage]:
    """Give one damage of each group; of wrong decodings, one after another."""
    wrong = [name for name in simulator.MOJIBAKE if not name.startswith("big5")]
    name = wrong[number % len(wrong)]
    return {
        "spun": lambda page: _gbk(spin(page)),
        "notes and runs": _by_line(lambda line: slip(line, readings(line))),
        "runs": _by_line(slip),
        "wrong decoding": lambda page: simulator.MOJIBAKE[name](_gbk(page)),
    }


def _by_line(damage: Damage) -> Damage:
    return lambda page: "\n".join(map(damage, _gbk(spin(page)).split("\n")))


def _gbk(text: str) -> str:
    """Leave out what GBK, and so the damage, does not know."""
    return text.encode("gbk", "ignore").decode("gbk")


def _bare_pages(rng: random.Random, hans: list[str], count: int) -> list[str]:
    """Make pages of eight paragraphs and nothing else."""
    made = ("".join(f"<p>{line}</p>" for line in rng.sample(hans, 8)) for _ in range(count))
    return [f"<html><body>{body}</body></html>" for body in made]


def _real_pages() -> list[str]:
    """Read the Chinese pages in UTF-8 that lie beside the project."""
    pages = []
    for path in sorted(PAGES.glob("*/page.html.gz")):
        try:
            page = gzip.decompress(path.read_bytes()).decode()
        except UnicodeDecodeError:
            continue
        if page.count("，") >= 10:
            pages.append(page)
    return pages


def _once(work: Callable[[str], object], page: str) -> float:
    # What the call before has left is not this one's.
    gc.collect()
    start = time.perf_counter()
    work(page)
    return time.perf_counter() - start


def _best(work: Callable[[T], object], items: list[T]) -> float:
    times = []
    for _ in range(REPEATED):
        start = time.perf_counter()
        for item in items:
            work(item)
        times.append(time.perf_counter() - start)
    return min(times)
