"""Requests as rows of the frontier and back: names and JSON, never pickles."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.http import Request

from crawler.redact import HIDDEN, has_secret_field, redact_kept, redact_url
from crawler.state.warc import SECRET_HEADERS
from pipelines.dedup import canonical_url

ONLY_WITH_NEWS = "only_with_news"
"""In a request's meta: follow it only where its response shows something new."""

# What belongs to one fetch, not to the request.
PASSING = frozenset(
    {
        "lease",
        "visited",
        "unchanged",
        "from",
        "link",
        "archive",
        "archive_known",
        "scheduled",
        "is_start_request",
    }
)


class RequestError(ValueError):
    """A request cannot be kept; the message names its address and the key that is the cause."""


def to_row(request: Request, spider: Spider, fingerprinter: Any) -> dict[str, Any]:
    """Give a request's columns of a row; raises RequestError.

    Requests for one page are one row: the key is the fingerprint under the canonical address.
    Credentials are still in it: `hidden` gives what may be written.
    """
    parts = urlsplit(request.url)
    if parts.username or parts.password:
        address = request.url.replace(f"{parts.netloc.rpartition('@')[0]}@", "")
        raise RequestError(f"{address}: name and password in the address are not kept")
    identity = canonical_url(request.url)
    same = request if identity == request.url else request.replace(url=identity)
    return {
        "key": fingerprinter.fingerprint(same).hex(),
        "host": parts.netloc.lower(),
        "url": request.url,
        "callback": _method(request, "callback", request.callback, spider) or "parse",
        "request": _dumped(_rest(request, spider)),
        "priority": request.priority,
        "depth": int(request.meta.get("depth", 0)),
    }


def hidden(row: dict[str, Any]) -> dict[str, Any]:
    """Give the row without the credentials in its address, meta, arguments and body."""
    request, url = row["request"], redact_url(row["url"])
    if redact_url(request) is not request or '"body":' in request:
        rest = redact_kept(json.loads(request))
        if has_secret_field(base64.b64decode(rest.get("body", ""))):
            rest["body"] = HIDDEN
        request = _dumped(rest)
    return row | {"url": url, "request": request}


def is_hidden(row: Mapping[str, Any]) -> bool:
    """Tell whether a row has lost what its request needs; a Referer is not needed."""
    if HIDDEN not in row["url"] and HIDDEN not in row["request"]:
        return False
    rest = json.loads(row["request"])
    return rest.get("body") == HIDDEN or any(
        mark in text
        for mark in (f"={HIDDEN}", f"://{HIDDEN}@")
        for text in (row["url"], *(_dumped(rest.get(part, {})) for part in ("meta", "cb_kwargs")))
    )


def _dumped(rest: dict[str, Any]) -> str:
    return json.dumps(rest, ensure_ascii=False, separators=(",", ":"))


def _rest(request: Request, spider: Spider) -> dict[str, Any]:
    """Give what is not a column, without what is as Scrapy sets it anyway."""
    kept: dict[str, Any] = {}
    meta = {name: value for name, value in request.meta.items() if name not in PASSING}
    for field, values in (("meta", meta), ("cb_kwargs", request.cb_kwargs)):
        if values:
            kept[field] = _json(request, field, values)
    if errback := _method(request, "errback", request.errback, spider):
        kept["errback"] = errback
    if request.method != "GET":
        kept["method"] = request.method
    if request.body:
        kept["body"] = base64.b64encode(request.body).decode()
    if request.cookies:
        raise RequestError(f"{request.url}: cookies are not kept; set COOKIES_ENABLED instead")
    headers = {
        name.decode("latin-1"): [redact_url(value.decode("latin-1")) for value in values]
        for name, values in request.headers.items()
    }
    for name in headers:
        if name.lower() in SECRET_HEADERS:
            raise RequestError(f"{request.url}: the header {name!r} is a secret and not kept")
    if headers:
        kept["headers"] = headers
    if request.dont_filter:
        kept["dont_filter"] = True
    if request.flags:
        kept["flags"] = list(request.flags)
    return kept


def _json(request: Request, field: str, values: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        try:
            same = json.loads(json.dumps(value))
        except (TypeError, ValueError) as error:
            raise RequestError(f"{request.url}: {field}[{name!r}] is no JSON: {error}") from error
        if same != value and not isinstance(value, tuple):
            raise RequestError(f"{request.url}: {field}[{name!r}] is not the same from JSON")
    return dict(values)


def _method(request: Request, field: str, function: Any, spider: Spider) -> str | None:
    if isinstance(function, partial):  # the accounting's, of a request that was sent before
        function = function.args[0] if function.args else None
    if function is None:
        return None
    name = getattr(function, "__name__", "")
    if getattr(function, "__self__", None) is not spider or not hasattr(spider, name):
        raise RequestError(f"{request.url}: its {field} {function!r} is no method of the spider")
    return str(name)


def to_request(row: Mapping[str, Any], spider: Spider) -> Request:
    """Make the request of a row; raises RequestError where the spider has its method no more."""
    rest = json.loads(row["request"])
    methods = {"callback": row["callback"], "errback": rest.pop("errback", None)}
    for field, name in methods.items():
        if name is not None and not callable(getattr(spider, name, None)):
            raise RequestError(f"{row['url']}: {spider.name} has no {name!r} for its {field}")
    if "body" in rest:
        rest["body"] = base64.b64decode(rest["body"])
    found = {field: getattr(spider, name) for field, name in methods.items() if name}
    return Request(row["url"], priority=row["priority"], **found, **rest)
