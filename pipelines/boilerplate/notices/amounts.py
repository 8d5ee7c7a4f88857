"""Amounts in yuan: 12.5万元, ￥1,200,000.00, １２０ ０００ 元, 捌万元整, 35元/份×2000份."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from pipelines.charset.script import fold_script

UNITS = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6}
UNITS |= {"千万": 10**7, "亿": 10**8}
CAPITALS = dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True))
CAPITALS |= dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {"两": 2, "参": 3, "弍": 2}
STEPS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
# Below this, a number without a unit is a rate or a score; above the next, it was not in 万元.
LEAST_BARE, MOST_BARE_WAN = 100, 10**6
# A bare number under a label without a unit can be 万元 below this.
SURELY_YUAN = 100_000
# So many characters before an amount can say what it is.
NEAR = 40

_NUMBER = r"\d[\d, ]*(?:\. ?\d[\d ]*)?"
_SCALE = r"[十百千]?万|亿|千|百"
_DIGITS = re.compile(
    r"(?:(?P<sign>人民币|RMB|CNY|¥)\s*:?\s*)?"
    rf"(?P<number>{_NUMBER})\s*(?P<open>\(\s*)?(?:人民币)?(?P<scale>{_SCALE})?\s*"
    rf"(?:(?P<second>\d+(?:\.\d+)?)\s*(?P<second_scale>万|千)?\s*(?=[元圆]))?(?P<yuan>[元圆])?",
    re.I,
)
_HAN_DIGIT = f"[{''.join(CAPITALS)}{''.join(STEPS)}万亿]"
_HAN = re.compile(
    rf"(?P<whole>{_HAN_DIGIT}(?:\s*{_HAN_DIGIT}){{0,40}})\s*[元圆]"
    rf"(?:\s*(?P<jiao>[{''.join(CAPITALS)}])\s*角)?(?:\s*零?(?P<fen>[{''.join(CAPITALS)}])\s*分)?"
)
FOREIGN = (
    r"US\$|HK\$|\$|€|£|USD|EUR|JPY|HKD|GBP|"
    r"美元|美金|欧元|日元|日圆|港元|港币|英镑|澳元|加元|法郎|卢布|韩元|台币|澳门元"
)
_FOREIGN = re.compile(rf"(?:{FOREIGN})\s*[:)]?\s*$", re.I)
# 50万套, 12.5%, 50万美元
_OTHER_UNIT = re.compile(r"\s*(?:[%‰\d.]|USD|EUR|(?!整|正|人民币|其中)[一-鿿])", re.I)
_PER_BEHIND = re.compile(r"\)?\s*(?:整|正)?\s*\)?\s*(?:/|每|\\)\s*[\w(]")
_PER_BEFORE = re.compile(r"(?:每[一-鿿]{1,4}|单价)[为:\s]*$")
_FACTOR = r"\d+(?:\.\d+)?\s*[一-鿿㎡]{0,4}"
_TIMES = re.compile(rf"\)?\s*(?:/\s*[一-鿿㎡]{{1,4}})?\s*(?P<all>(?:[×xX*✕╳]\s*{_FACTOR}\s*)+)")
_TIMES_BEFORE = re.compile(rf"(?P<all>(?:{_FACTOR}\s*[×xX*✕╳]\s*)+)$")
_BARE = re.compile(rf"(?P<sign>人民币|RMB|¥)?\s*:?\s*(?P<number>{_NUMBER})\s*", re.I)
_ANCHOR = re.compile(r"(?:^|[:为是计币¥(])\s*$")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in yuan, the words it was read from and where they stand.

    `per` tells a price for one piece or year; `by_hand` an amount in capitals.
    """

    cny: float
    raw: str
    start: int
    end: int
    per: bool = False
    by_hand: bool = False


def level(text: str) -> str:
    """Fold width and script, one character for one, so that places stay those of the text."""
    wide = (unicodedata.normalize("NFKC", c) if ord(c) > 127 else c for c in text)
    return fold_script("".join(w if len(w) == 1 else c for w, c in zip(wide, text, strict=True)))


def find_amounts(text: str) -> list[Amount]:
    """Give the amounts whose words say that they are yuan, in order; what is in doubt is left."""
    flat = level(text)
    found = [a for m in _HAN.finditer(flat) if (a := _han(m, text, flat))]
    taken = [(a.start, a.end) for a in found]
    for match in _DIGITS.finditer(flat):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            amount = _digits(match, text, flat)
            found += [amount] if amount else []
    return _multiplied(sorted(found, key=lambda a: a.start), text, flat)


def bare_amount(text: str, unit: int | None) -> Amount | None:
    """Read a value that is a number and nothing else; `unit` is the label's, None where unsaid."""
    match = _BARE.fullmatch(level(text).strip())
    number = _number(match["number"], anchored=True) if match else None
    if match is None or number is None:
        return None
    signed = bool(match["sign"])
    if unit is None and not signed and number < SURELY_YUAN:
        return None
    if number < LEAST_BARE and (unit or 1) == 1 and not signed:
        return None
    if (unit or 1) >= UNITS["万"] and number >= MOST_BARE_WAN:
        return None
    return Amount(float(number * (unit or 1)), text.strip(), 0, len(text))


def unit_of(label: str) -> int | None:
    """Give the yuan that a label such as 预算金额（万元） counts in, None where it does not say."""
    match = re.search(
        rf"[(:,/]\s*(?:人民币|单位)?[:\s/]*({_SCALE})?\s*[元圆]\s*(?:人民币)?\)", level(label)
    )
    return UNITS[match[1] or ""] if match else None


def read_han(numeral: str) -> int | None:
    """Read a whole number in Chinese numerals, capital or small; None where it is none."""
    total = section = 0
    digit: int | None = None
    for character in "".join(numeral.split()):
        if character in CAPITALS:
            if digit:  # two digits in a row are no amount in capitals
                return None
            digit = CAPITALS[character]
        elif character in STEPS:
            section += (1 if digit is None or (digit == 0 and not section) else digit) * STEPS[
                character
            ]
            digit = None
        else:
            section += digit or 0
            if not total + section:
                return None
            scale = 10**4 if character == "万" else 10**8
            total = (total + section) * scale if scale > 10**4 else total + section * scale
            section, digit = 0, None
    return total + section + (digit or 0)


def _han(match: re.Match[str], text: str, flat: str) -> Amount | None:
    whole = read_han(match["whole"])
    before = _near(flat, match.start())
    if whole is None or before[-1:].isdigit() or _FOREIGN.search(before):
        return None
    cents = 10 * CAPITALS[match["jiao"] or "零"] + CAPITALS[match["fen"] or "零"]
    value = float(Decimal(whole) + Decimal(cents) / 100)
    return _placed(match.start(), match.end(), value, text, flat, by_hand=True)


def _digits(match: re.Match[str], text: str, flat: str) -> Amount | None:
    start = match.start("sign" if match["sign"] else "number")
    before = _near(flat, start)
    anchored = bool(match["sign"] or _ANCHOR.search(before))
    number = _number(match["number"], anchored=anchored)
    said = match["yuan"] or match["sign"] or match["scale"] in ("万", "亿")
    if number is None or not said or _FOREIGN.search(before):
        return None
    if not match["yuan"] and _OTHER_UNIT.match(flat, match.end()):
        return None
    if re.search(r"[\d.-]$|\d\s*[~—至到]+\s*$", before) and not match["sign"]:
        return None
    value = number * UNITS[match["scale"] or ""]
    if match["second"]:
        if not match["scale"]:
            return None
        value += Decimal(match["second"]) * UNITS[match["second_scale"] or ""]
    return _placed(start, match.end(), float(value), text, flat)


def _placed(
    start: int, end: int, value: float, text: str, flat: str, *, by_hand: bool = False
) -> Amount:
    tail = re.match(r"\s*[整正]", flat[end:])
    end += tail.end() if tail else 0
    per = bool(_PER_BEHIND.match(flat, end) or _PER_BEFORE.search(_near(flat, start)))
    raw = text[start:end].strip(" \u3000:：")
    return Amount(value, raw, start, end, per, by_hand)


def _near(flat: str, start: int) -> str:
    return flat[max(0, start - NEAR) : start]


def _number(words: str, *, anchored: bool) -> Decimal | None:
    """Read digits with separators; split by spaces only where no other reading is left."""
    whole, _, rest = words.strip().rstrip(",").partition(".")
    groups = whole.split()
    if len(groups) > 1:
        single = all(len(g) == 1 for g in groups)
        thousands = len(groups[0]) <= 3 and all(len(g.strip(",")) == 3 for g in groups[1:])
        if not (single or (anchored and (thousands or len(groups[0]) > 1))):
            return None
    joined = "".join(groups)
    if "," in joined and not re.fullmatch(r"\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+", joined):
        return None
    rest = "".join(rest.split())
    return Decimal(f"{joined.replace(',', '')}.{rest or 0}")


def _multiplied(found: list[Amount], text: str, flat: str) -> list[Amount]:
    """Turn a unit price times its quantity into their product, or into the total behind the =."""
    kept: list[Amount] = []
    skip_to = 0
    for amount in found:
        if amount.start < skip_to:
            continue
        ahead = _TIMES_BEFORE.search(flat[max(skip_to, amount.start - NEAR) : amount.start])
        behind = _TIMES.match(flat, amount.end)
        if not ahead and not behind:
            kept.append(amount)
            continue
        factors = "".join(m["all"] for m in (ahead, behind) if m)
        end = behind.end() if behind else amount.end
        if re.match(r"(?:/\s*[一-鿿]{1,4})?\s*=", flat[end:]):
            continue
        value = Decimal(str(amount.cny))
        for factor in re.findall(r"\d+(?:\.\d+)?", factors):
            value *= Decimal(factor)
        start = amount.start - (len(ahead[0]) if ahead else 0)
        kept.append(Amount(float(value), text[start:end].strip(), start, end))
        skip_to = end
    return kept
