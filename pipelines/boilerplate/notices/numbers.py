"""The codes that titles and lots bear: a project's number where no label says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.boilerplate.notices.amounts import level
from pipelines.boilerplate.notices.labels import Entry
from pipelines.boilerplate.notices.said import Read

CODE_FIRST = re.compile(
    r"^\s*[\[(【]?\s*(?P<code>CODE(?:[ 、/]CODE)*)(?![A-Za-z])".replace(
        "CODE", r"[A-Z]{1,8}[-A-Z\d]*\d{3,}[-A-Z\d]*"
    )
)
_PLAIN_CODE = r"(?=[A-Z\d/-]*\d{2})(?=[\d-]*[A-Z])[A-Z\d][A-Z\d/-]{5,30}"
_CODE_INSIDE = re.compile(
    r"[\[(【]\s*(?:(?:项目|招标|采购|询价)?编号\s*:?\s*(?P<said>(?:[^\[\]()【】\s]|[\[(]\d{4}[\])]){4,40})"
    rf"|(?P<code>{_PLAIN_CODE}))\s*[\])】]"
)
_CODE_LAST = re.compile(rf"[ :—-]\s*(?:(?:项目|招标|采购)?编号:?\s*)?(?P<code>{_PLAIN_CODE})\s*$")


def number_of_lot(entries: Sequence[Entry]) -> Read:
    """Give the number of the only lot: works are tendered by the lot."""
    lots = {e.value for e in entries if re.fullmatch(r"标段(?:\(包\))?编号", level(e.label))}
    words = lots.pop() if len(lots) == 1 else ""
    return Read(words, words) if re.search(r"\d{3}", words) else Read()


def number_in_title(title: str) -> Read:
    """Give the code that a title begins with, or that it names in brackets."""
    flat = level(title)
    match = CODE_FIRST.search(flat) or _CODE_INSIDE.search(flat) or _CODE_LAST.search(flat)
    name = "code" if match and match["code"] else "said"
    words = title[match.start(name) : match.end(name)] if match else ""
    return Read(words, words)
