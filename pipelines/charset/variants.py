"""Evidence that a table, and no writer, chose the forms of a traditional text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipelines.charset.script import fold_script
from pipelines.charset.traditional import natural, traditional, traditional_lines

# A writer slips, a page quotes: one form is never worth more than this many nats.
FEWEST_TRADITIONAL = 8
# Of 12,000 Taiwan texts none reached 2 nats; of spun ones of 320 characters 95 % reach this.
PROOF, FEWEST_WORDS = 4.5, 3.0
# One word is enough of a form that writers hardly use at all, like 于; names have surnames more.
# The same goes for a form that they never use behind a character: 建筑, 旅游.
RARELY, RARELY_A_SURNAME, NEVER, LONG = 0.14, 0.07, 0.02, 25
MOST = 4.5
NATURAL, MOST_ABSENCE, CURLY_QUOTES = -4.5, 4.0, 2.0
# The same form in the same place says it twice, not twenty times: the surname 于 in a biography.
MOST_A_FORM = 8.0
SURNAMES, TITLES = "于云余范游后里", "姓先女小太教老医博议某氏家总处局校局经同"


# Most of a form's own words are in the table by context; elsewhere it is rarer than on the whole.
ELSEWHERE = 0.3


@dataclass(frozen=True, slots=True)
class Row:
    """How often writers use a form: alone, and after or before certain characters."""

    alone: float
    after: dict[str, float]
    before: dict[str, float]


@cache
def _rows() -> dict[str, Row]:
    text = files("pipelines.charset.data").joinpath("variants.tsv").read_text(encoding="utf-8")
    rows = {}
    for line in text.splitlines():
        form, _, alone, *contexts = line.split("\t")
        after = {c[0]: int(c[2:]) / 100 for c in contexts if c[1] == "_"}
        before = {c[1]: int(c[2:]) / 100 for c in contexts if c[0] == "_"}
        rows[form] = Row(int(alone) / 100, after, before)
    return rows


@cache
def _forms() -> re.Pattern[str]:
    return re.compile("[" + "".join(_rows()) + "]")


def table_evidence(text: str) -> float:
    """Sum the log-likelihood ratios, in nats, of a table against a writer of traditional script."""
    seen: set[tuple[str, str, str]] = set()
    scores: dict[str, float] = {}
    sure = False
    for match in _forms().finditer(text):
        form, at = match[0], match.start()
        row = _rows()[form]
        last, following = (fold_script(c) for c in (text[at - 1 : at], text[at + 1 : at + 2]))
        never = row.after.get(last, 1.0) <= NEVER, row.before.get(following, 1.0) <= NEVER
        begins = not last.isalnum() and not following.isdigit() and not never[1]
        if form in SURNAMES and (following in TITLES or begins):
            continue
        shares = [row.after.get(last), row.before.get(following)]
        known = [share for share in shares if share is not None]
        share = max(known) if known else row.alone * ELSEWHERE
        # A name comes again with the same neighbour.
        contexts = {(form, last, ""), (form, "", following)}
        if share > 0.5 or seen & contexts:
            continue
        seen |= contexts
        rarely = RARELY_A_SURNAME if form in SURNAMES else RARELY
        sure |= never[0] or row.alone <= rarely
        score = min(-math.log(max(share, 0.01)), MOST)
        scores[form] = min(scores.get(form, 0.0) + score, MOST_A_FORM)
    words = sum(scores.values())
    # seen has two entries a context. A short text may be about one name, 后道 or 于家.
    long = len(traditional().findall(text)) >= LONG
    enough = sure or len(seen) > 2 if long else len(seen) > 4 and len(scores) > 1
    if words < FEWEST_WORDS or not enough:
        return min(words, 0.0)
    return words + _absence(text) + (CURLY_QUOTES if "“" in text else 0.0) - ("「" in text)


def _absence(text: str) -> float:
    """Weigh the characters that only writers use: in Taiwan one in 27 traditional characters."""
    found = len(natural().findall(text))
    return NATURAL * found if found else min(len(traditional().findall(text)) / 30, MOST_ABSENCE)


def evidence_of_table(seen: str) -> float:
    """Weigh the traditional lines of visible text; nothing where they are few or beside others."""
    lines = traditional_lines(seen)
    if lines.traditional < max(FEWEST_TRADITIONAL, lines.simplified_beside):
        return 0.0
    return table_evidence(lines.text)
