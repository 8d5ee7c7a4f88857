"""The article out of a text that was extracted elsewhere, furniture and all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from crawler.items import Dropped
from pipelines.boilerplate.assemble import assemble, strip_site
from pipelines.boilerplate.lines import between_markers, is_prose, key_of, split_lines
from pipelines.boilerplate.metadata import read_facts
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.rules import RULES
from pipelines.boilerplate.title import LONGEST, without_suffix
from pipelines.charset.script import fold_script


def strip_lines(text: str) -> Extracted:
    """Find the article in a repaired text that was extracted elsewhere, furniture and all."""
    lines = split_lines(text)
    if not lines:
        return Extracted(kind="empty")
    low, high = between_markers(lines)
    first = next((i for i in range(low, high) if is_prose(lines[i])), high)
    title, place = _title_of_lines(lines[:first] or lines[:1])
    kept, dropped, notice = strip_site(lines, title, frozenset(), frozenset(), frozenset())
    head = {index for index in range(first) if index <= place or low > index}
    moved = {d.line for d in dropped}
    dropped += [Dropped("before-title", i, lines[i]) for i in sorted(head - moved) if i != place]
    dropped += [Dropped("title", place, lines[place])] if place not in moved else []
    gone = {d.line for d in dropped}
    kept = [line for i, line in enumerate(lines) if i not in gone]
    under = lines[place + 1 : min(place + 5, first)]
    others = {d.line for d in dropped if d.rule == "related-tail"}
    tail = [line for i, line in enumerate(lines) if i >= first and i not in others]
    facts = read_facts(lines[:first], tail, under=under)
    dropped.sort(key=lambda d: d.line)
    return assemble(title, kept, dropped, facts, notice=notice)


def _title_of_lines(head: Sequence[str]) -> tuple[str, int]:
    """Find the title among the lines before the body: the last that no rule takes and that is long
    enough, or one that stands twice.
    """
    good = [
        (index, line)
        for index, line in enumerate(head)
        if 8 <= len(line) <= LONGEST
        and not any(rule.takes(folded) for folded in (fold_script(line),) for rule in RULES)
    ]
    if not good:
        return head[0], 0
    known = cache(lambda: frozenset(map(key_of, head)))
    titles = [(index, without_suffix(line, known)) for index, line in good]
    times = Counter(key_of(title) for _, title in titles)
    for index, title in titles:
        if times[key_of(title)] > 1:
            return title, index
    longest = max(range(len(good)), key=lambda place: len(good[place][1]))
    return titles[longest][1], titles[longest][0]
