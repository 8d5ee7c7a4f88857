"""An invented site of small pages, 3-6 kB each and all different, drawn when they are asked for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.server import ROOT, Connection, _answer
from benchmarks.site import ENTRY, FOOT, Site, _paragraph
from benchmarks.words import WORDS

SMALLEST, LARGEST = 3_000, 6_000
PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}_临江新闻网</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/c1/">要闻</a> <a href="/c2/">民生</a></div>
<h1>{title}</h1>
<div class="info">{date} 09:30 来源：{publisher} 作者：{author}</div>
<div class="content">
{paragraphs}
</div>
<ul class="related">{related}</ul>
"""


@dataclass(frozen=True, slots=True)
class SmallSite(Site):
    """As Site, but for the size of its pages and that none is kept in memory."""

    def page(self, path: str) -> bytes | None:
        """Give the body of one page, None where the site has none."""
        kind, _, rest = path.strip("/").partition("/")
        digits = rest.rpartition("/")[2].removesuffix(".html")
        if not digits.isdigit():
            return None
        if kind == "list":
            return self._list(int(digits)).encode()
        return self._article(int(digits) - 100_000).encode()

    def _article(self, number: int) -> str:
        draw = self._random("small", number)
        size = draw.randint(SMALLEST + 700, LARGEST) - 1_200
        paragraphs = [f"<p>　　{_paragraph(draw)}</p>"]
        while sum(len(paragraph.encode()) for paragraph in paragraphs) < size - 500:
            paragraphs.append(f"<p>　　{_paragraph(draw)}</p>")
        numbers = [draw.randrange(10**6) for _ in range(3)]
        related = "".join(
            ENTRY.format(f"/2023/{n}.html", f"{draw.choice(WORDS['places'])}旧闻", "05-10")
            for n in numbers
        )
        fields = {
            "title": self._title(number),
            "date": self._date(number),
            "publisher": f"{draw.choice(WORDS['places'])}日报",
            "author": draw.choice(WORDS["families"]) + draw.choice(WORDS["given"]),
            "paragraphs": "\n".join(paragraphs),
            "related": related,
        }
        return PAGE.format(**fields) + FOOT


class _Drawn(Mapping[bytes, bytes]):
    """Answers by path, made when they are asked for."""

    def __init__(self, site: SmallSite) -> None:
        self.site = site

    def __getitem__(self, path: bytes) -> bytes:
        body = self.site.page(path.decode("latin-1"))
        if body is None:
            raise KeyError(path)
        return _answer("200 OK", body)

    def __iter__(self) -> Iterator[bytes]:
        return (path.encode() for path in self.site.article_paths())

    def __len__(self) -> int:
        return self.site.count


async def serve(site: SmallSite) -> None:
    """Serve until killed; the port is the one line of output."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(_Drawn(site)), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def served(site: SmallSite) -> Iterator[str]:
    """Serve a site while the block runs; gives its base URL. Raises RuntimeError."""
    module = "benchmarks.reliability.small_site"
    command = [sys.executable, "-m", module, str(site.count), str(site.seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            if not port:
                raise RuntimeError("the server of small pages did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve(SmallSite(int(sys.argv[1]), int(sys.argv[2]))))
