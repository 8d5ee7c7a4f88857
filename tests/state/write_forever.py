"""Writes responses into an archive until it is killed, and tells of each that was written.

`python -m tests.state.write_forever FOLDER BODY_BYTES [FILE_BYTES]`: FILE_BYTES limits the size of
a file, so that the disk seems full; then one more, small response is tried.
"""

from __future__ import annotations

import random
import resource
import sys
from itertools import count
from pathlib import Path

from crawler.state.warc import Recorded, WarcArchive


def body(number: int, size: int) -> bytes:
    """Give the body of a record, which no compression makes smaller."""
    return random.Random(number).randbytes(size)


def record(number: int, size: int) -> Recorded:
    """Give a record whose address says how to make its body again."""
    url = f"https://hewan.example/{number}/{size}"
    return Recorded(url, 200, (), body(number, size), "2024-05-10T01:30:00Z", source="hewan")


def main() -> None:
    """Write."""
    folder, size = Path(sys.argv[1]), int(sys.argv[2])
    archive = WarcArchive(folder, "hewan", roll_bytes=5 * size)
    if len(sys.argv) > 3:
        limit = int(sys.argv[3])
        archive.roll_bytes = 10 * limit
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for number in count():
        try:
            print(archive.append(record(number, size)), number, size, flush=True)
        except OSError as error:
            print(f"refused {error.errno}", flush=True)
            print(archive.append(record(number, 10)), number, 10, flush=True)
            archive.close()
            return


if __name__ == "__main__":
    main()
