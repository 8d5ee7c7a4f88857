"""Recorded pages: bytes and headers as they came, and what the source makes of them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from crawler.fetch.decoded import decoded_response
from crawler.items import Page
from crawler.state.warc import SECRET_HEADERS
from pipelines.chain import refine
from pipelines.dedup import digest

BODY, RESPONSE, EXPECTED = "body.bin", "response.json", "expected.json"
SECRET_QUERY = re.compile(r"([?&](?:token|key|sign|signature|session|sid|auth)\w*=)[^&]*", re.I)


class FixtureError(Exception):
    """A fixture cannot be read; the message names the folder and the file."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """One recorded response, the callback that reads it, and the moment it was recorded at."""

    spider: Any
    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    callback: str
    recorded_at: str

    @classmethod
    def of(cls, spider: Any, response: Response, callback: str) -> Fixture:
        """Record a response now; cookies, credentials and tokens in the address are left out."""
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
            if name.decode("latin-1").lower() not in SECRET_HEADERS
        ]
        at = datetime.now(UTC).isoformat(timespec="seconds")
        url = SECRET_QUERY.sub(r"\1removed", response.url)
        return cls(spider, url, response.status, headers, response.body, callback, at)

    def results(self) -> list[dict[str, Any]]:
        """Give what the source makes of the page: refined items, and requests in order.

        Run it with the clock at `recorded_at` for equal results.
        """
        spider = self.spider(seeds=None, url=self.url) if self._generic() else self.spider()
        spider.crawler = _NoCrawler()
        outputs = getattr(spider, self.callback)(self._response())
        if isinstance(outputs, AsyncIterator):
            outputs = asyncio.run(_gathered(outputs))
        found = list(map(_plain, outputs))
        for fields in found:
            if "fetched_at" in fields:  # the moment of the call would differ by its seconds
                fields["fetched_at"] = self.recorded_at
        return found

    def _generic(self) -> bool:
        return bool(self.spider.name == "site")

    def _response(self) -> Response:
        headers = Headers()
        for name, value in self.headers:
            headers.appendlist(name, value)
        cls = responsetypes.from_args(headers=headers, url=self.url, body=self.body)
        plain = cls(self.url, self.status, headers, self.body, request=Request(self.url))
        return decoded_response(plain)


class _NoStats:
    def inc_value(self, key: str, count: int = 1) -> None:
        """Count nothing: there is no crawl."""


class _NoCrawler:
    stats = _NoStats()

    def get_extension(self, cls: type) -> None:
        """Have none."""


async def _gathered(outputs: AsyncIterator[Any]) -> list[Any]:
    return [output async for output in outputs]


def _plain(output: Any) -> dict[str, Any]:
    if isinstance(output, Request):
        callback = getattr(output.callback, "__name__", None)
        return {"request": output.url, "callback": callback, "cb_kwargs": output.cb_kwargs}
    if isinstance(output, Page):
        refined = refine(output)
        fields = asdict(refined)
        if "fingerprint" in fields:
            fields["fingerprint"] = digest(fields["text"])
        fields["type"] = type(refined).__name__
    else:
        fields = asdict(output) if is_dataclass(output) else dict(output)  # type: ignore[arg-type]
    return dict(json.loads(json.dumps(fields)))


def fixture_name(url: str) -> str:
    """Name a fixture after its address: the path's words and a short hash."""
    parts = urlsplit(url)
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{parts.path} {parts.query}").strip("-")[:40]
    return f"{words or 'home'}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"


def save(folder: Path, fixture: Fixture) -> None:
    """Write a fixture with what the source makes of it now as what is expected."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BODY).write_bytes(fixture.body)
    described = {
        "url": fixture.url,
        "status": fixture.status,
        "headers": fixture.headers,
        "callback": fixture.callback,
        "recorded_at": fixture.recorded_at,
    }
    _write_json(folder / RESPONSE, described)
    _write_json(folder / EXPECTED, fixture.results())


def load(folder: Path, spider: Any) -> Fixture:
    """Read a fixture; raises FixtureError."""
    try:
        described = json.loads((folder / RESPONSE).read_text(encoding="utf-8"))
        return Fixture(
            spider,
            described["url"],
            described["status"],
            [(name, value) for name, value in described["headers"]],
            (folder / BODY).read_bytes(),
            described["callback"],
            described["recorded_at"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FixtureError(f"{folder}: {type(error).__name__}: {error}") from error


def expected(folder: Path) -> list[dict[str, Any]]:
    """Read what a fixture must give; raises FixtureError."""
    try:
        found = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FixtureError(f"{folder / EXPECTED}: {error}") from error
    if not isinstance(found, list):
        raise FixtureError(f"{folder / EXPECTED}: not a list")
    return found


def fixtures(root: Path) -> Iterator[tuple[str, Path]]:
    """Give source and folder of every fixture below a root."""
    for path in sorted(root.glob(f"*/*/{RESPONSE}")):
        yield path.parent.parent.name, path.parent


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
