"""Takes furniture out of an article's lines, rule by rule, and keeps what it took."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from crawler.items import Dropped
from pipelines.boilerplate.page import ATTACHED
from pipelines.boilerplate.rules import RULES, TAIL_HEADS, Find, Where
from pipelines.boilerplate.spam import LONGEST, is_spam
from pipelines.charset.script import fold_script, script_counts

MARKER_BEGIN = re.compile(r"\w{2,10}_RSS\.content\.begin")
MARKER_END = re.compile(r"\w{2,10}_RSS\.content\.end")
_PUNCTUATION = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"[。！？!?；;：:”\"」』…)）.]$")

PROSE = 25
# Titles shorter than this are words that any line may begin with.
SHORTEST_TITLE, AFFIX, MOST_TITLE = 8, 8, 2
LONGEST_HEAD, LONGEST_BREAK, BREAK = 40, 200, 3
LONGEST_LINE = 1 + max(rule.longest for rule in RULES)


def is_prose(line: str) -> bool:
    """Tell a paragraph from a headline or a teaser: long, and it ends as a sentence ends."""
    return len(line) >= PROSE and bool(_SENTENCE_END.search(line))


def key_of(line: str) -> str:
    """Give what two spellings of one line share: no punctuation, one script."""
    return _PUNCTUATION.sub("", fold_script(line)).lower()


def between_markers(lines: Sequence[str]) -> tuple[int, int]:
    """Give the range of lines between an RSS export's markers, the whole range without them."""
    marked = [i for i, line in enumerate(lines) if "_RSS." in line]
    begin = next((i for i in marked if MARKER_BEGIN.search(lines[i])), None)
    end = next((i for i in marked if MARKER_END.search(lines[i])), None)
    if begin is None or end is None or end <= begin:
        return 0, len(lines)
    return begin + 1, end


def strip(
    lines: Sequence[str],
    title: str,
    known: frozenset[str] = frozenset(),
    links: frozenset[str] = frozenset(),
    spared: frozenset[str] = frozenset(),
) -> tuple[list[str], list[Dropped]]:
    """Split lines into those of the article and those of the page around it.

    `known` are the lines that the site's template names. `links` are the page's link texts: a line
    before or behind the body that is one is a menu's. Rules named in `spared` do not hold.
    """
    low, high = between_markers(lines)
    prose = [i for i in range(low, high) if is_prose(lines[i])]
    first, last = (prose[0], prose[-1]) if prose else (low, high - 1)
    cut = _tail(lines, low, first, high)
    name = key_of(title)
    hant = _is_traditional("".join(lines)[:LONGEST])
    kept: list[str] = []
    dropped: list[Dropped] = []
    for index, line in enumerate(lines):
        if not low <= index < high:
            rule = "outside-markers"
        elif index in cut:
            rule = "related-tail"
        elif line in known:
            rule = "template"
        elif name and _is_title(line, name):
            rule = "title-repeated"
        else:
            where: Where = "head" if index < first else "tail" if index > last else "body"
            rule = rule_for(line, where)
            rule = "" if rule in spared else rule
            if not rule and is_spam(line, alien=hant and _breaks(line)):
                rule = "spam"
            if not rule and where != "body" and line in links and not ATTACHED.search(line):
                rule = "link-line"
        if rule:
            dropped.append(Dropped(rule, index, line))
        else:
            kept.append(line)
    return kept, dropped


def rule_for(line: str, where: Where) -> str:
    """Name the first rule that takes a line in this part of a page, if any."""
    rules = _rules(where, min(len(line), LONGEST_LINE))
    folded = fold_script(line) if rules else line
    return next((name for name, find in rules if find(folded)), "")


@cache
def _rules(where: Where, length: int) -> list[tuple[str, Find]]:
    rules = [r for r in RULES if r.where in ("any", where) and length <= r.longest]
    return [(rule.name, rule.find) for rule in rules]


def _is_traditional(text: str) -> bool:
    hant, hans = script_counts(text)
    return hant > hans


def _breaks(line: str) -> bool:
    """Tell a simplified line, on a page in traditional script."""
    hant, hans = script_counts(line) if len(line) <= LONGEST_BREAK else (1, 0)
    return not hant and hans >= BREAK


def _is_title(line: str, name: str) -> bool:
    """Tell a line that says the title, whose key is `name`, if with an affix: 当前热点：…."""
    if len(line) > MOST_TITLE * (len(name) + AFFIX) or len(line) < len(name) - AFFIX:
        return False
    key = key_of(line)
    if key == name or min(len(key), len(name)) < SHORTEST_TITLE:
        return key == name
    return abs(len(key) - len(name)) <= AFFIX and any(
        x.startswith(y) or x.endswith(y) for x, y in ((key, name), (name, key))
    )


def _tail(lines: Sequence[str], low: int, first: int, high: int) -> frozenset[int]:
    """Find the lists of other articles: a heading that says so, and all up to the body's own prose.

    Two paragraphs in a row are the article's own: it had the list before it, or in its middle.
    """
    cut: set[int] = set()
    index = low
    while index < high:
        if len(lines[index]) <= LONGEST_HEAD and TAIL_HEADS.search(fold_script(lines[index])):
            end = _resume(lines, index + 1, high, begun=index > first)
            cut.update(range(index, end))
            index = end
        else:
            index += 1
    return frozenset(cut)


def _resume(lines: Sequence[str], start: int, high: int, *, begun: bool) -> int:
    longest = 2 * PROSE if begun else PROSE
    for index in range(start, min(high - 1, start + 3) if begun else high - 1):
        pair = lines[index], lines[index + 1]
        if all(is_prose(x) and len(x) >= longest and not x.startswith("- ") for x in pair):
            return index
    return high


def split_lines(text: str) -> list[str]:
    """Give the lines of a text that hold anything, without the bullets before them."""
    return [line for raw in text.splitlines() if (line := raw.strip(" \t\u3000\xa0•·"))]
