"""Archives for tests."""

from __future__ import annotations

from pathlib import Path

from crawler.state.warc import Headers, Known, Recorded, WarcArchive

PAGE = "<html><title>石桥修缮</title><p>青石逐块编号，堆放在河滩的凉棚里。</p></html>"
URL = "https://hewan.example/a.html"


def response(
    body: bytes = PAGE.encode("gbk"),
    *,
    url: str = URL,
    status: int = 200,
    headers: Headers = (("Content-Type", "text/html; charset=gbk"),),
    rendered: bool = False,
    at: str = "2024-05-10T01:30:00Z",
    cb_kwargs: str = '{"page": 2}',
) -> Recorded:
    """Make a response of the source hewan."""
    return Recorded(
        url,
        status,
        headers,
        body,
        at,
        source="hewan",
        callback="parse",
        cb_kwargs=cb_kwargs,
        rendered=rendered,
    )


def appended(folder: Path, *records: Recorded, known: Known | None = None) -> list[str]:
    """Write an archive of one segment and give the pointers."""
    archive = WarcArchive(folder, "hewan")
    pointers = [archive.append(record, known) for record in records]
    archive.close()
    return pointers


def written(folder: Path, *records: Recorded) -> Path:
    """Write an archive of one segment, as a killed writer leaves it, and give its path."""
    path = folder / appended(folder, *records)[0].partition("#")[0]
    path.chmod(0o644)
    return path
