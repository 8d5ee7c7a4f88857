"""What keeping a response costs, and what an unchanged site takes when it is crawled again.

`python -m benchmarks archive [PAGES]`. CPU of this process; each ratio is the median of runs in
turn.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator

from benchmarks.site import Site
from crawler.state.warc import Known, Recorded, WarcArchive, read_responses

PAGES, RUNS = 1000, 7
HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Server", "nginx"),
    ("Date", "Fri, 10 May 2024 01:30:00 GMT"),
    ("Last-Modified", "Fri, 10 May 2024 01:30:00 GMT"),
    ("Vary", "Accept-Encoding"),
)


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print; gives 0."""
    pages = dict(Site(int(arguments[0]) if arguments else PAGES).pages())
    records = [
        Recorded(f"http://hewan.example{path}", 200, HEADERS, body, "2024-05-10T01:30:00Z", "site")
        for path, body in pages.items()
    ]
    runs = [_run(records) for _ in range(RUNS)]
    bare, first, again, reading, warcio = ([spent[side] for spent, _ in runs] for side in range(5))
    sizes = runs[0][1]
    mean = sum(len(record.body) for record in records) / len(records)
    print(f"{len(records)} pages of {mean:.0f} bytes on average")
    print(
        f"append: {statistics.median(first):.0f} µs a record, {_ratio(first, bare):.2f} x the body "
        f"compressed and written; {_ratio(again, first):.2f} x that for an unchanged page"
    )
    print(
        f"archive: {sizes[0] / len(records):.0f} bytes a page, {sizes[1] / len(records):.0f} when "
        f"it is fetched unchanged: {1 - sizes[1] / sizes[0]:.1%} saved"
    )
    print(f"reading: {_ratio(reading, warcio):.2f} x warcio's ArchiveIterator")
    return 0


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def _run(records: Sequence[Recorded]) -> tuple[tuple[float, ...], tuple[int, int]]:
    """Give µs a record for each side, and the bytes of a first and of an unchanged crawl."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known: list[Known | None] = []

        def bare() -> None:
            with (folder / "bare").open("wb", buffering=0) as file:
                for record in records:
                    file.write(isal_zlib.compress(record.body, 1, wbits=31))

        def first() -> None:
            archive = WarcArchive(folder, "site")
            for record in records:
                archive.append(record)
                known.append(archive.known(record.url))
            archive.close()

        def again() -> None:
            archive = WarcArchive(folder, "site")
            for record, former in zip(records, known, strict=True):
                archive.append(record, former)
            archive.close()

        spent = [_spent(bare, records), _spent(first, records)]
        [path] = folder.glob("site/*.gz")
        spent += [_spent(again, records)]
        sizes = [each.stat().st_size for each in sorted(folder.glob("site/*.gz"))]

        def theirs() -> None:
            with path.open("rb") as file:
                for entry in ArchiveIterator(file):
                    entry.raw_stream.read()

        spent += [_spent(lambda: list(read_responses(path)), records), _spent(theirs, records)]
        return tuple(spent), (sizes[0], sizes[1])


def _spent(side: Callable[[], object], records: Sequence[Recorded]) -> float:
    began = time.process_time()
    side()
    return (time.process_time() - began) / len(records) * 1e6


if __name__ == "__main__":
    main()
