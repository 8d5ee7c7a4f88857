"""`python -m benchmarks [NAME [OPTIONS]]`: runs all short benchmarks, or the named one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from benchmarks import archive, charset, crawl, extraction, healing, politeness, reprints
from benchmarks.reliability import browser, fuzz, hostility, kills, soak, storage

BENCHMARKS: dict[str, Callable[[Sequence[str]], int]] = {
    "crawl": crawl.main,
    "archive": archive.main,
    "charset": charset.main,
    "extraction": extraction.main,
    "politeness": politeness.main,
    "reprints": reprints.main,
    "kills": kills.main,
    "storage": storage.main,
    "browser": browser.main,
    "fuzz": fuzz.main,
    "soak": soak.main,
    "hostility": hostility.main,
    "healing": healing.main,
}
# These take from half an hour to hours and run by their names only.
LONG = ("fuzz", "soak")


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks; gives 0 when each one passed, 1 when one failed, 2 for wrong usage."""
    name = arguments[0] if arguments else None
    if name is not None and name not in BENCHMARKS:
        print(f"usage: python -m benchmarks [{'|'.join(BENCHMARKS)} [OPTIONS]]", file=sys.stderr)
        return 2
    chosen = tuple(each for each in BENCHMARKS if each not in LONG) if name is None else (name,)
    return max([BENCHMARKS[each](arguments[1:]) for each in chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
