"""`kill -9` at random moments while several processes add to one index."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipelines.dedup import ReprintIndex

PROCESSES = 3
MOST = 1.5  # seconds that a process may add before it is killed

# The logs are small, so that sealing, flushing and merging are under way at many of the moments.
_ADDER = """
import random, sys
from pathlib import Path
from pipelines.dedup import ReprintIndex, compaction, fingerprint, journal
journal.CAPACITY, compaction.SMALL = 2**16, 2**12
path, name, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
letters = "".join(map(chr, range(0x4E00, 0x5E00)))
with ReprintIndex(path) as index, open(sys.argv[4], "ab", buffering=0) as acknowledged:
    fingerprint("the tables are made")
    print("ready", flush=True)
    while True:
        number += 1
        key = f"common {number}" if number % 3 == 0 else f"{name} {number}"
        text = "".join(random.Random(key).choices(letters, k=300))
        index.add(key, text)
        if number % 20 == 0:  # a copy, which is linked as well
            index.add(f"copy of {key}", text + "（完）")
        acknowledged.write(f"{key}\\n".encode())
"""


def kill_rows(rng: random.Random, kills: int) -> Iterator[str]:
    """Give the line about so many kills; each time the index is opened again and asked."""
    slowest = 0.0
    lost: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path, said = Path(folder) / "reprints.db", Path(folder) / "acknowledged"
        said.touch()
        number = asked = killed = 0
        while killed < kills:
            adders = [_adder(path, f"{place}", number, said) for place in range(PROCESSES)]
            for adder in adders:
                assert adder.stdout is not None
                adder.stdout.readline()
            # One by one, while the others go on; what one of them held half written they find.
            for adder in rng.sample(adders, len(adders)):
                time.sleep(rng.uniform(0, MOST / PROCESSES))
                adder.send_signal(signal.SIGKILL)
                adder.wait()
                killed += 1
            number += 100_000
            started = time.perf_counter()
            with ReprintIndex(path) as index:
                slowest = max(slowest, time.perf_counter() - started)
                keys = said.read_bytes().decode().split("\n")[:-1]
                lost += [key for key in keys[asked:] if key not in index]
                asked = len(keys)
        with ReprintIndex(path) as index:
            lost += [key for key in keys if key not in index]
            count, distinct = len(index), len(set(keys))
            copies = {key for key in keys if f"copy of {key}" in index}
    # Of each kill at most two documents stand in the index that nobody was told of.
    twice = max(0, count - distinct - len(copies) - 2 * killed)
    yield (
        f"{killed} kills of {PROCESSES} processes that add: {len(set(lost))} of {distinct} "
        f"acknowledged documents lost (must 0), {twice} there twice (must 0), "
        f"opened again within {slowest:.2f} s (must 2)"
    )


def _adder(path: Path, name: str, first: int, said: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _ADDER, str(path), name, str(first), str(said)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
