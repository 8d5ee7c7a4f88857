"""What finds near copies: ours and peers at their documented settings, on the same folded text."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Protocol

from pipelines.dedup import ReprintIndex
from pipelines.dedup.fingerprint import fingerprint
from pipelines.dedup.folding import fold

SHINGLE = 5


def shingled(text: str) -> list[bytes]:
    """Give the distinct runs of five characters of a folded text."""
    folded = fold(text)
    runs = {folded[i : i + SHINGLE] for i in range(max(1, len(folded) - SHINGLE + 1))}
    return [run.encode() for run in runs]


class Finder(Protocol):
    """Adds texts, and finds those like a text."""

    def add(self, key: str, text: str) -> set[str]:
        """Add a text; gives the keys of those it is taken for a copy of."""
        ...

    def near(self, key: str, text: str) -> set[str]:
        """Give the keys of those that a text is a copy of, without adding it."""
        ...


class Ours:
    """ReprintIndex in a file."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True)
        self.index = ReprintIndex(path / "reprints.db")

    def add(self, key: str, text: str) -> set[str]:
        match = self.index.add(key, text)
        return {match.key} if match else set()

    def near(self, key: str, text: str) -> set[str]:
        match = self.index.nearest(key, fingerprint(text))
        return {match.key} if match else set()


class DatasketchLSH:
    """datasketch's MinHashLSH with a threshold of one half."""

    def __init__(self, bands: tuple[int, int] | None = None) -> None:
        from datasketch import MinHashLSH

        self._size = 128 if bands is None else bands[0] * bands[1]
        self._lsh = (
            MinHashLSH(threshold=0.5, num_perm=self._size)
            if bands is None
            else MinHashLSH(num_perm=self._size, params=bands)
        )

    def add(self, key: str, text: str) -> set[str]:
        sketch = self._sketch(text)
        found = set(self._lsh.query(sketch))
        self._lsh.insert(key, sketch)
        return found

    def near(self, key: str, text: str) -> set[str]:
        return set(self._lsh.query(self._sketch(text)))

    def _sketch(self, text: str):  # type: ignore[no-untyped-def]
        from datasketch import MinHash

        sketch = MinHash(num_perm=self._size)
        sketch.update_batch(shingled(text))
        return sketch


class SimhashAtThree:
    """64-bit simhash of the same shingles, three bits apart at most (Manku 2007)."""

    def __init__(self) -> None:
        self._tables: list[dict[int, list[tuple[int, str]]]] = [defaultdict(list) for _ in range(4)]

    def add(self, key: str, text: str) -> set[str]:
        found = self.near(key, text)
        mark = _simhash(text)
        for place, table in enumerate(self._tables):
            table[mark >> 16 * place & 0xFFFF].append((mark, key))
        return found

    def near(self, key: str, text: str) -> set[str]:
        mark = _simhash(text)
        return {
            other
            for place, table in enumerate(self._tables)
            for known, other in table.get(mark >> 16 * place & 0xFFFF, ())
            if (known ^ mark).bit_count() <= 3
        }


def _simhash(text: str) -> int:
    import numpy as np
    import xxhash

    hashes = np.array([xxhash.xxh3_64_intdigest(run) for run in shingled(text)], dtype=np.uint64)
    bits = hashes[:, None] >> np.arange(64, dtype=np.uint64)[None, :] & np.uint64(1)
    ones = bits.sum(axis=0)
    return sum(1 << place for place in range(64) if 2 * int(ones[place]) > len(hashes))


def peers(folder: Path, only: str = "") -> dict[str, Finder]:
    """Give the finders, empty."""
    found: dict[str, Finder] = {"qingyuan": Ours(folder)}
    if only != "qingyuan":
        found["MinHash .5"] = DatasketchLSH()
        found["14 x 8"] = DatasketchLSH((14, 8))
        found["simhash 3"] = SimhashAtThree()
    return {name: finder for name, finder in found.items() if not only or name == only}
