r"""Undoes escapes that a page shows as text: 你\u597d, %E4%BD%A0, &amp;nbsp;"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

from crawler.items import Damage
from pipelines.charset.traditional import HAN
from pipelines.charset.undo import replaced

# Code shows escapes on purpose, and so does a page that speaks about them.
_CODE = re.compile(
    r"<(script|style|pre|code|textarea|kbd)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.S | re.I
)
_ABOUT = re.compile(
    r"HTML|html|实体|實體|转义|轉義|编码|編碼|代码|程式|Unicode|unicode|URL|字符|字元"
)
# A run is taken whole or not at all: a shorter one is looked at again and again, 4 s for 60 kB.
_UNICODE = re.compile(r"(?<!\\u[0-9a-fA-F]{4})(?:\\u[0-9a-fA-F]{4}){4,}+(?![\"'`\w)])")
_PERCENT = re.compile(r"(?<!%[0-9A-Fa-f]{2})(?:%[0-9A-Fa-f]{2}){6,}+(?![\w/=&?%])")
# Inside quotes, an address or an expression it is meant.
_BEFORE = re.compile(r"""["'`\w\\=(/&?.#:%+~-]""", re.ASCII)
_ENTITY = re.compile(r"&amp;(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}\d?);")
_TEXT_ENTITY = re.compile(r"&(?:nbsp|ldquo|rdquo|lsquo|rsquo|hellip|mdash|middot|#\d{3,6});")
_HAN_ONLY = re.compile(f"[{HAN}，。、；：！？“”（）《》0-9]+")
FEWEST = 3


def unescape(text: str, _earlier: tuple[Damage, ...]) -> tuple[str, tuple[Damage, ...]]:
    """Undo the escapes between Chinese characters, unless the page shows code or speaks of it."""
    found = [
        *(_found(_UNICODE, "unicode_escape", text, _from_unicode) if "\\u" in text else ()),
        *_found(_PERCENT, "percent_escape", text, _from_percent),
        *_entities(text),
    ]
    if not found:
        return text, ()
    shown = [match.span() for match in _CODE.finditer(text)] if "<" in text else []
    found = [d for d in found if not any(a <= d.span[0] < b for a, b in shown)]
    if not found or _ABOUT.search(_CODE.sub("", text)):
        return text, ()
    found.sort(key=lambda damage: damage.span)
    return replaced(text, found), tuple(found)


def _found(
    pattern: re.Pattern[str], kind: str, text: str, undo: Callable[[str], str]
) -> Iterator[Damage]:
    for match in pattern.finditer(text):
        if _BEFORE.search(text, max(0, match.start() - 1), match.start()):
            continue
        after = undo(match[0])
        if after and _HAN_ONLY.fullmatch(after):
            yield Damage(kind, match.span(), match[0], after, 0.95)


def _from_unicode(shown: str) -> str:
    units = b"".join(bytes.fromhex(unit)[::-1] for unit in shown.split("\\u")[1:])
    return units.decode("utf-16-le", "replace")


def _from_percent(shown: str) -> str:
    for codec in ("utf-8", "gb18030"):
        try:
            return unquote_to_bytes(shown).decode(codec)
        except UnicodeDecodeError:
            continue
    return ""


def _entities(text: str) -> list[Damage]:
    pattern = _ENTITY if "<" in text else _TEXT_ENTITY
    damages = []
    for match in pattern.finditer(text):
        around = (
            text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        )
        once = html.unescape(match[0])
        after = html.unescape(once) if "<" in text else once
        # What would become markup stays as it is.
        if re.search(f"[{HAN}，。、；：！？]", around) and after not in ("<", ">", "&", once + ";"):
            damages.append(Damage("double_escape", match.span(), match[0], after, 0.9))
    return damages if len(damages) >= FEWEST else []
