"""Writes han.ngrams and marks.ngrams from word models that input methods are built with.

The sources are Debian packages (bookworm); in an empty folder:

    apt-get source --download-only libime          # needs deb-src; libime_*.orig.tar.xz
    apt-get download rime-essay sunpinyin-data sunpinyin-utils
    for each of the three: dpkg -x FILE.deb .
    tar xf libime_*.orig.tar.xz && tar xf libime-*/data/lm_sc.arpa-*.tar.xz
    usr/bin/tslminfo -v usr/lib/*/sunpinyin/data/lm_sc.t3g > sunpinyin.arpa

Then `python -m pipelines.charset.model.make_model FOLDER`. Each file keeps the licence of what it
was made from, beside it. A word model gives the joint probability of words in a row, so the
expected count of every character n-gram within and across its words is a sum over its entries.
"""

from __future__ import annotations

import math
import re
import struct
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from pipelines.charset.model.language import MARKS
from pipelines.charset.model.ngrams import SCALE, WORST, pack
from pipelines.charset.script import fold_script

HERE = Path(__file__).parent
HAN_RANGE = "〇㐀-䶿一-鿿"
HAN = re.compile(f"[{HAN_RANGE}]+")
LONGEST = 3
# What a context leaves to characters not seen behind it, at the least.
LEAST_LEFT = 0.08
# Words of rime-essay that the word model lacks get this share of what their frequency says.
ESSAY_SHARE = 0.3
# Entries that say less than this (nats, weighted by count) are left to the shorter context.
KEEP = 2e-9

Words = tuple[str, ...]
Counts = dict[str, float]


class WordModel:
    """Words in a row with their joint probabilities, and what follows a word unforeseen."""

    def __init__(self) -> None:
        self.joint: list[tuple[Words, float]] = []
        self.first: Counts = defaultdict(float)  # word-initial characters after a back-off


def read_libime(folder: Path) -> WordModel:
    """Read the Kneser-Ney model of libime; word probabilities are found by power iteration."""
    names: list[str] = []
    number: dict[str, int] = {}
    backed: list[float] = []
    one, two, after, three, third = [], [], [], [], []
    for order, line in _sections(folder / "lm_sc.arpa"):
        fields = line.split("\t")
        words = fields[1].split(" ")
        if order == 1:
            number[words[0]] = len(names)
            names.append(fold_script(words[0]))
            backed.append(0.0 if words[0] == "<unk>" else 10 ** float(fields[0]))
        elif order == 2:
            one.append(number[words[0]])
            two.append(number[words[1]])
            after.append(10 ** float(fields[0]))
        else:
            three.append([number[word] for word in words])
            third.append(10 ** float(fields[0]))
    unseen = np.array(backed)
    unseen /= unseen.sum()
    first, second, follows = np.array(one), np.array(two), np.array(after)
    left = np.clip(1 - np.bincount(first, follows, len(names)), 0.02, 1)
    word = unseen
    for _ in range(30):
        word = np.bincount(second, word[first] * follows, len(names)) + (word * left).sum() * unseen
        word /= word.sum()
    model = WordModel()
    model.joint += [((name,), float(p)) for name, p in zip(names, word, strict=True)]
    pairs = word[first] * follows
    model.joint += [
        ((names[a], names[b]), p) for a, b, p in zip(one, two, pairs.tolist(), strict=True)
    ]
    known = {(a, b): p for a, b, p in zip(one, two, pairs.tolist(), strict=True)}
    model.joint += [
        ((names[a], names[b], names[c]), known[a, b] * p)
        for (a, b, c), p in zip(three, third, strict=True)
        if (a, b) in known
    ]
    for name, p in zip(names, unseen.tolist(), strict=True):
        if HAN.match(name):
            model.first[name[0]] += p
    _add_essay(model, folder)
    return model


def _add_essay(model: WordModel, folder: Path) -> None:
    known = {words[0]: p for words, p in model.joint if len(words) == 1}
    essay: Counts = defaultdict(float)
    for line in (folder / "usr/share/rime-data/essay.txt").read_text("utf-8").splitlines():
        word, _, count = line.partition("\t")
        if len(word) > 1:
            essay[fold_script(word)] += float(count or 0)
    shared = [word for word in essay if word in known]
    scale = sum(known[word] for word in shared) / sum(essay[word] for word in shared)
    model.joint += [
        ((word,), ESSAY_SHARE * scale * count)
        for word, count in essay.items()
        if count and word not in known
    ]


def read_sunpinyin(folder: Path) -> WordModel:
    """Read the model of open-gram, which has punctuation among its words."""
    packed = next(folder.glob("usr/lib/*/sunpinyin/data/pydict_sc.bin")).read_bytes()
    (offset,) = struct.unpack_from("<I", packed, 8)
    names = packed[offset:].decode("utf-32-le").split("\0")
    model = WordModel()
    joint: dict[tuple[int, ...], float] = {}
    for order, line in _sections(folder / "sunpinyin.arpa"):
        fields = re.split(r"[\s(),]+", line.strip())
        key = tuple(map(int, fields[:order]))
        # Katz: the probability of a word is its share of the text.
        joint[key] = math.exp(-float(fields[order])) * (joint[key[:-1]] if order > 1 else 1.0)
    model.joint = [(tuple(names[i] for i in key), p) for key, p in joint.items() if 0 not in key]
    return model


def _sections(path: Path) -> Iterator[tuple[int, str]]:
    order = 0
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("\\"):
                order = int(line[1]) if line[1].isdigit() else 0
            elif order and line.strip():
                yield order, line.rstrip("\n")


def count_characters(
    joint: Iterable[tuple[Words, float]], letters: re.Pattern[str]
) -> list[Counts]:
    """Sum the expected counts of the character n-grams, by length, that these words make up."""
    counts: list[Counts] = [defaultdict(float) for _ in range(LONGEST + 1)]
    for words, p in joint:
        if not all(letters.fullmatch(word) for word in words):
            continue
        text = "".join(words)
        # An n-gram is counted where all the words are in it, in part at the ends: once each.
        inner = len(text) - len(words[0]) - len(words[-1])
        if len(words) == 1:
            spans = [(i, j) for i in range(len(text)) for j in range(i + 1, len(text) + 1)]
        else:
            cut, last = len(words[0]), len(words[0]) + inner
            spans = [(i, j) for i in range(cut) for j in range(last + 1, len(text) + 1)]
        for i, j in spans:
            if j - i <= LONGEST:
                counts[j - i][text[i:j]] += p
    return counts


def build(counts: list[Counts], unseen: Counts, wanted: re.Pattern[str] | None = None) -> bytes:
    """Make the tables of one file; of the n-grams only those that `wanted` finds."""
    share_of = 1 / sum(counts[1].values())
    after = 1 / (sum(unseen.values()) or 1.0)
    base = {
        c: (0.85 * unseen.get(c, 0.0) * after + 0.15 * p * share_of) if unseen else p * share_of
        for c, p in counts[1].items()
    }
    characters = "".join(sorted(base))
    bigrams, weight_one = _explicit(counts[2], counts[1], base, lambda _key: 1.0)
    full_two = {key: p + weight_one[key[0]] * base[key[1]] for key, p in bigrams.items()}
    # Words that follow each other unforeseen make up contexts, too.
    contexts = counts[2] | {key: p * counts[1][key[0]] for key, p in full_two.items()}

    def lower(key: str) -> float:
        pair = key[-2:]
        return full_two.get(pair) or weight_one.get(pair[0], 1.0) * base[pair[1]]

    trigrams, weight_two = _explicit(counts[3], contexts, {}, lower)
    full_three = {key: p + weight_two[key[:2]] * lower(key) for key, p in trigrams.items()}
    if wanted:
        full_three = {key: p for key, p in full_three.items() if wanted.search(key)}
        needed = {key[:2] for key in full_three}
        full_two = {k: p for k, p in full_two.items() if wanted.search(k) or k in needed}
    for key in full_three:
        full_two.setdefault(key[:2], weight_one.get(key[0], 1.0) * base[key[1]])
    return _lay_out(
        characters=characters,
        base=base,
        weight_one=weight_one,
        bigrams=full_two,
        weight_two=weight_two,
        trigrams=full_three,
    )


def _explicit(
    counts: Counts, contexts: Counts, base: Counts, lower: Callable[[str], float]
) -> tuple[Counts, Counts]:
    """Give the n-grams worth keeping with their share after their context, and what is left."""
    kept: Counts = {}
    taken: Counts = defaultdict(float)
    for key, count in counts.items():
        context = contexts.get(key[:-1])
        if not context:
            continue
        p = min(count / context, 1.0)
        against = base[key[-1]] if base else lower(key)
        if count * abs(math.log(p / (0.4 * against))) > KEEP:
            kept[key] = p
            taken[key[:-1]] += p
    left = {context: max(LEAST_LEFT, 1 - p) for context, p in taken.items()}
    scale = {context: (1 - left[context]) / p for context, p in taken.items()}
    return {key: p * scale[key[:-1]] for key, p in kept.items()}, defaultdict(lambda: 1.0, left)


def _byte(p: float) -> int:
    return min(WORST, max(0, round(-math.log(max(p, 1e-12)) * SCALE)))


def _lay_out(
    *,
    characters: str,
    base: Counts,
    weight_one: Counts,
    bigrams: Counts,
    weight_two: Counts,
    trigrams: Counts,
) -> bytes:
    number = {c: i for i, c in enumerate(characters)}
    two = sorted(bigrams, key=lambda key: [number[c] for c in key])
    three = sorted(trigrams, key=lambda key: [number[c] for c in key])
    place = {key: i for i, key in enumerate(two)}
    bigram_at = np.zeros(len(characters) + 1, "<u4")
    np.add.at(bigram_at, [number[key[0]] + 1 for key in two], 1)
    trigram_at = np.zeros(len(two) + 1, "<u4")
    np.add.at(trigram_at, [place[key[:2]] + 1 for key in three], 1)
    parts = [
        bytes(_byte(base[c]) for c in characters),
        bytes(_byte(weight_one[c]) for c in characters),
        np.cumsum(bigram_at, dtype="<u4").tobytes(),
        np.array([number[key[1]] for key in two], "<u2").tobytes(),
        bytes(_byte(bigrams[key]) for key in two),
        bytes(_byte(weight_two[key]) for key in two),
        np.cumsum(trigram_at, dtype="<u4").tobytes(),
        np.array([number[key[2]] for key in three], "<u2").tobytes(),
        bytes(_byte(trigrams[key]) for key in three),
    ]
    return pack(parts, characters, len(two), len(three))


def main(folder: Path) -> None:
    """Make both files from the unpacked sources in a folder."""
    libime = read_libime(folder)
    counts = count_characters(libime.joint, HAN)
    (HERE / "han.ngrams").write_bytes(build(counts, libime.first))
    counts = count_characters(read_sunpinyin(folder).joint, re.compile(f"[{HAN_RANGE}{MARKS}]+"))
    marks = re.compile(f"[{MARKS}]")
    (HERE / "marks.ngrams").write_bytes(build(counts, {}, marks))
    for name in ("han.ngrams", "marks.ngrams"):
        print(name, (HERE / name).stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
