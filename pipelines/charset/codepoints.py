"""Puts right characters that stand for others: private use, radicals, widths, invisible ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from crawler.items import Damage
from pipelines.charset.model.language import fold, language_model
from pipelines.charset.traditional import HAN

_KANA_HANGUL = re.compile("[぀-ヿ가-힣]")
_FULL = "！-～"
LIKELY = -9.5


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of damage: what it looks like, and what belongs there; None leaves it alone.

    `between` says what must stand before and behind. A pattern that looked behind itself would be
    searched ten times slower.
    """

    kind: str
    pattern: re.Pattern[str]
    between: re.Pattern[str] | None
    mend: Callable[[re.Match[str]], str | None]
    confidence: float


@cache
def _private() -> dict[str, str]:
    """Map the private-use characters that Windows' GBK has for FE50 to FEA0 and some marks."""
    trails = [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
    table = {}
    for i, trail in enumerate(trails):
        character = bytes((0xFE, trail)).decode("gb18030")
        table[chr(0xE815 + i)] = _NEWER.get(trail, character)
    table |= dict(zip(map(chr, range(0xE78D, 0xE797)), "︐︒︑︓︔︕︖︗︘︙", strict=True))
    return {private: real for private, real in table.items() if not "\ue000" <= real <= "\uf8ff"}


# GB 18030-2005 and -2022 gave these places in Unicode; Python's codec follows the edition of 2000.
_NEWER = {
    0x51: "\U00020087", 0x52: "\U00020089", 0x53: "\U000200cc", 0x59: "\u9fb4", 0x61: "\u9fb5",
    0x66: "\u9fb6", 0x67: "\u9fb7", 0x6C: "\U000215d7", 0x6D: "\u9fb8", 0x76: "\U0002298f",
    0x7E: "\u9fb9", 0x90: "\u9fba", 0x91: "\U000241fe", 0xA0: "\u9fbb",
}  # fmt: skip


def _from_private(match: re.Match[str]) -> str | None:
    return _private().get(match[0])


def _likely(match: re.Match[str]) -> str | None:
    """Take the ideograph that a radical or a compatibility character looks like, if it reads on."""
    plain = unicodedata.normalize("NFKC", match[0])
    if plain == match[0]:
        return None
    text = match.string
    context = text[max(0, match.start() - 2) : match.start()]
    score = language_model().log_p(fold(unicodedata.normalize("NFKC", context)), fold(plain[0]))
    return plain if score > LIKELY else None


def _narrow(match: re.Match[str]) -> str | None:
    return unicodedata.normalize("NFKC", match[0])


_RADICAL = "\u2f00-\u2fd5\u2e80-\u2ef3\uf900-\ufad9"
RULES = (
    # 中\ue816国: only inside a sentence; alone it is a letter of an icon font.
    Rule("private_use", re.compile("[\ue78d-\ue796\ue815-\ue864]"),
         re.compile(f"[{HAN}].[{HAN}，。、]"), _from_private, 0.8),
    # ⽂化 for 文化: what PDF converters write
    Rule("compatibility_ideograph", re.compile(f"[{_RADICAL}]"),
         re.compile(f"[{HAN}{_RADICAL}]..?|.[{_RADICAL}][{HAN}{_RADICAL}]|[{_RADICAL}][{HAN}]"),
         _likely, 0.95),
    # ｈｔｔｐ：／／ｗｗｗ．ｅｘａｍｐｌｅ．ｃｎ
    Rule("full_width_address",
         re.compile(f"[ｈＨ][ｔＴ]{{2}}[ｐＰ][ｓＳ]?(?:：／／|://)[{_FULL}]+"
                    f"|[ｗＷ]{{3}}．[０-９Ａ-Ｚａ-ｚ－]+．[０-９Ａ-Ｚａ-ｚ．／－]+"
                    "|[０-９Ａ-Ｚａ-ｚ．＿－](?<![０-９Ａ-Ｚａ-ｚ．＿－]{2})[０-９Ａ-Ｚａ-ｚ．＿－]*+＠[０-９Ａ-Ｚａ-ｚ－]+．[ａ-ｚ．]+"
                    "|＜／?[ａ-ｚ]+[０-９]?／?＞"),
         None, _narrow, 0.95),
    # 通\u200b知: between two characters of a word nothing invisible belongs
    Rule("invisible",
         re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"),
         re.compile(f"(?s)[{HAN}].+[{HAN}，。、；：！？]"), lambda _match: "", 0.99),
)  # fmt: skip


def mend_codepoints(text: str, _earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Apply the rules one after another; pages of Japanese and Korean have forms of their own."""
    if _KANA_HANGUL.search(text):
        return text, ()
    damages: list[Damage] = []
    for rule in RULES:
        pieces, position = [], 0
        for match in rule.pattern.finditer(text):
            around = text[max(0, match.start() - 1) : match.end() + 1]
            if rule.between and not rule.between.fullmatch(around):
                continue
            mended = rule.mend(match)
            if mended is None:
                continue
            pieces += [text[position : match.start()], mended]
            position = match.end()
            damages.append(Damage(rule.kind, match.span(), match[0], mended, rule.confidence))
        if pieces:
            text = "".join(pieces) + text[position:]
    return text, tuple(damages)
