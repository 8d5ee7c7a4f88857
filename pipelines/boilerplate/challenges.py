"""What firewalls send in place of a page, told from pages that only speak of it.

The rules are rows of `challenges.tsv`, each with an example and a counter-example. `where` says
what a pattern is compared with: `header` a line `name: value`, `html` pieces of the markup, all of
which must occur, `text` a line of the visible text, from its beginning. A page that shows more than
`most` characters is no challenge: the shortest articles say more.
"""

from __future__ import annotations

import csv
import html as entities
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

# Counted first: on a page of 60 kB that is 1 % of what looking for every sign costs.
MOST_TAGS = 80
# Obfuscated scripts of challenges reach 70 kB; what is longer is a page.
MOST_MARKUP = 120_000
# Where only the words tell, the markup is short too: 404 pages and sliders with their styles.
MOST_WORDED = 24_000

_UNSEEN = re.compile(r"<!--|<(script|style|noscript|template|svg|textarea)\b", re.I)
_ENDS = {"": re.compile("-->")} | {
    name: re.compile(rf"</{name}\s*>", re.I)
    for name in ("script", "style", "noscript", "template", "svg", "textarea")
}
_BREAK = re.compile(
    r"<(?:/?(?:p|div|h[1-6]|li|ul|ol|td|tr|table|br|title|head|body|center|section|form|label|"
    r"button|header|footer|main))\b[^>]*>",
    re.I,
)
_TAG = re.compile(r"<[^>]*>")
# 2024-05-10, 2024年5月10日, 来源：, 记者: an article says when and where it is from.
_BYLINE = re.compile(r"(?:19|20)\d\d[-/.年]\d\d?[-/.月]\d\d?|(?:来源|作者|编辑|责编|记者)\s*[:：]")

# A firewall's own: 请求时间: 2024-05-10 09:30:00
_STAMP = re.compile(r"(?:时间|[Tt]ime)\s*[:：]\s*[\d/.-]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to know a challenge; `statuses` empty means any, `most` counts visible characters."""

    name: str
    statuses: frozenset[int]
    where: str
    most: int
    pattern: str
    example: str
    counter: str


@cache
def rules() -> tuple[Rule, ...]:
    """Read the table."""
    table = resources.files(__package__) / "challenges.tsv"
    rows = csv.DictReader(
        table.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    return tuple(
        Rule(
            row["name"],
            frozenset(map(int, filter(None, row["status"].split(",")))),
            row["where"],
            int(row["most"]),
            row["pattern"],
            row["example"],
            row["counter"],
        )
        for row in rows
    )


def challenge_of(status: int, headers: Iterable[str], html: str) -> str | None:
    """Name the firewall whose challenge a response is; None for a page.

    `headers` are lines `name: value`. No sign counts on a page with the byline of an article.
    """
    if len(html) > MOST_MARKUP or html.count("</") > MOST_TAGS:
        return None
    lines = [line.lower() for line in headers]
    fitting = [rule for rule in rules() if not rule.statuses or status in rule.statuses]
    signs = [rule for rule in fitting if _is_marked(rule, lines, html)]
    if not signs and len(html) > MOST_WORDED:
        return None
    shown = visible_lines(html)
    length = sum(map(len, shown))
    if has_byline(shown):
        return None
    marked = next((rule.name for rule in signs if length <= rule.most), None)
    return marked or named_by_words(shown)


def named_by_words(shown: list[str]) -> str | None:
    """Name what the lines of a page ask of its visitor; None where they read like an article."""
    length = sum(map(len, shown))
    if has_byline(shown):
        return None
    for rule, said in _words():
        if length <= rule.most and any(map(said.search, shown)):
            return rule.name
    return None


def has_byline(shown: list[str]) -> bool:
    """Tell whether one of the lines says when or where an article is from."""
    return any(_BYLINE.search(_STAMP.sub("", line)) for line in shown)


def visible_lines(html: str) -> list[str]:
    """Give what a page shows, its <title> first, without building its tree."""
    html = _without_unseen(html)
    # Behind the last ">" is no tag. Each "<" there would have the rest searched for the end of one.
    end = html.rfind(">") + 1
    text = _TAG.sub("", _BREAK.sub("\n", html[:end])) + html[end:]
    lines = (" ".join(line.split()) for line in entities.unescape(text).split("\n"))
    return [line for line in lines if line]


def _without_unseen(html: str) -> str:
    """Take out comments, scripts and such; one without an end stays. Looks at nothing twice."""
    seen, at = [], 0
    endless: set[str] = set()
    for begin in _UNSEEN.finditer(html):
        name = (begin[1] or "").lower()
        if begin.start() < at or name in endless:
            continue
        if end := _ENDS[name].search(html, begin.end()):
            seen.append(html[at : begin.start()])
            at = end.end()
        else:
            endless.add(name)
    return "\n".join([*seen, html[at:]])


@cache
def _words() -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    return tuple((rule, re.compile(rule.pattern)) for rule in rules() if rule.where == "text")


def _is_marked(rule: Rule, headers: list[str], html: str) -> bool:
    if rule.where == "header":
        return any(re.search(rule.pattern, line) for line in headers)
    return rule.where == "html" and all(piece in html for piece in rule.pattern.split(" && "))
