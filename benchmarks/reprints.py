"""Reprints found, forms and columns kept apart, and what that costs, beside peers."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import reprint_texts as texts
from benchmarks.reprint_cost import cost_rows, growth_rows
from benchmarks.reprint_kills import kill_rows
from benchmarks.reprint_peers import Finder, peers
from pipelines.charset import repair
from pipelines.charset.script import fold_script
from pipelines.dedup import ReprintIndex
from pipelines.dedup.folding import fold
from pipelines.dedup.verify import verify
from tests.charset.simulator import gbk_only
from tests.charset.sound import lines
from tests.web.damage import spin, spoil

Mutation = Callable[[random.Random, str, Sequence[str]], str]


def _other_script(rng: random.Random, text: str, others: Sequence[str]) -> str:
    flat = fold_script(text)
    return spin(text) if flat == text else flat


def _spun_and_repaired(rng: random.Random, text: str, others: Sequence[str]) -> str:
    flat = fold_script(text)
    writable = "".join(c for c in flat if gbk_only(c) and gbk_only(spin(c)))
    return repair("\n".join(spoil(writable.split("\n"), noted=True, slipped=True))).text


def _first_half(rng: random.Random, text: str, others: Sequence[str]) -> str:
    return text[: len(text) // 2]


MUTATIONS: dict[str, tuple[str, Mutation]] = {
    "30 % of sentences changed": (
        ".97",
        lambda r, t, o: texts.with_other_sentences(r, t, o, 0.3),
    ),
    "50 % of sentences changed": (
        ".80",
        lambda r, t, o: texts.with_other_sentences(r, t, o, 0.5),
    ),
    "10 % of characters edited": (".97", lambda r, t, o: texts.with_edits(r, t, o, 0.1)),
    "20 % of characters edited": (".60", lambda r, t, o: texts.with_edits(r, t, o, 0.2)),
    "new head, tail and title": (".99", lambda r, t, o: texts.with_other_frame(r, t)),
    "other script": (".995", _other_script),
    "spun, misaligned, repaired": (".98", _spun_and_repaired),
    "first half only": (".95", _first_half),
    "second half only": ("-", lambda r, t, o: t[len(t) // 2 :]),
}


def _recall(
    rng: random.Random, finders: dict[str, Finder], originals: Sequence[str], queries: int
) -> Iterator[str]:
    for number, text in enumerate(originals):
        for finder in finders.values():
            finder.add(f"original {number}", text)
    asked = rng.sample(range(len(originals)), queries)
    for name, (must, mutate) in MUTATIONS.items():
        found = dict.fromkeys(finders, 0)
        for place in asked:
            copy = mutate(rng, originals[place], originals)
            for peer, finder in finders.items():
                found[peer] += f"original {place}" in finder.near(f"{name} {place}", copy)
        yield _row(f"{name} (must {must})", {k: n / queries for k, n in found.items()})


def _row(name: str, figures: dict[str, float]) -> str:
    return f"{name:<46}" + "".join(f"{value:>12.4f}" for value in figures.values())


def _merged(finders: dict[str, Finder], groups: Sequence[Sequence[str]]) -> dict[str, float]:
    """Give the share of texts that are taken for another one of their group."""
    wrong = dict.fromkeys(finders, 0)
    for group, members in enumerate(groups):
        for number, text in enumerate(members):
            for peer, finder in finders.items():
                wrong[peer] += bool(finder.add(f"{group}/{number}", text))
    count = sum(map(len, groups))
    return {peer: n / count for peer, n in wrong.items()}


def _copies(
    rng: random.Random, finders: dict[str, Finder], groups: Sequence[Sequence[str]]
) -> dict[str, float]:
    """Give the share of texts whose copy on another site is found for theirs and no other's."""
    asked = [(g, n) for g, members in enumerate(groups) for n in range(0, len(members), 4)]
    right = dict.fromkeys(finders, 0)
    for group, number in asked:
        copy = texts.with_other_frame(rng, groups[group][number])
        for peer, finder in finders.items():
            near = finder.near(f"copy {group}/{number}", copy)
            right[peer] += near == {f"{group}/{number}"}
    return {peer: n / len(asked) for peer, n in right.items()}


def _alike(rng: random.Random, finders: Callable[[], dict[str, Finder]]) -> Iterator[str]:
    forms = [[texts.filled(rng, form) for _ in range(60)] for form in texts.FORMS]
    lots = [list(texts.lots(rng, form)) for form in texts.FORMS for _ in range(5)]
    columns = [
        [texts.issue(rng, name, variants) for _ in range(40)]
        for name, variants in texts.COLUMNS.items()
    ]
    for name, groups in (
        ("notices of one form, merged (must .005)", forms),
        ("lots of one tender, merged", lots),
        ("issues of one column, merged (must .005)", columns),
    ):
        here = finders()
        yield _row(name, _merged(here, groups))
        yield _row("  their copies elsewhere, found as such", _copies(rng, here, groups))


PASSAGE = 12  # characters; one in ten of a text's runs of these is no chance


def _share_passages(a: str, b: str) -> bool:
    """Tell whether two texts have whole passages in common, by their text alone."""
    left, right = (
        {folded[i : i + PASSAGE] for i in range(len(folded) - PASSAGE + 1)}
        for folded in (fold(a), fold(b))
    )
    return len(left & right) >= 0.1 * min(len(left), len(right))


def _unrelated(rng: random.Random, folder: Path, directly: int) -> Iterator[str]:
    """Compare some 1500 real articles with each other, and pairs of them without the index."""
    texts_here = texts.documents(rng, 10_000, least=250)
    count = len(texts_here)
    merged: list[tuple[int, int]] = []
    with ReprintIndex(folder / "unrelated.db") as index:
        for number, text in enumerate(texts_here):
            match = index.add(str(number), text)
            if match is not None:
                merged.append((number, int(match.key)))
    passages = sum(_share_passages(texts_here[a], texts_here[b]) for a, b in merged)
    yield (
        f"of {count * (count - 1) // 2} pairs of real articles merged by the index: "
        f"{len(merged) - passages} (must 0), and {passages} that share passages"
    )
    pairs = [rng.sample(texts_here, 2) for _ in range(directly)]
    found = [pair for pair in pairs if verify(*pair) is not None]
    passages = sum(_share_passages(*pair) for pair in found)
    yield (
        f"of {directly} random pairs merged by verification alone: {len(found) - passages} "
        f"(must 0), and {passages} that share passages"
    )


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; options --documents, --queries, --pairs, --seed, --growth, --kills."""
    options = argparse.ArgumentParser(prog="python -m benchmarks reprints")
    options.add_argument("--documents", type=int, default=2000)
    options.add_argument("--queries", type=int, default=200)
    options.add_argument("--pairs", type=int, default=20_000, help="compared without the index")
    options.add_argument("--seed", type=int, default=20261124)
    options.add_argument("--growth", default="", help="sizes of the index, such as 10000,100000")
    options.add_argument("--kills", type=int, default=0, help="of processes that add")
    options.add_argument("--only", default="", help="one peer, or qingyuan")
    chosen = options.parse_args(arguments)
    if not lines("cmrc2018_zh_hans"):
        print("reprints: no texts beside the checkout (../shared/data/text)")
        return 0
    rng = random.Random(chosen.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        count = 0

        def finders() -> dict[str, Finder]:
            nonlocal count
            count += 1
            return peers(Path(folder) / str(count), chosen.only)

        print(f"{'':<46}" + "".join(f"{name:>12}" for name in finders()))
        originals = texts.documents(rng, chosen.documents)
        here = finders()
        for line in _recall(rng, here, originals, chosen.queries):
            print(line, flush=True)
        if "qingyuan" in here:
            for line in _unrelated(rng, Path(folder), chosen.pairs):
                print(line, flush=True)
        for line in _alike(rng, finders):
            print(line, flush=True)
        for line in cost_rows(originals):
            print(line, flush=True)
    if chosen.growth:
        for line in growth_rows(chosen.growth):
            print(line, flush=True)
    for line in kill_rows(rng, chosen.kills) if chosen.kills else ():
        print(line, flush=True)
    print(f"all in {time.monotonic() - started:.0f} s")
    return 0
