"""Inflates bodies, and passes none on that breaks off inside its compression."""

from __future__ import annotations

import logging
import zlib

import brotli
import zstandard
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Request, Response

logger = logging.getLogger(__name__)

# What zlib says of the bytes behind a stream: servers that send these wrong send all of the text.
_TRAILER = ("incorrect data check", "incorrect length check")


class WholeBodies(HttpCompressionMiddleware):
    """Scrapy's, which takes what it can of a stream that is cut: half a page looked like one."""

    # Scrapy warns of middlewares that still take a spider.
    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Inflate; raises ResponseDataLossError where the stream goes on behind the body's end."""
        codings = response.headers.getlist("Content-Encoding")
        inflated = super().process_response(request, response)
        if isinstance(inflated, Response) and len(codings) == 1 and inflated is not response:
            coding = codings[0].strip().lower()
            if is_cut(response.body, coding, len(inflated.body)):
                message = f"{response.url}: its {coding.decode('latin-1')} stream breaks off"
                logger.warning("%s", message)
                raise ResponseDataLossError(message)
        return inflated


def is_cut(body: bytes, coding: bytes, size: int) -> bool:
    """Tell whether a compressed body, which gave `size` bytes, lacks its end."""
    if not body:  # of a 304 above all: many servers send the page's header with it
        return False
    if coding in (b"gzip", b"x-gzip"):
        # The last four bytes say the size: only where they do not is anything inflated again.
        said = int.from_bytes(body[-4:], "little")
        return said != size % 2**32 and _is_cut_zlib(body, zlib.MAX_WBITS | 16)
    if coding == b"deflate":
        return _is_cut_zlib(body, zlib.MAX_WBITS)
    if coding == b"br":
        return _is_cut_brotli(body)
    return coding == b"zstd" and _is_cut_zstd(body)


def _is_cut_zlib(body: bytes, window: int) -> bool:
    inflater = zlib.decompressobj(window)
    try:
        inflater.decompress(body)
        inflater.decompress(bytes(8))  # for a trailer, where that alone is missing: a wrong one
    except zlib.error as error:
        said = str(error)
        if window == zlib.MAX_WBITS and "header" in said:  # deflate as some servers read the RFC
            return _is_cut_zlib(body, -window)
        return not any(check in said for check in _TRAILER)
    return not inflater.eof


def _is_cut_brotli(body: bytes) -> bool:
    inflater = brotli.Decompressor()
    try:
        inflater.process(body)
    except brotli.error:
        return True
    return not inflater.is_finished()


def _is_cut_zstd(body: bytes) -> bool:
    inflater = zstandard.ZstdDecompressor().decompressobj()
    try:
        inflater.decompress(body)
    except zstandard.ZstdError:
        return True
    return not inflater.eof
