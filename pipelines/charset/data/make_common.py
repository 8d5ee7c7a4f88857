"""Writes common.tsv: each language's characters beyond ASCII, the most frequent first."""

from collections import defaultdict
from pathlib import Path

from opencc import OpenCC
from wordfreq import get_frequency_dict

LETTERS = 100
# Language, the word list it is counted in, how many characters are kept.
LANGUAGES = (
    ("hans", "zh", 3500),
    ("hant", "zh", 4000),
    ("ja", "ja", 2200),
    ("ko", "ko", 1400),
)
ALPHABETS = "ru uk bg el ar fa he vi tr pl cs sk hu ro sh lt lv fr de es it pt nl sv da nb fi is ca"
# Word lists have no punctuation: what comes first, and after the letters, in each script.
MARKS = {
    "hans": "，。、“”《》（）：；—？！·…　【】‘’",
    "hant": "，。、「」（）《》：；！？─—．…　『』【】〈〉·‧",
    "ja": "、。ー「」（）・　！？『』〜…【】",
    "ko": "“”‘’·「」…",
}
OTHER_MARKS = "’“”–—«»\xa0…‘„°·©®№•½²€£§"
# Letters and marks of Vietnamese as windows-1258 writes them, tones apart.
TONES = "\u0301\u0300\u0323\u0309\u0303"


def common(language: str, words: str, size: int) -> str:
    """Order a language's characters by their frequency in running words."""
    convert = OpenCC("s2tw").convert if language == "hant" else str
    counts: dict[str, float] = defaultdict(float)
    for word, frequency in get_frequency_dict(words, "best").items():
        for character in convert(word):
            counts[character] += frequency
            if character.upper() != character and len(character.upper()) == 1:
                counts[character.upper()] += frequency / 20
    letters = "".join(
        c for c in sorted(counts, key=lambda c: -counts[c]) if c > "\x7f" and c.isalpha()
    )
    marks = MARKS.get(language)
    if marks is None:
        tones = TONES if language == "vi" else ""
        found = tones + letters[: size - len(OTHER_MARKS)] + OTHER_MARKS
    else:
        found = marks + letters[: size - len(marks)]
    return "".join(dict.fromkeys(found))


if __name__ == "__main__":
    rows = [f"{name}\t{common(name, words, size)}" for name, words, size in LANGUAGES]
    rows += [f"{name}\t{common(name, name, LETTERS)}" for name in ALPHABETS.split()]
    head = "# language, its characters beyond ASCII, the most frequent first\n"
    table = Path(__file__).with_name("common.tsv")
    table.write_text(head + "\n".join(rows) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(rows)} languages")
