"""What a page says about its own encoding, and which encoding browsers understand by it."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

HEAD_BYTES = 4096

_HTTP = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_XML = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:+-]+)", re.I)
_WORDS = (b"charset", b"CHARSET", b"Charset")
_XML_BEGINS = 64
# The longest that may stand before the word in a tag.
_BEFORE = 420

# Python's codec name -> the label under which the WHATWG standard reads it.
_LABELS = {
    "ascii": "windows-1252",
    "big5": "big5",
    "big5hkscs": "big5",
    "cp949": "euc-kr",
    "cp950": "big5",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "euc_kr": "euc-kr",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "windows-1252",
    "iso8859-2": "iso-8859-2",
    "iso8859-9": "windows-1254",
    "koi8-r": "koi8-r",
    "shift_jis": "shift_jis",
    "utf-16": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-16-le": "utf-16le",
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
}


# Names that browsers know and Python does not, or knows otherwise.
_BY_NAME = {
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-x-big5": "big5",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "euc-kr",
    "unicode": "utf-16le",
}


def declarations(body: bytes, content_type: str | None) -> list[tuple[str, str]]:
    """Collect (who, label) in the order of authority: http, meta, xml; labels in lower case."""
    found = []
    if content_type and (label := _in_header(content_type)):
        found.append(("http", label))
    head = body[:HEAD_BYTES]
    # Most bodies begin early, and what they say is not about the page.
    if (begins := head.find(b"<body")) >= 0:
        head = head[:begins]
    # Nearly all heads hold the word within a tag or not at all: the search is short.
    for word in _WORDS:
        at = head.find(word)
        if at >= 0:
            if meta := _META.search(head, max(0, at - _BEFORE)):
                found.append(("meta", meta[1].decode("ascii", "replace").lower()))
            break
    if b"<?" in head[:_XML_BEGINS] and (xml := _XML.match(head)):
        found.append(("xml", xml[1].decode("ascii", "replace").lower()))
    return found


@lru_cache(maxsize=256)
def _in_header(content_type: str) -> str | None:
    match = _HTTP.search(content_type)
    return match[1].lower() if match else None


@lru_cache(maxsize=256)
def canonical(label: str) -> str | None:
    """Translate a label as written into the WHATWG one, or None when nobody knows it."""
    if label in _BY_NAME:
        return _BY_NAME[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if name.startswith("cp125"):
        return "windows-" + name[2:]
    return _LABELS.get(name)
