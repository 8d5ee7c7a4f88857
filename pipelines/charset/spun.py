"""Puts a page that a naive table turned into traditional script back into simplified script."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np

from crawler.items import Damage
from pipelines.charset.notes import KIND as NOTE
from pipelines.charset.runs import KIND as RUN
from pipelines.charset.script import codes, fold_codes, fold_script, text_of
from pipelines.charset.traditional import visible, words
from pipelines.charset.variants import PROOF, evidence_of_table

KIND = "spun_script"

# Addresses are names: a changed character breaks the link. The sign that stands in all of them is
# looked for first, for a page has thousands of attributes.
_QUOTED = re.compile("""=\\s*(?:"[^"]*"|'[^']*')""")
_ADDRESS = re.compile(r"\b(?:href|src|srcset|action|data-[\w-]+)\s*$")


def restore_script(text: str, earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Convert a spun page back, character by character; genuine traditional text stays."""
    proven = any(damage.kind in (NOTE, RUN) for damage in earlier)
    evidence = 2 * PROOF if proven else evidence_of_table(visible(text))
    if evidence < PROOF:
        return text, ()
    restored = _fold(text)
    changed = np.flatnonzero(codes(text) != codes(restored)).tolist()
    if not changed:
        return text, ()
    before = "".join(dict.fromkeys(text[at] for at in changed))
    span = (changed[0], changed[-1] + 1)
    confidence = round(1 - math.exp(-evidence / 2), 3)
    return restored, (Damage(KIND, span, before, _mapped(before), confidence),)


def _mapped(text: str) -> str:
    return fold_script(text).replace("著", "着")


@cache
def _kept() -> tuple[re.Pattern[str], dict[str, str]]:
    """Find the kept words in folded text, where they have lost the character that is theirs."""
    by_folded = {_mapped(word): word for word in words("kept_words.txt")}
    return re.compile("|".join(by_folded)), by_folded


def _fold(text: str) -> str:
    """Map one to one, so that offsets stay, but for addresses and words like 著名."""
    written = codes(text)
    result = fold_codes(written)
    # The table leaves 著 alone, which is a word of its own; here it stands for 着.
    result[result == ord("著")] = ord("着")
    pattern, by_folded = _kept()
    for match in pattern.finditer(text_of(result)):
        word, at = codes(by_folded[match[0]]), slice(*match.span())
        result[at] = np.where(written[at] == word, word, result[at])
    for match in _QUOTED.finditer(text):
        start, end = match.span()
        if not match[0].isascii() and _ADDRESS.search(text, max(0, start - 40), start):
            result[start:end] = written[start:end]
    return text_of(result)
