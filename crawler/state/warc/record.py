"""What the archive keeps of a response."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

Headers = Sequence[tuple[str, str]]

SECRET_HEADERS = frozenset(
    {"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"}
    | {"proxy-authenticate", "www-authenticate", "x-api-key", "x-auth-token", "x-csrf-token"}
)


class ArchiveError(Exception):
    """An archive cannot be read or written; the message names the file and the place."""


class Known(NamedTuple):
    """Where the payload of a URL already lies: `pointer` is of the response that holds it."""

    url: str
    digest: str
    pointer: str
    date: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One response of the archive; `pointer` finds it again, `headers` are HTTP's without secrets.

    `body` is as sent after de-chunking: its Content-Encoding still stands. `callback` names the
    spider method that was to read it. `digest` is the payload's (`sha1:` and base 32), and
    `refers_to` points to the response that holds the body where this one brought the same again.
    """

    url: str
    status: int
    headers: Headers
    body: bytes
    fetched_at: str
    source: str = ""
    callback: str = ""
    cb_kwargs: str = "{}"
    rendered: bool = False
    pointer: str = ""
    digest: str = ""
    refers_to: str = ""

    def located(self, pointer: str) -> Recorded:
        """Give the record without its body, at a pointer of another form."""
        return replace(self, body=b"", pointer=pointer)

    def content_type(self) -> str | None:
        """Give the HTTP declaration of type and charset, if any."""
        return next((v for k, v in self.headers if k.lower() == "content-type"), None)


def payload_digest(body: bytes) -> str:
    """Give a payload's digest as WARC tools write it: SHA-1 in base 32."""
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    return f"sha1:{base64.b32encode(digest).decode()}"


def json_or_empty(value: dict[str, object]) -> str:
    """Give callback arguments as JSON, or `{}` where they are not JSON."""
    try:
        return json.dumps(value, ensure_ascii=True)
    except (TypeError, ValueError):
        return "{}"
