"""What a sound copy gives back of a damaged one: `python -m benchmarks healing [--texts N]`.

Real articles and the replica sites' stories are damaged on their bytes, repaired, and healed from
copies of themselves. A filling is right when it is what the truth has there, by an alignment of
the two whole texts.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from opencc import OpenCC
from rapidfuzz.distance import Levenshtein

from benchmarks.reprint_texts import documents, with_edits, with_other_sentences
from pipelines.charset import repair
from pipelines.dedup.heal import Healing, heal
from pipelines.dedup.places import is_open
from tests.charset.simulator import cp936, slip, spin, whatwg
from tests.web import SITES, truth

SHARE = 0.004  # of the bytes are lost: two or three places in a paragraph


def _utf8(text: str, rng: random.Random) -> str:
    body = bytearray(text.encode())
    for at in rng.sample(range(len(body)), max(1, int(SHARE * len(body)))):
        body[at] = 0xFF
    return body.decode("utf-8", "replace")


def _dropped(decode: Callable[[bytes], str]) -> Callable[[str, random.Random], str]:
    def damage(text: str, rng: random.Random) -> str:
        body = bytearray(text.encode("gbk", "ignore"))
        for at in sorted(rng.sample(range(len(body)), max(1, int(SHARE * len(body)))))[::-1]:
            body[at : at + rng.choice((1, 2))] = b""
        return decode(bytes(body))

    return damage


def _kun(text: str, rng: random.Random) -> str:
    return _utf8(text, rng).replace("\ufffd\ufffd", "锟斤拷锟斤拷")


def _marks(text: str, rng: random.Random) -> str:
    clauses = re.findall("[^，。！？；\n]+[，。！？；\n]*", text)
    for at in rng.sample(range(len(clauses)), max(1, len(clauses) // 12)):
        clauses[at] = re.sub("[^\x00-\x7f\n]", "?", clauses[at])
    return "".join(clauses)


def _slipped(text: str, _rng: random.Random) -> str:
    return slip(spin(text.encode("gbk", "ignore").decode("gbk")))


DAMAGES: dict[str, Callable[[str, random.Random], str]] = {
    "UTF-8, bytes broken": _utf8,
    "UTF-8, broken, then saved as GBK": _kun,
    "GBK, bytes dropped, read by a browser": _dropped(whatwg),
    "GBK, bytes dropped, read by PHP": _dropped(cp936),
    "clauses of question marks": _marks,
    "spun and cut": _slipped,
}
_S2T, _T2S = OpenCC("s2t"), OpenCC("t2s")


def _copies(rng: random.Random, text: str, others: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "the same text", text
    yield "another script", (_S2T if _T2S.convert(text) == text else _T2S).convert(text)
    yield "a fifth of the sentences others", with_other_sentences(rng, text, others, 0.2)
    yield "every fiftieth character edited", with_edits(rng, text, others, 0.02)
    yield "another article", rng.choice(others)


def expected(text: str, sound: str, span: tuple[int, int]) -> str:
    """Give what the truth has in the place of a span, by aligning the texts around it."""
    start = end = None
    for block in Levenshtein.opcodes(text, sound):
        if block.tag != "equal":
            continue
        if block.src_start < span[0]:
            start = block.dest_start + min(span[0], block.src_end) - block.src_start
        if block.src_end > span[1] and end is None:
            end = block.dest_start + max(span[1], block.src_start) - block.src_start
    return sound[start:end]


def _shown(text: str, copy: str, filling: Healing, whole: str) -> str:
    around = text[max(0, filling.span[0] - 12) : filling.span[1] + 12]
    right = expected(text, whole, filling.span)
    return f"{around!r}: {filling.after!r}, not {right!r}"


def main(arguments: Sequence[str]) -> int:
    """Measure; gives 0 when nothing was filled wrongly from a true copy."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks healing", description=__doc__)
    parser.add_argument("--texts", type=int, default=40, help="real articles to damage")
    parser.add_argument("--show", action="store_true", help="print what was filled wrongly")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    texts = documents(rng, options.texts)
    texts += [t.text for site in SITES for t in truth(site, "table") if len(t.text) > 200]
    counts: dict[tuple[str, str], Counter[str]] = {}
    for text in texts:
        others = [other for other in texts if other is not text]
        for kind, damage in DAMAGES.items():
            repaired = repair(damage(text, rng))
            whole = _sayable(kind, text)
            if not is_open(repaired.damages):
                continue
            before = Levenshtein.distance(repaired.text, whole)
            for name, copy in _copies(rng, whole, others):
                healed = heal(repaired.text, repaired.damages, copy)
                count = counts.setdefault((kind, name), Counter())
                count["texts"] += 1
                count["lost"] += before
                count["left"] += Levenshtein.distance(healed.text, whole)
                for filling in healed.damages:
                    if isinstance(filling, Healing):
                        right = expected(repaired.text, whole, filling.span) == filling.after
                        count["right" if right else "wrong"] += 1
                        if not right and options.show:
                            print(_shown(repaired.text, copy, filling, whole))
    wrong = 0
    print(f"{'damage':38} {'healed from':32} texts   lost   left filled wrong")
    for (kind, name), count in counts.items():
        filled = count["right"] + count["wrong"]
        wrong += count["wrong"] * (name in ("the same text", "another script", "another article"))
        print(
            f"{kind:38} {name:32} {count['texts']:5} {count['lost']:6} {count['left']:6} "
            f"{filled:6} {count['wrong']:5}"
        )
    return 1 if wrong else 0


def _sayable(kind: str, text: str) -> str:
    """Give what the damaged page was made of: GBK holds not every character."""
    return text if "GBK, bytes" not in kind and "spun" not in kind else _gbk(text)


def _gbk(text: str) -> str:
    return text.encode("gbk", "ignore").decode("gbk")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
