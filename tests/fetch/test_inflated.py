"""A body that breaks off inside its compression is no page."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Request, Response
from scrapy.utils.test import get_crawler

from crawler.fetch.inflated import WholeBodies

TEXT = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(9_000)).encode()


def raw_deflate(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(body) + deflater.flush()


CODINGS = {
    "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress,
    "zstd": zstandard.compress,
}  # fmt: skip
STREAMS = [(coding, compress(TEXT)) for coding, compress in CODINGS.items()]
STREAMS.append(("deflate", raw_deflate(TEXT)))


def inflated(coding: str, body: bytes) -> bytes:
    headers = {"Content-Encoding": coding, "Content-Type": "text/html"}
    response = Response("http://hewan.example/1.html", headers=headers, body=body)
    middleware = WholeBodies.from_crawler(get_crawler())
    found = middleware.process_response(Request(response.url), response)
    assert isinstance(found, Response)
    return found.body


@pytest.mark.parametrize(("coding", "stream"), STREAMS)
def test_a_whole_body_is_inflated(coding: str, stream: bytes) -> None:
    assert inflated(coding, stream) == TEXT


@pytest.mark.parametrize("coding", CODINGS)
def test_an_answer_without_a_body_has_lost_none(coding: str) -> None:
    assert inflated(coding, b"") == b""


@pytest.mark.parametrize(("coding", "stream"), STREAMS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_body_that_breaks_off_is_a_loss(coding: str, stream: bytes, share: float) -> None:
    with pytest.raises(ResponseDataLossError, match=rf"1\.html: its {coding} stream breaks off"):
        inflated(coding, stream[: int(len(stream) * share)])


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(gzip.compress(TEXT)[:-8], id="no trailer"),
        pytest.param(gzip.compress(TEXT)[:-3], id="half a trailer"),
        pytest.param(gzip.compress(TEXT)[:-8] + b"\1\2\3\4\5\6\7\10", id="a wrong trailer"),
        pytest.param(gzip.compress(TEXT) + b"\0" * 40, id="padding"),
        pytest.param(gzip.compress(TEXT[:600]) + gzip.compress(TEXT[600:]), id="two members"),
    ],
)
def test_a_gzip_body_with_all_its_text_is_whole(stream: bytes) -> None:
    assert inflated("gzip", stream) == TEXT


@given(st.binary(max_size=3_000))
def test_any_bytes_are_whole_when_compressed(body: bytes) -> None:
    for coding, compress in CODINGS.items():
        assert inflated(coding, compress(body)) == body
