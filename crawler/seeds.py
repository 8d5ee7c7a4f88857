"""Where a crawl begins: one URL a line, `#` starts a comment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from crawler.redact import redact

_CHINA = timezone(timedelta(hours=8))
_COMMENT = re.compile(r"(?:^|\s)#")


class SeedError(ValueError):
    """A list of seeds cannot be used; the message names the file and the line."""


def shipped_seeds(source: str) -> list[str]:
    """Read the list that the project ships for a source; raises SeedError."""
    resource = files("seeds").joinpath(f"{source}.txt")
    if not resource.is_file():
        raise SeedError(f"source {source!r} has no seeds/{source}.txt and no start URL was given")
    return parse_seeds(resource.read_bytes(), f"seeds/{source}.txt")


def read_seeds(path: str) -> list[str]:
    """Read a list from a file of the user's; raises SeedError."""
    try:
        return parse_seeds(Path(path).read_bytes(), path)
    except OSError as error:
        raise SeedError(f"cannot read seeds {path!r}: {error.strerror}") from error


def parse_seeds(body: bytes, name: str) -> list[str]:
    """Give the URLs of a list in order, without repeats; raises SeedError."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SeedError(f"{name}: not UTF-8 at byte {error.start}") from error
    urls: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        # A comment stands at the start of a line or behind white space: URLs hold '#' themselves.
        url = _COMMENT.split(line, maxsplit=1)[0].strip()
        if not url:
            continue
        check_url(url, f"{name}, line {number}")
        urls[url] = None
    if not urls:
        raise SeedError(f"{name}: no URL in it")
    return list(urls)


def parse_since(value: str) -> float:
    """Give the first moment of a day in China, in seconds since 1970; raises SeedError."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=_CHINA).timestamp()
    except ValueError as error:
        raise SeedError(f"-a since: {value!r} is no day such as 2026-05-10") from error


def parse_full(value: str) -> bool:
    """Tell what `-a full=…` says; raises SeedError."""
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if value.lower() not in words:
        raise SeedError(f"-a full: {value!r} is neither 1 nor 0")
    return words[value.lower()]


def check_url(url: str, where: str) -> None:
    """Raise SeedError unless this is an absolute http(s) URL."""
    try:
        parts = urlsplit(url)
        good = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)
        )
    except ValueError:
        good = False
    if not good:
        raise SeedError(f"{where}: {redact(url)!r} is not an http(s) URL")
