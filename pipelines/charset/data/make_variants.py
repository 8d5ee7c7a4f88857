"""Writes variants.tsv: how often writers of traditional script use the form that a table gives.

A table of single characters writes 后 in 以后 and in 皇后; writers use it in 皇后 alone. Each row
is a form of the table, the forms it never gives, the percentage of the table's form in all words,
and the percentages after and before certain characters (simplified), where they differ. The source
is rime-essay's word list with frequencies; give the path of its essay.txt.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

from opencc import OpenCC

from pipelines.charset.script import fold_script

# What spinners' tables convert although the character is traditional, too.
CONVERTED = {"台": "臺", "着": "著", "准": "準", "并": "並", "鉴": "鑒"}
# Forms that writers of Taiwan and Hong Kong hardly use for the others; not 占 布 周 托 卷 症.
TELLING = "于后里系云几余志采筑么范干愿游制斗征冲丑仆划厂价党儿亏凭岩杰辟郁据帘朴机杠极柜栖"
FEWEST, FEWEST_BESIDE, SURE, DIFFERENCE = 300, 40, 1000, 15


def main(essay: Path) -> None:
    """Count the forms in the words of all three standards of traditional script."""
    standards = [OpenCC("t2tw").convert, OpenCC("t2hk").convert]
    lines = [line.partition("\t") for line in essay.read_text("utf-8").splitlines()]
    counted = {word: float(count) for word, _, count in lines if float(count or 0)}
    # OpenCC takes some minutes for this.
    whole = "\n".join(counted)
    written = [whole.split("\n"), *(convert(whole).split("\n") for convert in standards)]
    words = [
        (set(forms), fold_script(forms[0]), counted[forms[0]])
        for forms in zip(*written, strict=True)
    ]
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for ways, folded, frequency in words:
        for form in ways:
            for plain, character in zip(folded, form, strict=True):
                forms[plain][character] += int(frequency)
    table = {plain: _table_form(plain, seen) for plain, seen in forms.items()}
    alone: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    beside: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for ways, folded, frequency in words:
        for i, plain in enumerate(folded):
            same = any(form[i] == table[plain] for form in ways)
            keys = [(plain, folded[i - 1] + "_")] if i else []
            keys += [(plain, "_" + folded[i + 1])] if i + 1 < len(folded) else []
            for counts in [alone[plain], *(beside[key] for key in keys)]:
                counts[0] += frequency * same
                counts[1] += frequency
    rows = []
    for plain, (naive, total) in sorted(alone.items()):
        share = 100 * naive / total
        never = "".join(c for c, n in forms[plain].items() if c != table[plain] and n >= FEWEST)
        if plain not in TELLING or not never or share > 98 or total < FEWEST:
            continue
        row = [table[plain], never, f"{share:.0f}"]
        for (character, context), (also, every) in sorted(beside.items()):
            if character != plain or every < FEWEST_BESIDE:
                continue
            # 于是 is never 於是's form; that tells more than that 于 is rare.
            never_here = not also and every >= SURE
            if abs(100 * also / every - share) >= DIFFERENCE or never_here:
                row.append(f"{context}{100 * also / every:.0f}")
        rows.append("\t".join(row))
    Path(__file__).with_name("variants.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(rows)} rows")


def _table_form(plain: str, seen: Counter[str]) -> str:
    if plain in CONVERTED:
        return CONVERTED[plain]
    return plain if seen[plain] >= FEWEST else seen.most_common(1)[0][0]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
