"""What a page says about its own encoding, and which encoding browsers understand by it."""

from __future__ import annotations

import codecs
import re

HEAD_BYTES = 4096

_HTTP = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:+-]+)", re.I)

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
    "iso8859-9": "windows-1254",
    "koi8-r": "koi8-r",
    "shift_jis": "shift_jis",
    "utf-16": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-16-le": "utf-16le",
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
}


def declarations(body: bytes, content_type: str | None) -> list[tuple[str, str]]:
    """Collect (who, label) in the order of authority: http, meta, xml; labels in lower case."""
    found = []
    if content_type and (match := _HTTP.search(content_type)):
        found.append(("http", match[1].lower()))
    head = body[:HEAD_BYTES]
    for who, pattern in (("meta", _META), ("xml", _XML)):
        if match_bytes := pattern.search(head):
            found.append((who, match_bytes[1].decode("ascii", "replace").lower()))
    return found


def canonical(label: str) -> str | None:
    """Translate a label as written into the WHATWG one, or None when nobody knows it."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if name.startswith("cp125"):
        return "windows-" + name[2:]
    return _LABELS.get(name)
