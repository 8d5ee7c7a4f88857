"""Damaged inputs for every parser of the house: none may crash, hang or fill the memory.

Inputs are real and drawn pages, mutated; each runs in a forked child with limits on memory and on
CPU, so that native code that dies or spins is seen too, with the input that did it.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import hashlib
import json
import logging
import mmap
import os
import re
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NoReturn

from benchmarks.reliability.fuzz_targets import TARGETS, Target, working_folder
from benchmarks.reliability.mutate import LARGEST, draw

HANG = 10.0  # seconds of CPU for one input
BLOCKED = 120.0  # seconds of wall clock for one input: it waits for something
MEMORY = 2**30  # bytes above what the process holds before the first input
SHRINKING = 20.0  # seconds to shorten one failure's input
_FRAME = re.compile(r'File "([^"]+)", line (\d+),? in (\S+)')
_OURS = ("/crawler/", "/pipelines/")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: `key` is the same for the same fault, `trace` the traceback."""

    kind: str
    key: str
    trace: str


@dataclass(slots=True)
class Found:
    """One distinct failure of a target with its shortest input so far."""

    failure: Failure
    body: bytes
    number: int
    times: int = 1


@dataclass(slots=True)
class Tally:
    """What became of one target."""

    runs: int = 0
    size: int = 0
    seconds: float = 0.0
    found: dict[str, Found] = field(default_factory=dict)

    def add(self, failure: Failure, body: bytes, number: int) -> None:
        """Keep a failure, or count it where it is known."""
        known = self.found.setdefault(failure.key, Found(failure, body, number, 0))
        known.times += 1
        if len(body) < len(known.body):
            known.body, known.number, known.failure = body, number, failure


class Slice:
    """One forked child that runs inputs until its time is up; it shares the input in flight."""

    HEADER = struct.Struct("QQQ")  # inputs done, bytes done, length of the one in flight

    def __init__(self, target: Target, folder: Path) -> None:
        self.target = target
        self.log = folder / "log"
        self.failures = folder / "failures"
        self.shared = mmap.mmap(-1, self.HEADER.size + LARGEST)

    def run(self, bodies: Iterator[bytes], seconds: float) -> tuple[int, int, Failure | None]:
        """Run inputs in a child; gives how many ended, their bytes, and what killed the child."""
        self.log.write_bytes(b"")
        self.failures.write_bytes(b"")
        self.shared[: self.HEADER.size] = self.HEADER.pack(0, 0, 0)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            self._work(bodies, seconds)
        status = self._wait(child)
        done, size, _ = self.HEADER.unpack(self.shared[: self.HEADER.size])
        return done, size, self._death(status)

    def in_flight(self) -> bytes:
        """Give the input that the child had when it ended."""
        length = self.HEADER.unpack(self.shared[: self.HEADER.size])[2]
        return self.shared[self.HEADER.size : self.HEADER.size + length]

    def raised(self) -> Iterator[tuple[int, Failure, bytes]]:
        """Give number, failure and input of what the child's inputs raised."""
        for line in self.failures.read_text(encoding="ascii").splitlines():
            told = json.loads(line)
            failure = Failure("exception", told["key"], told["trace"])
            yield told["number"], failure, bytes.fromhex(told["body"])

    def _wait(self, child: int) -> int:
        done, since = -1, time.monotonic()
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return status
            now = self.HEADER.unpack(self.shared[: self.HEADER.size])[0]
            if now != done:
                done, since = now, time.monotonic()
            elif time.monotonic() - since > BLOCKED:
                os.kill(child, signal.SIGABRT)  # faulthandler says where it waited
                since = time.monotonic()
            time.sleep(0.002)

    def _death(self, status: int) -> Failure | None:
        if status == 0:
            return None
        number = -os.waitstatus_to_exitcode(status)
        name = signal.Signals(number).name if number > 0 else f"exit {-number}"
        kind = {"SIGPROF": "hang", "SIGABRT": "blocked or aborted"}.get(name, "crash")
        trace = self.log.read_text(encoding="utf-8", errors="replace")
        # The log begins with the innermost frame.
        return Failure(kind, f"{name} in {_place(_FRAME.findall(trace))}", trace)

    def _work(self, bodies: Iterator[bytes], seconds: float) -> NoReturn:
        code = 1
        try:
            self._limit()
            self._call_all(bodies, time.monotonic() + seconds)
            code = 0
        finally:
            os._exit(code)

    def _limit(self) -> None:
        with contextlib.suppress(AttributeError):
            os.setpgid(0, 0)
        log = self.log.open("a")  # stays open for the handlers below
        faulthandler.enable(log)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        faulthandler.register(signal.SIGPROF, log, all_threads=False, chain=True)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)

    def _call_all(self, bodies: Iterator[bytes], until: float) -> None:
        shortest: dict[str, int] = {}
        size = 0
        start = self.HEADER.size
        with self.failures.open("a", encoding="ascii") as out:
            for number, body in enumerate(bodies):
                self.shared[: self.HEADER.size] = self.HEADER.pack(number, size, len(body))
                self.shared[start : start + len(body)] = body
                signal.setitimer(signal.ITIMER_PROF, HANG)
                failure = attempt(self.target, body)
                signal.setitimer(signal.ITIMER_PROF, 0)
                size += len(body)
                self.shared[: self.HEADER.size] = self.HEADER.pack(number + 1, size, len(body))
                if failure and len(body) < shortest.get(failure.key, LARGEST + 1):
                    shortest[failure.key] = len(body)
                    told = {"number": number, "key": failure.key, "trace": failure.trace}
                    out.write(json.dumps(told | {"body": body.hex()}) + "\n")
                    out.flush()
                if time.monotonic() > until:
                    return


def attempt(target: Target, body: bytes) -> Failure | None:
    """Call a target; whatever it raises is a failure."""
    try:
        target.call(body)
    except Exception as error:
        trace = "".join(traceback.format_exception(error, limit=-12))
        frames = traceback.extract_tb(error.__traceback__)
        place = _place([(f.filename, str(f.lineno), f.name) for f in reversed(frames)])
        return Failure("exception", f"{type(error).__name__} in {place}", trace[-6_000:])
    return None


def _place(frames: Sequence[tuple[str, str, str]]) -> str:
    """Name the innermost frame of the project's own code, innermost first in `frames`."""
    for path, line, function in frames:
        for part in _OURS:
            if part in path and "site-packages" not in path:
                return f"{part[1:]}{path.rpartition(part)[2]}:{line} ({function})"
    return f"{frames[0][0]}:{frames[0][1]} ({frames[0][2]})" if frames else "unknown code"


def fuzz(names: Sequence[str], seconds: float, seed: int, *, say: bool = True) -> dict[str, Tally]:
    """Run each target for its share of the time, in rounds of a minute a target at most."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    tallies = {name: Tally() for name in names}
    working_folder()  # here, for the children cannot clear up
    corpora = {}
    for name in names:  # in this process, so that no child pays for tables and models again
        corpora[name] = [body for body in TARGETS[name].corpus() if body]
        if name != "reprints":  # an SQLite handle must not cross a fork
            attempt(TARGETS[name], corpora[name][0])
    rounds = max(1, round(seconds / len(names) / 60))
    share = seconds / len(names) / rounds
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for turn in range(rounds):
            for name in names:

                def bodies(first: int, name: str = name) -> Iterator[bytes]:
                    return (draw(seed, name, n, corpora[name]) for n in count(first))

                _spend(TARGETS[name], tallies[name], bodies, share, Path(folder))
                if say:
                    tally = tallies[name]
                    print(
                        f"round {turn + 1}/{rounds} {name:14}{tally.runs:8} inputs, "
                        f"{len(tally.found)} failures",
                        flush=True,
                    )
    return tallies


def _spend(
    target: Target,
    tally: Tally,
    bodies: Callable[[int], Iterator[bytes]],
    share: float,
    folder: Path,
) -> None:
    until = time.monotonic() + share
    while (left := until - time.monotonic()) > 0:
        first = tally.runs
        slice_ = Slice(target, folder)
        began = time.monotonic()
        done, size, death = slice_.run(bodies(first), left)
        tally.seconds += time.monotonic() - began
        tally.runs += done
        tally.size += size
        for number, failure, body in slice_.raised():
            tally.add(failure, body, first + number)
        if death is not None:
            tally.add(death, slice_.in_flight(), tally.runs)
            tally.runs += 1


def shrink(target: Target, found: Found, seconds: float = SHRINKING) -> bytes:
    """Take out of an input what its failure does not need, as long as the time allows."""
    body, until = found.body, time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:

        def fails(candidate: bytes) -> bool:
            slice_ = Slice(target, Path(folder))
            _, _, death = slice_.run(iter([candidate]), 60)
            failures = [failure for _, failure, _ in slice_.raised()] + ([death] if death else [])
            return any(failure.key == found.failure.key for failure in failures)

        step = max(1, len(body) // 2)
        while time.monotonic() < until:
            at = 0
            while at < len(body) and time.monotonic() < until:
                candidate = body[:at] + body[at + step :]
                if candidate and fails(candidate):
                    body = candidate
                else:
                    at += step
            if step == 1:
                break
            step //= 2
    return body


def save(tallies: dict[str, Tally], folder: Path) -> None:
    """Write the shortest input of each failure, and its traceback beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, tally in tallies.items():
        for key, found in tally.found.items():
            stem = folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
            stem.with_suffix(".bin").write_bytes(found.body)
            stem.with_suffix(".txt").write_text(f"{key}\n\n{found.failure.trace}", "utf-8")


def report(tallies: dict[str, Tally]) -> tuple[str, bool]:
    """Give the table and the failures; passed is: none at all, and no target without a run."""
    lines = [f"{'target':14}{'inputs':>10}{'MB':>8}{'a second':>10}{'failures':>10}"]
    for name, tally in tallies.items():
        pace = tally.runs / tally.seconds if tally.seconds else 0.0
        lines.append(
            f"{name:14}{tally.runs:10}{tally.size / 1e6:8.1f}{pace:10.1f}{len(tally.found):10}"
        )
    for name, tally in tallies.items():
        for key, found in tally.found.items():
            shown = repr(found.body[:200]) + (" …" if len(found.body) > 200 else "")
            lines.append(f"\n{name}: {found.failure.kind}: {key}, {found.times} times")
            lines.append(f"  input {found.number}, {len(found.body)} bytes: {shown}")
            lines += [f"  {line}" for line in found.failure.trace.strip().splitlines()[-14:]]
    kinds = [found.failure.kind for tally in tallies.values() for found in tally.found.values()]
    passed = not kinds and all(tally.runs for tally in tallies.values())
    hangs = kinds.count("hang")
    lines.append(
        f"{sum(t.runs for t in tallies.values())} inputs: {len(kinds) - hangs} distinct crashes "
        f"and exceptions, {hangs} hangs: {'pass' if passed else 'FAIL'}"
    )
    return "\n".join(lines), passed


def main(arguments: Sequence[str] = ()) -> int:
    """Fuzz and print; gives 0 for a pass, 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="for all targets together")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same inputs")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="only these")
    parser.add_argument("--save", type=Path, help="folder for the inputs that failed")
    options = parser.parse_args(arguments)
    names = options.target or list(TARGETS)
    print(f"fuzz: {len(names)} targets, {options.minutes:g} minutes, seed {options.seed}")
    tallies = fuzz(names, options.minutes * 60, options.seed)
    for name, tally in tallies.items():
        for found in tally.found.values():
            found.body = shrink(TARGETS[name], found)
    if options.save:
        save(tallies, options.save)
    table, passed = report(tallies)
    print(table)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
