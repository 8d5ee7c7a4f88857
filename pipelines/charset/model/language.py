"""How likely a character is after two others, in Chinese text of either script."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache, lru_cache
from itertools import pairwise
from string import ascii_letters, digits

from pipelines.charset.model.ngrams import NGrams
from pipelines.charset.script import fold_script

MARKS = "，。；？！：“”、…"
STOPS = "，。；？！：、"
# One mark in eight characters; the model of the characters knows nothing of marks.
HAN_SHARE = math.log(0.87)
FULL_WIDTH = str.maketrans(
    {chr(ord(c) + 0xFEE0): c for c in digits + ascii_letters + "-~."}
    | dict(zip(",;?!:\u2025()", "，；？！：…（）", strict=True))
)
NAME_ENDS, NOT_HERE = "》】", 2.0
RARE_BRACKETS, RARE_BRACKET = "『』【】", -7.5
CLOSING, OPENING = "”）》」』】、，。；：？！…", "“（《「『【"
# Measured on encyclopaedia paragraphs, in nats.
UNKNOWN_HAN, PRIVATE, SYMBOL, BRACKET = -15.0, -18.0, -11.0, -5.5
# Prepositions, conjunctions and the like: what they begin does not end with them. The source of the
# marks was pruned of all that it never saw.
NO_END = "以在从被把将与和及或而且但因由于对向给使让则所之其这那每各很最更太非未是为"
UNFINISHED, EMPTY_BRACKET = -2.5, -9.0
TWICE, TWO_STOPS = -6.5, -10.0
FIRST_DIGIT, NEXT_DIGIT, FIRST_LETTER, NEXT_LETTER = -5.5, -2.6, -8.0, -3.2
# A page repeats its own words: their share in what comes next, where they were seen before.
PAGE_SHARE, PAGE_DOUBT = 0.35, 3


# A digit may stand for a numeral: 3月 is as likely as 三月.
_AS_WORD = dict.fromkeys(digits, "三")
# A crawl goes on for weeks: what was looked up does not stay for ever. Some 20 MB.
MOST_KNOWN = 200_000


class LanguageModel:
    """Log probabilities in nats, from character trigrams; scripts and widths are folded."""

    def __init__(self, han: NGrams, marks: NGrams) -> None:
        self.han, self.marks = han, marks
        self._marks_only = frozenset(marks.number) - frozenset(han.number)
        self._known: dict[str, float] = {}

    def log_p(self, context: str, character: str) -> float:
        """Give ln P(character | the last two of context); all three folded by `fold`."""
        key = context[-2:] + character
        found = self._known.get(key)
        if found is None:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = self._log_p(context[-2:-1], context[-1:], character)
        return found

    def _log_p(self, before: str, last: str, character: str) -> float:
        as_word = _AS_WORD.get
        if character in self._marks_only:
            found = self.marks.log_p(as_word(before, before), as_word(last, last), character)
            if found is not None:
                if last in STOPS and character in STOPS:
                    return min(found, TWICE if last == character else TWO_STOPS)
                return found + (UNFINISHED if last in NO_END and character in STOPS else 0.0)
        found = self.han.log_p(as_word(before, before), as_word(last, last), character)
        if found is not None:
            found += HAN_SHARE
            if last in MARKS:
                # How sentences begin is what the model of the marks knows.
                begun = self.marks.log_p(before, last, character)
                if begun is not None:
                    return math.log((math.exp(found) + math.exp(begun)) / 2)
            return found
        return _other(last, character)


def _other(last: str, character: str) -> float:
    if character.isascii():
        alike = last.isascii() and last.isalnum()
        if character.isdigit():
            return NEXT_DIGIT if alike else FIRST_DIGIT
        if character.isalpha():
            return NEXT_LETTER if alike else FIRST_LETTER
        return -4.0 if alike else -6.5
    if last and last in OPENING and (character in CLOSING or character == "\n"):
        return EMPTY_BRACKET
    if character in CLOSING or character in OPENING:
        # A name does not end behind the end of a sentence; it may begin there.
        cost = RARE_BRACKET if character in RARE_BRACKETS else BRACKET
        return cost - (NOT_HERE if last in STOPS and character in NAME_ENDS else 0.0)
    if "\ue000" <= character <= "\uf8ff":
        return PRIVATE
    if "\u3400" <= character <= "\u9fff" or character >= "\U00020000":
        return UNKNOWN_HAN
    return SYMBOL


@lru_cache(maxsize=65536)
def fold_one(character: str) -> str:
    """Fold one character, quickly."""
    return fold(character)


def fold(text: str) -> str:
    """Put a text into the model's one script and width; offsets stay."""
    return fold_script(text).replace("著", "着").translate(FULL_WIDTH)


@cache
def language_model() -> LanguageModel:
    """Load the model, at the first damage and once a process."""
    return LanguageModel(NGrams.load("han.ngrams"), NGrams.load("marks.ngrams"))


class PageModel:
    """The language model with what one page says again and again."""

    def __init__(self, text: str) -> None:
        self.model = language_model()
        folded = fold(text)
        self._singles = Counter(folded)
        self._pairs = Counter(a + b for a, b in pairwise(folded))
        self._triples = Counter(map("".join, zip(folded, folded[1:], folded[2:], strict=False)))
        self._known: dict[str, float] = {}

    def log_p(self, context: str, character: str) -> float:
        """Give ln P(character | context) as the model does."""
        key = context[-2:] + character
        found = self._known.get(key)
        if found is None:
            found = self.model.log_p(context, character)
            if key[-2:] in self._pairs:
                p = _mix(math.exp(found), self._pairs[key[-2:]], self._singles[key[-2]])
                p = _mix(p, self._triples[key], self._pairs[key[:-1]])
                found = math.log(p)
            self._known[key] = found
        return found


def _mix(p: float, seen: int, contexts: int) -> float:
    """Add the page's own share of a character after a context, trusted the more it is seen."""
    if not contexts:
        return p
    trust = PAGE_SHARE * contexts / (contexts + PAGE_DOUBT)
    return (1 - trust) * p + trust * seen / contexts
