"""What a signature costs beside peers, and how adding grows with the index."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.reprint_peers import SHINGLE, shingled
from pipelines.dedup.fingerprint import fingerprint
from pipelines.dedup.folding import fold

LENGTHS = (300, 1000, 3000)
PLACES = 112
ROUNDS = 15


def cost_rows(originals: Sequence[str]) -> Iterator[str]:
    """Give the lines about a signature's CPU beside datasketch's and rensa's, folding included.

    rensa is taken at the best of what it documents: R-MinHash of 112 and of 128 places (for powers
    of two it has a shorter way), of strings, which it hashes itself, and of bytes; without a set
    around them, as a token that comes twice changes nothing.
    """
    from datasketch import MinHash
    from rensa import RMinHash

    def datasketch(text: str) -> object:
        sketch = MinHash(num_perm=PLACES)
        sketch.update_batch(shingled(text))
        return sketch

    def rensa(places: int, runs: Callable[[str], object]) -> Callable[[str], object]:
        def signed(text: str) -> object:
            sketch = RMinHash(num_perm=places, seed=42)
            sketch.update(runs(fold(text)))
            return sketch.digest()

        return signed

    sides: dict[str, Callable[[str], object]] = {"qingyuan": fingerprint, "datasketch": datasketch}
    for places in (PLACES, 128):
        sides[f"rensa {places} of strings"] = rensa(places, _strings)
        sides[f"rensa {places} of bytes"] = rensa(places, _bytes)
    whole = "\n".join(originals)
    for length in LENGTHS:
        pieces = [whole[i * length : (i + 1) * length] for i in range(100)]
        spent = _least(sides, pieces)
        own = spent["qingyuan"]
        best = min((name for name in spent if name.startswith("rensa")), key=lambda n: spent[n])
        yield (
            f"signature of {length} characters, folding included: {own * 1e6:.0f} µs; "
            f"{own / spent['datasketch']:.3f} x datasketch (must .1), "
            f"{own / spent[best]:.2f} x {best} (must 1)"
        )


def growth_rows(sizes: str) -> Iterator[str]:
    """Give the lines about an index that grows to some sizes, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reprint_growth", sizes]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as growing:
        assert growing.stdout is not None
        for line in growing.stdout:
            yield line.rstrip("\n")
    if growing.returncode:
        raise subprocess.CalledProcessError(growing.returncode, command)


def _strings(folded: str) -> list[str]:
    return [folded[i : i + SHINGLE] for i in range(max(1, len(folded) - SHINGLE + 1))]


def _bytes(folded: str) -> list[bytes]:
    wide = folded.encode("utf-32-le", "surrogatepass")
    return [wide[i : i + 4 * SHINGLE] for i in range(0, max(1, len(wide) - 4 * SHINGLE + 1), 4)]


def _least(sides: dict[str, Callable[[str], object]], pieces: Sequence[str]) -> dict[str, float]:
    """Give each side's CPU seconds a text, in the best of rounds that they take in turn."""
    spent: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            before = time.process_time()
            for piece in pieces:
                side(piece)
            took = (time.process_time() - before) / len(pieces)
            spent[name] = min(spent.get(name, took), took)
    return spent
