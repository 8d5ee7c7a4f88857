"""One address for one page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedup import canonical_url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Qinglan.example:80/n/1.html#top", "http://www.qinglan.example/n/1.html"),
        ("http://q.example", "http://q.example/"),
        ("http://q.example/a?utm_source=wx&id=7&spm=1.2", "http://q.example/a?id=7"),
        ("http://q.example/a?b=2&a=1", "http://q.example/a?a=1&b=2"),
        ("http://q.example/a;jsessionid=0F3?id=7", "http://q.example/a?id=7"),
        ("http://q.example/a?w=%C7%E0", "http://q.example/a?w=%C7%E0"),
        ("https://q.example:8443/a", "https://q.example:8443/a"),
        ("http://[2001:db8::1]/a", "http://[2001:db8::1]/a"),
    ],
)
def test_what_does_not_name_the_page_goes(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url", ["", "no address", "mailto:a@b.example", "http://[", "pages/1.html"]
)
def test_what_is_no_address_comes_back_as_it_is(url: str) -> None:
    assert canonical_url(url) == url


@given(st.text() | st.text().map(lambda text: f"http://q.example/{text}"))
def test_a_canonical_address_is_its_own(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once
