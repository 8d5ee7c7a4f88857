"""The facts in a clause: numbers, dates, amounts and codes, and when two writings of one agree."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipelines.boilerplate.names import RARER, SURNAMES
from pipelines.charset.script import fold_script
from pipelines.dedup.folding import fold

MASK = "*"  # what 138****5678 and 张** do not say; it stands for any characters
_MASKED = re.compile(
    r"[*＊×✕]+|某+|○{2,}|(?<=\d)[xX]{2,}|\b[xX]{2,}(?=\d)"
    rf"|(?<=[：、，。 ][{SURNAMES}{RARER}])(?:先生|女士)"
)
_MASKS = 6  # in two clauses; to match more could take for ever
_HIDDEN = 12  # characters that a mask hides at most

NUMERAL = "一二三四五六七八九十百千万亿零〇两壹贰叁肆伍陆柒捌玖拾佰仟"
# What a Chinese numeral of one character counts: 三批, 第五期; without it 一 is mostly no number.
_COUNTED = "年月日号时点分期批次届标包轮周季个家名元吨亩"
FACT = re.compile(
    rf"[a-z]*[*]?\d[a-z\d*]*|第[{NUMERAL}]+|[{NUMERAL}]{{2,}}|[{NUMERAL}](?=[{_COUNTED}])"
)
# 第三批, 第12期, 2标段: another number is another item of the series.
SERIES = re.compile(
    rf"第(?:\d+|[{NUMERAL}]+)(?:批次?|期|标段|标包|包|号令?|号公告|轮|周|季度)"
    rf"|(?:\d+|[{NUMERAL}])(?:标段|标包|包(?!括|含))"
)

_DIGITS = dict(
    zip("零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖两", "012345678901234567892", strict=True)
)
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}


@lru_cache(maxsize=8192)
def masked(folded: str) -> str:
    """Give a clause with # for each fact."""
    return FACT.sub("#", folded)


def has_facts(folded: str) -> bool:
    """Tell whether a clause has facts."""
    return FACT.search(folded) is not None


def facts(folded: str) -> list[str]:
    """Give the facts of a clause in order."""
    return FACT.findall(folded)


def own_facts(a: str, b: str) -> tuple[list[str], list[str]]:
    """Give the facts that each of two clauses has alone."""
    left, right = facts(a), facts(b)
    for fact in tuple(left):
        for place, other in enumerate(right):
            if agree(fact, other):
                left.remove(fact)
                del right[place]
                break
    return left, right


def agree(a: str, b: str) -> bool:
    """Tell whether two folded clauses or facts are equal but for what a mask hides."""
    if a == b:
        return True
    if not 0 < a.count(MASK) + b.count(MASK) <= _MASKS:
        return False
    return bool(_hiding(a).fullmatch(b) or _hiding(b).fullmatch(a))


@lru_cache(maxsize=1024)
def _hiding(folded: str) -> re.Pattern[str]:
    parts = map(re.escape, re.split(r"\*+", folded))
    return re.compile(rf".{{0,{_HIDDEN}}}".join(parts), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Writing:
    """One of several ways to write a fact, and how it is written here, with an example."""

    pattern: re.Pattern[str]
    written: str | Callable[[re.Match[str]], str]
    before: str
    after: str


def _writing(
    pattern: str, written: str | Callable[[re.Match[str]], str], before: str, after: str
) -> Writing:
    return Writing(re.compile(pattern), written, before, after)


def _digits(numeral: str) -> str:
    """Give 二〇二四 as 2024 and 三百二十 as 320."""
    if not any(c in _TENS or c in _MYRIADS for c in numeral):
        return "".join(_DIGITS[c] for c in numeral)
    total = section = digit = 0
    for c in numeral:
        if c in _MYRIADS:
            total = (total + section + digit or 1) * _MYRIADS[c]
            section = digit = 0
        elif c in _TENS:
            section += (digit or 1) * _TENS[c]
            digit = 0
        else:
            digit = int(_DIGITS[c])
    return str(total + section + digit)


def _whole(match: re.Match[str]) -> str:
    """Give 1,200.5万 as 12005000."""
    scale = 1
    for c in match[2] or "":
        scale *= _MYRIADS[c]
    value = Decimal(match[1].replace(",", "")) * scale
    return f"{value.normalize():f}" if value else "0"


# In this order: what one has written, the next may read.
WRITINGS: tuple[Writing, ...] = (
    _writing(
        rf"(?<![\d.])[{NUMERAL}]{{2,}}|(?<![\d.])[{NUMERAL}](?=[月日年])",
        lambda m: _digits(m[0]),
        "二〇二四年五月十日",
        "2024年5月10日",
    ),
    _writing(
        r"((?:19|20)\d\d) ?[-/.年] ?0?(\d{1,2}) ?[-/.月] ?0?(\d{1,2})(?!\d)日?",
        r"\1年\2月\3日",
        "2024-05-10",
        "2024年5月10日",
    ),
    _writing(r"(?<!\d)0(\d)(?=[月日])", r"\1", "05月08日", "5月8日"),
    _writing(r"(?<!\d)0?(\d{1,2}):(\d\d)(?!\d)", r"\1时\2分", "09:30", "9时30分"),
    _writing(r"(?<=\d)点(?=\d|$|整|半)", "时", "9点30分", "9时30分"),
    _writing(r"(?<=\d时)(?:00?分|整)", "", "9时00分", "9时"),
    _writing(
        r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?) ?([万亿]{1,2})",
        _whole,
        "1,200万元",
        "12000000元",
    ),
    _writing(
        r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d*0(?!\d))()", _whole, "2,307,100.00元", "2307100元"
    ),
    _writing(
        r"(?<=\d)(?:圆|人民币)整?|(?<=\d元)整",
        lambda m: "元" if m[0] != "整" else "",
        "5圆整",
        "5元",
    ),
    _writing(r"百分之(?=\d)", "", "百分之25", "25"),
    _writing(r"℃|°C", "摄氏度", "26℃", "26摄氏度"),
    _writing(r"(?<=\d)(?:km|KM|千米)", "公里", "5km", "5公里"),
    _writing(r"(?<=\d)(?:kg|KG|千克)", "公斤", "5kg", "5公斤"),
    _writing(r"(?<=\d)(?:m2|平米|㎡)", "平方米", "90㎡", "90平方米"),
)
# What may hide or write a fact without a digit.
HIDES = re.compile(r"[*＊×✕某○℃]|[xX]{2}|先生|女士")
_WORTH_IT = re.compile(rf"[\d{NUMERAL}]|{HIDES.pattern}")


@lru_cache(maxsize=16384)
def canonical(source: str) -> str:
    """Fold a clause with its dates, amounts and units in one way of writing and its masks as *."""
    if not _WORTH_IT.search(source):
        return fold(source)
    text = fold_script(unicodedata.normalize("NFKC", source))
    for writing in WRITINGS:
        text = writing.pattern.sub(writing.written, text)
    return MASK.join(map(fold, _MASKED.split(text)))
