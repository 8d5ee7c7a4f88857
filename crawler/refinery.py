"""Runs the stages over documents from files: one result a document, in input order."""

from __future__ import annotations

import base64
import binascii
import gzip
import heapq
import io
import json
import re
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import xxhash
import zstandard
from warcio.bufferedreaders import DecompressingBufferedReader

from crawler.items import Page, Rejected
from crawler.state.warc import ArchiveError, Recorded, read_responses
from crawler.workers import Workers
from pipelines.boilerplate.learning import PAGES, learn
from pipelines.boilerplate.observation import Observation
from pipelines.boilerplate.template import Template
from pipelines.chain import EMPTY, Templates, host_of, mend, observed, refine
from pipelines.charset import decode
from pipelines.dedup import Fingerprint, fingerprint

MAX_BODY_BYTES = 16 * 2**20
AHEAD = 64
# Pages of a host that its template is learnt from.
LEARN_FROM = 60

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Document:
    """One input document: bytes to be decoded, or text that already is."""

    url: str
    body: bytes | None = None
    text: str = ""
    media: str = "html"
    content_type: str | None = None
    source: str = ""
    fetched_at: str = ""
    archive: str = ""
    problem: str = ""

    def page(self) -> Page:
        """Decode the document."""
        content, encoding = self.text, ""
        if self.body is not None:
            decoded = decode(self.body, self.content_type)
            content, encoding = decoded.text, decoded.encoding
        return Page(
            url=self.url,
            content=content,
            media="text" if self.media == "text" else "html",
            source=self.source,
            fetched_at=self.fetched_at,
            encoding=encoding,
            archive=self.archive,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One output line and the article's fingerprint for an index."""

    fields: dict[str, Any]
    print_: Fingerprint | None = None


def refine_document(document: Document, template: Template | None) -> Line:
    """Run the stages over one document; what cannot be refined is a rejected line."""
    if document.problem:
        result: Any = Rejected(document.url, document.problem)
    else:
        known = {host_of(document.url): template} if template is not None else EMPTY
        result = refine(document.page(), known)
    fields = {"url": document.url, "status": "ok", "reason": None}
    if isinstance(result, Rejected):
        return Line(fields | asdict(result) | {"status": "rejected"})
    print_ = fingerprint(result.text)
    return Line(fields | asdict(result) | {"fingerprint": print_.digest}, print_)


def failed_line(document: Document, error: BaseException) -> Line:
    """Give the line of a document on which a stage failed."""
    reason = f"{type(error).__name__}: {error}"
    return Line(asdict(Rejected(document.url, reason)) | {"status": "rejected"})


def documents(path: Path, report: Callable[[str], None]) -> Iterator[Document]:
    """Give the documents of one input file; what cannot be read is reported by name."""
    name = path.name.lower().removesuffix(".gz").removesuffix(".zst")
    reader = _READERS.get(name.rpartition(".")[2])
    if reader is None:
        report(f"{path}: not a .warc, .html, .txt or .jsonl file")
        return
    try:
        if path.stat().st_size == 0:
            report(f"{path}: the file is empty")
            return
        yield from reader(path, report)
    except ArchiveError as error:
        report(str(error))
    except (OSError, EOFError, zstandard.ZstdError, zlib.error) as error:
        report(f"{path}: {getattr(error, 'strerror', None) or error}")


def _one(path: Path, media: str) -> Iterator[Document]:
    with _opened(path) as file:
        yield Document(str(path), body=file.read(), media=media)


def _html(path: Path, report: Callable[[str], None]) -> Iterator[Document]:
    return _one(path, "html")


def _text(path: Path, report: Callable[[str], None]) -> Iterator[Document]:
    return _one(path, "text")


def _warc(path: Path, report: Callable[[str], None]) -> Iterator[Document]:
    for record in read_responses(path):
        problem = "" if 200 <= record.status < 300 else f"http status {record.status}"
        body = b""
        try:
            body = payload(record)
        except ValueError as error:
            problem = str(error)
        kind = (record.content_type() or "text/html").lower()
        if not problem and not any(word in kind for word in ("html", "text/plain")):
            problem = f"not a page: {kind}"
        yield Document(
            record.url,
            body=body,
            content_type=record.content_type(),
            source=record.source,
            fetched_at=record.fetched_at,
            archive=record.pointer,
            problem=problem,
        )


def payload(record: Recorded) -> bytes:
    """Undo the Content-Encoding of a record; raises ValueError naming what cannot be undone."""
    coding = next((v for k, v in record.headers if k.lower() == "content-encoding"), "").lower()
    if not coding or coding == "identity" or record.rendered:
        return record.body
    try:
        if coding == "zstd":
            reader: Any = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(record.body))
        elif coding in ("gzip", "x-gzip", "deflate", "br"):
            kind = coding.removeprefix("x-")
            reader = DecompressingBufferedReader(io.BytesIO(record.body), decomp_type=kind)
        else:
            raise ValueError(f"content encoding {coding!r}")
        body = bytes(reader.read(MAX_BODY_BYTES + 1))
    except (zlib.error, zstandard.ZstdError, OSError) as error:
        raise ValueError(f"broken {coding}: {error}") from error
    if len(body) > MAX_BODY_BYTES:
        raise ValueError(f"over {MAX_BODY_BYTES} bytes")
    return body


def _jsonl(path: Path, report: Callable[[str], None]) -> Iterator[Document]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield _from_json(json.loads(line), f"{path}:{number}")
            except (ValueError, TypeError, binascii.Error) as error:
                report(f"{path}, line {number}: {error}")
                yield Document(f"{path}:{number}", problem=f"unreadable line: {error}")


# "\\ud800" is JSON, and no character: what holds it cannot be written as UTF-8.
_HALVES = re.compile("[\ud800-\udfff]")


def _from_json(value: Any, place: str) -> Document:
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    url, content_type = value.get("url", place), value.get("content_type")
    if not isinstance(url, str) or not isinstance(content_type, str | None):
        raise TypeError("'url' and 'content_type' must be strings")
    if isinstance(body := value.get("body_b64"), str):
        return Document(url, body=base64.b64decode(body), content_type=content_type)
    url = _HALVES.sub("\ufffd", url)
    for media in ("html", "text"):
        if isinstance(text := value.get(media), str):
            return Document(url, text=_HALVES.sub("\ufffd", text), media=media)
    raise TypeError("none of 'html', 'text', 'body_b64' is a string")


_READERS: dict[str, Callable[[Path, Callable[[str], None]], Iterator[Document]]] = {
    "html": _html,
    "htm": _html,
    "txt": _text,
    "jsonl": _jsonl,
    "warc": _warc,
}


def _opened(path: Path) -> Any:
    if path.suffix.lower() == ".gz":
        return gzip.open(path)
    if path.suffix.lower() == ".zst":
        return io.BufferedReader(zstandard.open(path, "rb"))
    return path.open("rb")


def learnt(
    inputs: Callable[[], Iterator[Document]], count: int, deadline: float = 60.0
) -> dict[str, Template]:
    """Learn the templates of the sites that many of the documents are from.

    `inputs` is read twice. What is learnt does not depend on the order of the documents: of each
    host those count whose addresses have the least hashes.
    """
    chosen: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for document in inputs():
        host = host_of(document.url)
        if host and document.media == "html" and not document.problem:
            mark = xxhash.xxh3_64_intdigest(document.url.encode())
            if len(chosen[host]) < LEARN_FROM:
                heapq.heappush(chosen[host], (-mark, document.url))
            else:
                heapq.heappushpop(chosen[host], (-mark, document.url))
    wanted = {u for urls in chosen.values() if len(urls) >= PAGES for _, u in urls}
    if not wanted:
        return {}
    pages: dict[str, list[Observation]] = defaultdict(list)
    workers = Workers(count, deadline)
    some = (document for document in inputs() if document.url in wanted)
    submitted = ((d, workers.submit(observe_document, d)) for d in some)
    with closing(workers):
        for _, future in _ahead(submitted):
            # What fails here fails in the pass that writes, too, and is told there.
            found = None if future.exception() else future.result()
            if found is not None:
                pages[host_of(found.url)].append(found)
    return {host: learn(observations) for host, observations in pages.items()}


def observe_document(document: Document) -> Observation | None:
    """Say what one document shows of its site."""
    return observed(mend(document.page()), None)[1]


def refined(
    inputs: Iterator[Document], count: int, templates: Templates = EMPTY, deadline: float = 60.0
) -> Iterator[Line]:
    """Refine documents in `count` processes (0: in this one); lines come in input order."""
    workers = Workers(count, deadline)
    submitted = (
        (d, workers.submit(refine_document, d, templates.get(host_of(d.url)))) for d in inputs
    )
    with closing(workers):
        for document, future in _ahead(submitted):
            error = future.exception()
            yield future.result() if error is None else failed_line(document, error)


def _ahead(
    submitted: Iterator[tuple[Document, Future[T]]],
) -> Iterator[tuple[Document, Future[T]]]:
    """Keep so many calls under way; each comes out in its turn."""
    waiting: deque[tuple[Document, Future[T]]] = deque()
    for pair in submitted:
        waiting.append(pair)
        if len(waiting) >= AHEAD:
            yield waiting.popleft()
    yield from waiting
