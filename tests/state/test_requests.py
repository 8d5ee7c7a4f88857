"""Requests become rows and come back the same, or a message says why not."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Spider
from scrapy.http import Request
from scrapy.utils.request import RequestFingerprinter

from crawler.state.requests import PASSING, RequestError, hidden, is_hidden, to_request, to_row


class Hewan(Spider):
    name = "hewan"

    def parse(self, response: Any, **kwargs: Any) -> None:
        """Read a list."""

    def failed(self, failure: Any) -> None:
        """See a failure."""


SPIDER = Hewan()
URL = "http://hewan.example/a.html"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def row(request: Request) -> dict[str, Any]:
    return to_row(request, SPIDER, RequestFingerprinter())


@given(
    meta=st.dictionaries(st.text().filter(lambda name: name not in PASSING), JSON),
    arguments=st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), JSON),
    body=st.binary(max_size=50),
    priority=st.integers(-1000, 1000),
)
def test_a_request_comes_back_as_it_was(
    meta: dict[str, Any], arguments: dict[str, Any], body: bytes, priority: int
) -> None:
    request = Request(
        URL, SPIDER.parse, method="POST", headers={"Referer": "http://hewan.example/"}, body=body,
        meta=meta, cb_kwargs=arguments, priority=priority, errback=SPIDER.failed, dont_filter=True,
    )  # fmt: skip

    back = to_request(row(request), SPIDER)

    assert back.to_dict(spider=SPIDER) == request.to_dict(spider=SPIDER)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request(URL, SPIDER.parse, meta={"page": object()}), r"meta\['page'\]"),
        (Request(URL, SPIDER.parse, cb_kwargs={"make": dict}), r"cb_kwargs\['make'\]"),
        (Request(URL, SPIDER.parse, meta={"pages": {1: "一"}}), r"meta\['pages'\]"),
        (Request(URL, print), "callback"),
        (Request(URL, SPIDER.parse, headers={"Authorization": "Basic eDp5"}), "Authorization"),
        (Request(URL, SPIDER.parse, cookies={"id": "1"}), "cookies"),
        (Request("http://u:secret@hewan.example/a.html", SPIDER.parse), "password"),
    ],
)
def test_what_cannot_be_kept_is_named(request_: Request, said: str) -> None:
    with pytest.raises(RequestError, match=said) as raised:
        row(request_)

    assert URL.removeprefix("http://") in str(raised.value)
    assert "secret@" not in str(raised.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"url": f"{URL}?access_token=secret"},
        {"meta": {"proxy": "http://me:secret@proxy.example:3128"}},
        {"cb_kwargs": {"list": [{"url": f'{URL}?password=secret"'}]}},
        {"method": "POST", "body": b"user=me&password=secret"},
        {"method": "POST", "body": b'{"user": "me", "api_key": "secret"}'},
    ],
    ids=["address", "meta", "arguments", "form", "JSON"],
)
def test_credentials_of_a_request_are_hidden_and_missed(fields: Any) -> None:
    asked: Any = {"url": URL, "callback": SPIDER.parse} | fields
    whole = row(Request(**asked))

    kept = hidden(whole)

    rest = json.loads(kept["request"])
    written = kept["url"] + kept["request"] + str(base64.b64decode(rest.get("body", "")))
    assert "secret" not in written
    assert (is_hidden(kept), is_hidden(whole)) == (True, False)


def test_a_request_without_credentials_is_kept_as_it_is() -> None:
    request = Request(
        URL, SPIDER.parse, method="POST", body=b"page=2&keyword=secret", meta={"page": 2},
        headers={"Referer": f"{URL}?access_token=***"},
    )  # fmt: skip

    kept = hidden(row(request))

    assert kept == row(request)
    assert not is_hidden(kept)


def test_addresses_of_one_page_have_one_key() -> None:
    tracked = Request(f"{URL}?utm_source=weixin", SPIDER.parse)

    assert row(tracked)["key"] == row(Request(URL, SPIDER.parse))["key"]
    assert row(tracked)["key"] != row(Request(f"{URL}?id=2", SPIDER.parse))["key"]


def test_a_method_that_the_source_has_no_more_is_named() -> None:
    kept = row(Request(URL, SPIDER.parse)) | {"callback": "parse_old"}

    with pytest.raises(RequestError, match="parse_old"):
        to_request(kept, SPIDER)
