"""Charset repair beside its peers, on the half of the text that nothing was tuned on."""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable, Sequence

from rapidfuzz.distance import Levenshtein

from benchmarks.charset_cost import cost_rows
from pipelines.charset import decode, repair
from tests.charset import simulator
from tests.charset.sound import lines, sound_documents
from tests.web.damage import annotate, readings, slip, spin

Text = Callable[[str], str]
Bytes = Callable[[bytes, str | None], str]


def accuracy(repaired: str, truth: str) -> float:
    """Give the share of characters right: 1 - Levenshtein distance / length of the truth."""
    return max(0.0, 1 - Levenshtein.distance(repaired, truth) / max(1, len(truth)))


def text_peers() -> dict[str, Text]:
    """Repairers of text, at the settings their manuals recommend."""
    import ftfy
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    return {
        "qingyuan": lambda text: repair(text).text,
        "as it is": lambda text: text,
        "ftfy": ftfy.fix_text,
        "OpenCC t2s": convert,
    }


def byte_peers() -> dict[str, Bytes]:
    """Decoders of bytes, at the settings their manuals recommend."""
    import cchardet
    import chardet
    import charset_normalizer
    import trafilatura.utils
    from w3lib.encoding import html_to_unicode

    def detected(name: str | None, body: bytes) -> str:
        try:
            return body.decode(name or "utf-8", "replace")
        except LookupError:
            return body.decode("utf-8", "replace")

    return {
        "qingyuan": lambda body, header: decode(body, header).text,
        "charset-normalizer": lambda body, _: str(charset_normalizer.from_bytes(body).best() or ""),
        "chardet": lambda body, _: detected(chardet.detect(body)["encoding"], body),
        "faust-cchardet": lambda body, _: detected(cchardet.detect(body)["encoding"], body),
        "w3lib": lambda body, header: html_to_unicode(header, body)[1],
        "trafilatura": lambda body, _: trafilatura.utils.decode_file(body),
    }


def row(name: str, must: str, figures: dict[str, str]) -> None:
    """Print one row: ours first, then the peers'."""
    shown = "  ".join(f"{peer} {figure}" for peer, figure in figures.items())
    print(f"{name:<34} must {must:<10} {shown}", flush=True)


def share(values: Sequence[float]) -> str:
    """Show a mean as a percentage."""
    return f"{100 * statistics.fmean(values):.2f} %" if values else "-"


def byte_rows(rng: random.Random, hans: list[str], hant: list[str], count: int) -> None:
    """Decode pages of 400 and of 60 characters, and mixed ones."""
    peers = byte_peers()
    for size, must in ((450, "99.5 %"), (60, "99 %")):
        pages = [
            page
            for _ in range(count)
            for page in simulator.byte_pages(
                rng, "".join(rng.sample(hans, 3))[:size], "".join(rng.sample(hant, 3))[:size]
            )
        ]
        for kind in ("none", "lying", "conflict", "cut", "bad_byte"):
            chosen = [page for page in pages if page.kind == kind]
            figures = {
                peer: share(
                    [
                        Levenshtein.distance(read(page.body, page.content_type), page.truth) <= 6
                        for page in chosen
                    ]
                )
                for peer, read in peers.items()
            }
            row(f"pages of {size}: {kind}", must, figures)
    mixed = [
        page
        for _ in range(count)
        for page in simulator.mixed_pages(rng, "".join(rng.sample(hans, 4)), rng.choice(hans))
    ]
    figures = {
        peer: share([accuracy(read(page.body, None), page.truth) for page in mixed])
        for peer, read in peers.items()
    }
    row("mixed pages: characters", "99 %", figures)


def spun_rows(rng: random.Random, hans: list[str], count: int) -> None:
    """Undo notes, script and runs on pages of eight paragraphs."""
    peers = text_peers()
    pages = [rng.sample(hans, 8) for _ in range(count)]
    table = set(map(spin, "".join(hans)))
    for name, must, coverage, slipped in (
        ("spun script alone", "99.9 %", 0.0, False),
        ("notes only", "99.95 %", 0.67, False),
        ("runs alone", "-", 0.0, True),
        ("40 % notes and runs", "99.3 %", 0.4, True),
        ("100 % notes and runs", "98 %", 1.0, True),
    ):
        damaged = []
        for page in pages:
            spun = [spin(line) for line in page]
            converted = sorted({c for line in spun for c in line if c in table})
            notes = readings("".join(c for c in converted if rng.random() < coverage))
            make = slip if slipped else annotate
            damaged.append(("\n".join(make(line, notes) for line in spun), "\n".join(page)))
        figures = {
            peer: share([accuracy(mend(text), truth) for text, truth in damaged])
            for peer, mend in peers.items()
        }
        row(name, must, figures)
    found = [spin("\n".join(rng.sample(hans, 3))[:320]) for _ in range(count * 30)]
    row(
        "spun pages of 320 recognised",
        "95 %",
        {"qingyuan": share([repair(t).text != t for t in found])},
    )
    found = [spin("\n".join(rng.sample(hans, 8))[:1000]) for _ in range(count * 10)]
    row(
        "spun pages of 1,000 recognised",
        "95 %",
        {"qingyuan": share([repair(t).text != t for t in found])},
    )


def run_rows(hans: list[str]) -> None:
    """Score the runs of all paragraphs that have one, for both habits of decoders."""
    for habit, read in (("php", simulator.cp936), ("whatwg", simulator.whatwg)):
        first, interior, whole = [], [], []
        for line in hans:
            slipped = simulator.slip_tracked(spin(line), read)
            if not slipped.runs:
                continue
            # The script is another row's matter: put the truth through the same table.
            fixed = repair(slipped.text).text
            truth = line if len(line) == len(slipped.truth) else slipped.truth
            if Levenshtein.distance(fixed, truth) > Levenshtein.distance(fixed, slipped.truth):
                truth = slipped.truth
            right: set[int] = set()
            for part in Levenshtein.opcodes(truth, fixed):
                if part.tag == "equal":
                    right.update(range(part.src_start, part.src_end))
            for run in slipped.runs:
                marks = [index in right for index in run]
                first.append(marks[0])
                interior += marks[1:]
                whole.append(all(marks))
        row(f"runs ({habit}, {len(whole)}): interior", "96 %", {"qingyuan": share(interior)})
        row(f"runs ({habit}): lost first", "90 %", {"qingyuan": share(first)})
        row(f"runs ({habit}): whole run", "80 %", {"qingyuan": share(whole)})


def mojibake_rows(rng: random.Random, hans: list[str], hant: list[str], count: int) -> None:
    """Undo wrong decodings of texts of 150 characters."""
    peers = text_peers()
    musts = {"gbk_as_latin": "100 %", "gbk_as_latin_wild": "99 %", "gbk_as_latin_ftfy": "99 %",
             "utf8_as_gb18030": "97 %", "utf8_as_gbk_replaced": "94 %", "utf8_as_gbk_php": "94 %",
             "utf8_twice": "85 %", "big5_as_gb18030": "100 %"}  # fmt: skip
    for name, damage in simulator.MOJIBAKE.items():
        texts = rng.sample(hant if name.startswith("big5") else hans, count * 4)
        codec = "big5" if name.startswith("big5") else "gbk"
        cases = [
            (damage(t), t) for t in (x[:150].encode(codec, "ignore").decode(codec) for x in texts)
        ]
        figures = {
            peer: share([accuracy(mend(shown), truth) for shown, truth in cases])
            for peer, mend in peers.items()
        }
        row(name, musts[name], figures)


def main(arguments: Sequence[str]) -> int:
    """Print all rows; 2 where the clean text is not beside the project."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks charset")
    parser.add_argument("--count", type=int, default=30, help="pages a row")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    hans = [t for t in lines("cmrc2018_zh_hans")[1::2] if simulator.gbk_only(t)]
    hant = list(lines("drcd_zh_hant")[1::2])
    if not hans:
        print("the clean text is not beside the project")
        return 2
    rng = random.Random(options.seed)
    byte_rows(rng, hans, hant, options.count)
    spun_rows(rng, hans, options.count)
    run_rows(hans)
    mojibake_rows(rng, hans, hant, options.count)
    changed = total = 0
    for _, text in sound_documents(rng, 10_000):
        changed += repair(text).text is not text
        total += 1
    row("false repairs", "0", {"qingyuan": f"{changed} of {total}"})
    for name, must, figures in cost_rows(rng, hans, hant, options.count):
        row(name, must, figures)
    return 0
