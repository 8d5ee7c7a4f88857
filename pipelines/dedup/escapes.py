"""The percent-escapes of an address in one spelling."""

from __future__ import annotations

import re

from pipelines.charset.traditional import HAN

_PIECE = re.compile(r"%([0-9A-Fa-f]{2})|.", re.S)
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# RFC 3986's delimiters: escaped or not, they mean different things.
_DELIMITERS = frozenset(b":/?#[]@!$&'()*+,;=")
_CHINESE = re.compile(f"[\\x00-\\x7f{HAN}\u3000-\u303f\uff01-\uff5e“”‘’—…·]*")
_PLAIN = re.compile(r"[\w.~/:@!$'()*+,;=-]*", re.ASCII)


def spelt(part: str) -> str:
    """Give a path, a name or a value with its escapes as RFC 3986 (6.2.2) prefers them.

    Escapes of what needs none are undone, others are in capitals; GBK becomes the UTF-8 of the
    same characters, so `%BA%D3` is `%E6%B2%B3`. What is neither stays.
    """
    if _PLAIN.fullmatch(part):
        return part
    return "/".join(map(_segment, part.split("/")))


def _segment(segment: str) -> str:
    body = bytearray()
    bare: set[int] = set()  # where a byte stood as it is
    for match in _PIECE.finditer(segment):
        if match[1]:
            body.append(int(match[1], 16))
        else:
            shown = match[0].encode("utf-8", "surrogatepass")
            bare.update(range(len(body), len(body) + len(shown)))
            body += shown
    if _is_gbk(bytes(body)):
        return _from_gbk(bytes(body), bare)
    return "".join(_shown(byte, at in bare) for at, byte in enumerate(body))


def _shown(byte: int, is_bare: bool) -> str:
    keep = byte in _UNRESERVED or (is_bare and byte in _DELIMITERS)
    return chr(byte) if keep else f"%{byte:02X}"


def _is_gbk(body: bytes) -> bool:
    """Tell GBK from UTF-8; what is both is UTF-8."""
    if body.isascii():
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        try:
            return bool(_CHINESE.fullmatch(body.decode("gbk")))
        except UnicodeDecodeError:
            return False
    return False


def _from_gbk(body: bytes, bare: set[int]) -> str:
    pieces, at = [], 0
    while at < len(body):
        if body[at] < 0x80:
            pieces.append(_shown(body[at], at in bare))
            at += 1
            continue
        encoded = body[at : at + 2].decode("gbk").encode()
        pieces.append("".join(f"%{byte:02X}" for byte in encoded))
        at += 2
    return "".join(pieces)
