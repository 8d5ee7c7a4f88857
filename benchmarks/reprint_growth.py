"""How adding, disk, memory and recall grow with the reprint index, in a process of its own.

`python -m benchmarks.reprint_growth SIZES` prints a block for each size of one growing index.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks import reprint_texts as texts
from pipelines.charset.script import codes, text_of
from pipelines.dedup import Match, ReprintIndex
from pipelines.dedup.fingerprint import fingerprint

LENGTH = 600
PIECE = 3  # characters in a row of a real text: longer ones would make copies of each other
WINDOW = 10_000  # the adds before a size is reached that are timed
COPIES = 3000
ASKED = 200


class Drawn:
    """Texts of 600 characters in the distribution of real ones, each made from its number.

    A text costs some ten microseconds, so that neither a million of them nor `text_of` are what
    is measured.
    """

    def __init__(self, originals: Sequence[str]) -> None:
        self._whole = codes("".join(originals))
        self._within = np.arange(PIECE)
        self._places = np.arange(LENGTH // PIECE, dtype=np.uint64)

    def text(self, number: int) -> str:
        """Give the text of a number."""
        # splitmix64 (Steele 2014) of a counter that no other text shares.
        mixed = (self._places + np.uint64(number << 10)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        mixed >>= np.uint64(33)
        starts = (mixed % np.uint64(len(self._whole) - PIECE)).astype(np.intp)
        return text_of(self._whole[starts[:, None] + self._within].ravel())

    def text_of(self, key: str) -> str:
        """Give the text that the store has under a key."""
        return self.text(int(key.rpartition("a")[2]))


def key_of(number: int) -> str:
    """Give an address as long as those of real articles."""
    return f"http://hewan.example/2024/a{number:09}"


class Clocks:
    """CPU time of this thread and wall time of calls, in seconds."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def call(self, work: Callable[[], Match | None]) -> Match | None:
        """Time a call."""
        wall, cpu = time.perf_counter(), time.thread_time()
        given = work()
        self.cpu.append(time.thread_time() - cpu)
        self.wall.append(time.perf_counter() - wall)
        return given


def at(values: Sequence[float], share: float) -> float:
    """Give a quantile."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def resident() -> int:
    """Give this process's resident bytes."""
    lines = Path("/proc/self/status").read_text().split("\n")
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


class Growing:
    """An index that grows, and what is measured of it."""

    def __init__(self, folder: Path, drawn: Drawn, originals: Sequence[str]) -> None:
        self.folder, self.drawn, self.originals = folder, drawn, originals
        self.rng = random.Random(7)
        self.path = folder / "reprints.db"
        fingerprint(drawn.text(0))  # makes the tables
        self.before = resident()
        self.index = ReprintIndex(self.path, text_of=drawn.text_of)
        self.cpu = self.wall = 0.0
        self.size = 0

    def grow(self, size: int) -> Iterator[str]:
        """Add texts up to a size; gives the lines about it."""
        signed, added = Clocks(), Clocks()
        whole = Clocks()
        for number in range(self.size, size):
            key, text = key_of(number), self.drawn.text(number)
            timed = number >= size - WINDOW
            signature = time.thread_time()
            wall = time.perf_counter()
            found = fingerprint(text)
            if timed:
                signed.cpu.append(time.thread_time() - signature)
                signed.wall.append(time.perf_counter() - wall)
                added.call(lambda: self.index.add_fingerprint(key, found))  # noqa: B023 - at once
            else:
                whole.call(lambda: self.index.add_fingerprint(key, found))  # noqa: B023
                if len(whole.cpu) == WINDOW:
                    self.cpu, self.wall = self.cpu + sum(whole.cpu), self.wall + sum(whole.wall)
                    whole = Clocks()
        self.cpu += sum(whole.cpu) + sum(added.cpu)
        self.wall += sum(whole.wall) + sum(added.wall)
        self.size = size
        memory = resident() - self.before
        yield f"{size} documents"
        for name, own, spent, every in (
            ("CPU", signed.cpu, added.cpu, self.cpu),
            ("wall", signed.wall, added.wall, self.wall),
        ):
            unit, mean = at(own, 0.5), sum(spent) / len(spent)
            yield (
                f"  {name:<4} signature {unit * 1e6:.0f} µs; "
                f"add p50 {at(spent, 0.5) / unit:.2f} x, p99 {at(spent, 0.99) / unit:.1f} x, "
                f"mean {mean / unit:.2f} x, "
                f"mean of all so far {every / size * 1e6:.0f} µs, longest {max(spent) * 1e3:.0f} ms"
            )
        disk = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        logs = sum(path.stat().st_size for path in self.folder.glob("*.log"))
        yield (
            f"  disk {disk / size:.0f} bytes a document ({(disk - logs) / size:.0f} without the "
            f"{logs / 2**20:.0f} MiB of logs); resident {memory / size:.0f}"
        )
        yield self._recall()
        started = time.perf_counter()
        ReprintIndex(self.path, text_of=self.drawn.text_of).close()
        yield f"  opens in {time.perf_counter() - started:.3f} s"
        yield from self._stream_with_copies(at(signed.cpu, 0.5))

    def _copy(self, number: int, share: float) -> str:
        return texts.with_edits(self.rng, self.drawn.text(number), self.originals, share)

    def _recall(self) -> str:
        found = {0.1: 0, 0.2: 0}
        for share in found:
            for _ in range(ASKED):
                number = self.rng.randrange(self.size)
                match = self.index.nearest("copy", fingerprint(self._copy(number, share)))
                found[share] += match is not None and match.key == key_of(number)
        said = (f"{100 * share:.0f} % edited {n / ASKED:.3f}" for share, n in found.items())
        return "  recall: " + ", ".join(said)

    def _stream_with_copies(self, unit: float) -> Iterator[str]:
        """Time new texts among which every tenth is an edited copy; they stay in the index."""
        new, copies = Clocks(), Clocks()
        first = 10**9 + self.size
        for number in range(first, first + COPIES):
            is_copy = number % 10 == 0
            text = (
                self._copy(self.rng.randrange(self.size), 0.1)
                if is_copy
                else self.drawn.text(number)
            )
            found = fingerprint(text)
            clocks = copies if is_copy else new
            clocks.call(lambda: self.index.add_fingerprint(key_of(number), found))  # noqa: B023
        every = [*new.cpu, *copies.cpu]
        yield (
            f"  every tenth a copy, CPU: add p50 {at(every, 0.5) / unit:.2f} x, p99 "
            f"{at(every, 0.99) / unit:.1f} x; new ones p99 {at(new.cpu, 0.99) / unit:.1f} x, "
            f"copies p50 {at(copies.cpu, 0.5) / unit:.1f} x"
        )


def main() -> int:
    """Grow an index to the sizes that the command line names."""
    originals = texts.documents(random.Random(1), 2000)
    sizes = sorted(int(size) for size in sys.argv[1].split(","))
    with tempfile.TemporaryDirectory() as folder:
        growing = Growing(Path(folder), Drawn(originals), originals)
        for size in sizes:
            for line in growing.grow(size):
                print(line, flush=True)
        growing.index.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
