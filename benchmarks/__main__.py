"""`python -m benchmarks [NAME [OPTIONS]]`: runs all benchmarks, or the named one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from benchmarks import charset, crawl, extraction, healing, reprints

BENCHMARKS: dict[str, Callable[[Sequence[str]], int]] = {
    "crawl": crawl.main,
    "charset": charset.main,
    "extraction": extraction.main,
    "reprints": reprints.main,
    "healing": healing.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks; gives 0 when each one passed, 1 when one failed, 2 for wrong usage."""
    name = arguments[0] if arguments else None
    if name is not None and name not in BENCHMARKS:
        print(f"usage: python -m benchmarks [{'|'.join(BENCHMARKS)} [OPTIONS]]", file=sys.stderr)
        return 2
    chosen = tuple(BENCHMARKS) if name is None else (name,)
    return max([BENCHMARKS[each](arguments[1:]) for each in chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
