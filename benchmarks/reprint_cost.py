"""What a signature costs beside peers, and how adding grows with the index."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.reprint_peers import shingled
from pipelines.dedup import ReprintIndex
from pipelines.dedup.fingerprint import fingerprint

LENGTHS = (300, 1000, 3000)
PLACES = 112
ASKED = 2000


def cost_rows(
    rng: random.Random, originals: Sequence[str], sizes: Sequence[int], folder: Path
) -> Iterator[str]:
    """Give the lines about CPU, and for each size those about an index of it."""
    from datasketch import MinHash

    def datasketch(text: str) -> object:
        sketch = MinHash(num_perm=PLACES)
        sketch.update_batch(shingled(text))
        return sketch

    sides: dict[str, Callable[[str], object]] = {"qingyuan": fingerprint, "datasketch": datasketch}
    try:
        from rensa import RMinHash
    except ImportError:
        yield "rensa is not installed: no figure beside it"
    else:

        def rensa(text: str) -> object:
            sketch = RMinHash(num_perm=PLACES, seed=42)
            sketch.update([run.decode() for run in shingled(text)])
            return sketch.digest()

        sides["rensa"] = rensa
    whole = "\n".join(originals)
    for length in LENGTHS:
        pieces = [whole[i * length : (i + 1) * length] for i in range(100)]
        spent = {name: _least(side, pieces) for name, side in sides.items()}
        own = spent["qingyuan"]
        yield (
            f"signature of {length} characters, folding included: {own * 1e6:.0f} µs; "
            + ", ".join(
                f"{own / other:.3f} x {name}" for name, other in spent.items() if name != "qingyuan"
            )
        )
    for size in sizes:
        yield from _growth(rng, originals, size, folder / f"grown-{size}")


def _least(side: Callable[[str], object], pieces: Sequence[str]) -> float:
    spent = []
    for _ in range(5):
        before = time.process_time()
        for piece in pieces:
            side(piece)
        spent.append((time.process_time() - before) / len(pieces))
    return min(spent)


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text().split("\n")
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


def _growth(rng: random.Random, originals: Sequence[str], size: int, folder: Path) -> Iterator[str]:
    """Fill an index with drawn texts of 600 characters, and time the last ones."""
    from benchmarks.reprint_texts import with_edits

    # Words of real texts in an order of chance: whole sentences would make copies of each other.
    whole = "".join(originals)

    def text_of(key: str) -> str:
        drawn = random.Random(int(key.rpartition("a")[2]))
        places = (drawn.randrange(len(whole) - 4) for _ in range(200))
        return "".join(whole[place : place + drawn.randint(2, 4)] for place in places)

    folder.mkdir()
    before = _resident("VmRSS")
    own: list[float] = []
    added: list[float] = []
    with ReprintIndex(folder / "reprints.db", text_of=text_of) as index:
        for number in range(size):
            key = f"http://hewan.example/a{number:09}"
            text = text_of(key)
            started = time.perf_counter()
            found = fingerprint(text)
            signed = time.perf_counter()
            index.add_fingerprint(key, found)
            if number >= size - ASKED:
                own.append(signed - started)
                added.append(time.perf_counter() - signed)
        hits = 0
        for _ in range(200):
            key = f"http://hewan.example/a{rng.randrange(size):09}"
            copy = with_edits(rng, text_of(key), originals, 0.1)
            match = index.nearest("copy", fingerprint(copy))
            hits += match is not None and match.key == key
        resident = _resident("VmRSS") - before
    started = time.perf_counter()
    ReprintIndex(folder / "reprints.db", text_of=text_of).close()
    opened = time.perf_counter() - started
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    signature = statistics.median(own)
    added.sort()
    yield (
        f"{size} documents: add p50 {added[len(added) // 2] / signature:.2f} x, p99 "
        f"{added[int(0.99 * len(added))] / signature:.1f} x the signature's "
        f"{signature * 1e6:.0f} µs; {disk / size:.0f} bytes on disk, "
        f"{resident / size:.0f} resident a document; "
        f"10 % edited found {hits / 200:.3f}; opens in {opened:.2f} s"
    )
