"""Gives spiders the text that the bytes hold, whatever the page declares."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Request, Response, XmlResponse

from pipelines.charset import Decoded, decode


class DecodedHtmlResponse(HtmlResponse):
    """An HTML response whose `.text` was decoded by evidence; `.body` stays as it came."""

    attributes = (*HtmlResponse.attributes, "decoded")
    __slots__ = ("decoded",)

    def __init__(self, *args: Any, decoded: Decoded, **kwargs: Any) -> None:
        self.decoded: Decoded = decoded
        super().__init__(*args, **kwargs)

    @property
    def text(self) -> str:
        """The decoded text."""
        return self.decoded.text


class DecodedXmlResponse(XmlResponse):
    """The same for XML."""

    attributes = (*XmlResponse.attributes, "decoded")
    __slots__ = ("decoded",)

    def __init__(self, *args: Any, decoded: Decoded, **kwargs: Any) -> None:
        self.decoded: Decoded = decoded
        super().__init__(*args, **kwargs)

    @property
    def text(self) -> str:
        """The decoded text."""
        return self.decoded.text


class DecodedMiddleware:
    """Decodes HTML and XML once, by evidence, and counts what was found and overruled."""

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DecodedMiddleware:
        """Build for a crawler."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Hand on the response with decoded text; other types pass as they are."""
        found = decoded_response(response)
        if isinstance(found, DecodedHtmlResponse | DecodedXmlResponse):
            self.stats.inc_value(f"charset/decoded/{found.decoded.encoding}")
            if any("overruled" in line for line in found.decoded.evidence):
                self.stats.inc_value("charset/declaration_overruled")
        return found


def decoded_response(response: Response) -> Response:
    """Give an HTML or XML response that carries its decoded text, any other as it is."""
    if isinstance(response, HtmlResponse):
        cls: type[DecodedHtmlResponse | DecodedXmlResponse] = DecodedHtmlResponse
    elif isinstance(response, XmlResponse):
        cls = DecodedXmlResponse
    else:
        return response
    declared = response.headers.get("Content-Type")
    decoded = decode(response.body, declared.decode("latin-1") if declared else None)
    # A `mixed` page has no codec of its own; the name only serves to write URLs in it.
    codec = "utf-8" if decoded.encoding == "mixed" else decoded.encoding
    return response.replace(cls=cls, encoding=codec, decoded=decoded)
