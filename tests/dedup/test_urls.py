"""One address for one page."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.dedup import canonical_of, canonical_url
from pipelines.dedup import urls as module


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Qinglan.example:80/n/1.html#top", "http://www.qinglan.example/n/1.html"),
        ("http://q.example", "http://q.example/"),
        ("http://q.example/a?utm_source=wx&id=7&spm=1.2", "http://q.example/a?id=7"),
        ("http://q.example/a?b=2&a=1", "http://q.example/a?a=1&b=2"),
        ("http://q.example/a?tag=b&tag=a", "http://q.example/a?tag=b&tag=a"),
        ("http://q.example/a;jsessionid=0F3?id=7", "http://q.example/a?id=7"),
        ("https://q.example/a", "http://q.example/a"),
        ("https://q.example:443/a", "http://q.example/a"),
        ("https://q.example:8443/a", "https://q.example:8443/a"),
        ("http://[2001:db8::1]/a", "http://[2001:db8::1]/a"),
        ("http://清源.example/a", "http://xn--c5wol.example/a"),
        # Routes that scripts read stay, places on a page go.
        ("http://q.example/#!/n/1", "http://q.example/#!/n/1"),
        ("http://q.example/#/n/1", "http://q.example/#/n/1"),
        # Escapes: of what needs none, in small letters, of GBK and of UTF-8
        ("http://q.example/%6e/%7e1", "http://q.example/n/~1"),
        ("http://q.example/a?w=%c7%e0", "http://q.example/a?w=%E9%9D%92"),
        ("http://q.example/%BA%D3%CD%E5.html", "http://q.example/%E6%B2%B3%E6%B9%BE.html"),
        ("http://q.example/河湾.html", "http://q.example/%E6%B2%B3%E6%B9%BE.html"),
        ("http://q.example/a%2Fb", "http://q.example/a%2Fb"),
        ("http://q.example/?w=a%26b=%ff", "http://q.example/?w=a%26b=%FF"),
        # Mobile twins
        ("http://m.q.example/n/1.html", "http://www.q.example/n/1.html"),
        ("https://wap.news.q.example/n/1.html", "http://news.q.example/n/1.html"),
        ("http://m.com.cn/n/1.html", "http://m.com.cn/n/1.html"),
        ("http://q.example/m/n/1.html", "http://q.example/n/1.html"),
        ("http://q.example/m/", "http://q.example/m/"),
        ("http://q.example/n/1.html/amp", "http://q.example/n/1.html"),
        ("http://q.example/t-1.html?mobile=2", "http://q.example/t-1.html"),
        ("http://q.example/?m=content&id=7", "http://q.example/?id=7&m=content"),
        ("http://q.example/n/index.html", "http://q.example/n/"),
        ("http://q.example/n/index.html?id=7", "http://q.example/n/index.html?id=7"),
        ("http://q.example/n/index_2.html", "http://q.example/n/index_2.html"),
        # A session, and a story's number
        (f"http://q.example/t?f=1&sid={'0f' * 16}", "http://q.example/t?f=1"),
        ("http://q.example/show?sid=77", "http://q.example/show?sid=77"),
        (f"http://q.example/show?sid={'0f' * 16}", f"http://q.example/show?sid={'0f' * 16}"),
        ("http://q.example/list?from=2024-05-10", "http://q.example/list?from=2024-05-10"),
    ],
)
def test_what_does_not_name_the_page_goes(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_an_address_longer_than_any_server_takes_comes_back_as_it_is() -> None:
    url = "http://hewan.example/" + ";jsessionid=9/n" * 20_000

    assert canonical_url(url) == url


@pytest.mark.parametrize(
    "url", ["", "no address", "mailto:a@b.example", "http://[", "http://.", "pages/1.html"]
)
def test_what_is_no_address_comes_back_as_it_is(url: str) -> None:
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    "word",
    [
        example
        for table in (module.TRACKING, module.SESSION, module.MOBILE_PARAMETERS)
        for _, example in table
    ],
)
def test_a_parameter_of_the_tables_goes(word: str) -> None:
    assert canonical_url(f"http://q.example/a?{word}&id=7") == "http://q.example/a?id=7"


@pytest.mark.parametrize(
    "path",
    [e for table in (module.SESSION_PATHS, module.MOBILE_PATHS) for _, e in table],
)
def test_a_path_of_the_tables_is_another_spelling(path: str) -> None:
    assert canonical_url(f"http://q.example{path}") == "http://q.example/n/1.html"


PART = st.text("abm1/.;=&%#?!河湾\ufffd \\|AF0[]", max_size=30) | st.text(max_size=8)
URLS = st.text() | st.builds(
    "{}://{}{}/{}?{}#{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["m.", "wap.m.", "", "WWW."]),
    st.sampled_from(["q.example", "cn", "清源.example", "10.0.0.1", "[::1]", "q.example:81"]),
    PART,
    PART,
    PART,
)


@example("http://a.cn/%BA%D3;jsessionid=%B9")  # half a character, with it no GBK
@given(URLS)
def test_a_canonical_address_is_its_own(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once


NAME = st.text("abcdefghijklnopqrsuvwxyz", min_size=2, max_size=8).filter(
    lambda name: (
        not module._compiled(
            module.TRACKING + module.SESSION + module.SESSION_BESIDE + module.MOBILE_PARAMETERS
        ).match(f"{name}=1")
    )
)
VALUE = st.text("0123456789abc%.河湾", min_size=1, max_size=12).map(quote)


@given(NAME, VALUE, VALUE)
def test_addresses_that_differ_in_another_parameter_stay_apart(
    name: str, one: str, other: str
) -> None:
    keys = {canonical_url(f"http://q.example/a?{name}={value}") for value in (one, other)}

    assert (len(keys) == 1) == (one == other)


@given(st.text("河湾青岚县新闻石桥修缮", min_size=1, max_size=12))
def test_gbk_and_utf8_are_two_spellings_of_one_address(words: str) -> None:
    keys = {
        canonical_url(
            f"http://q.example/{quote(words.encode(codec))}?w={quote(words, encoding=codec)}"
        )
        for codec in ("gbk", "utf-8")
        if codec == "utf-8" or not _is_utf8(words.encode(codec))
    }

    assert len(keys) == 1


def _is_utf8(body: bytes) -> bool:
    try:
        return bool(body.decode())
    except UnicodeDecodeError:
        return False


PAGE = "http://m.q.example/n/20240510/1234.html"
OWN = "http://www.q.example/n/20240510/1234.html"


@pytest.mark.parametrize(
    ("url", "said", "key"),
    [
        (PAGE, "", OWN),
        (PAGE, "https://news.q.example/a/1234.html", "http://news.q.example/a/1234.html"),
        (PAGE, "/article-1234-1.html", "http://www.q.example/article-1234-1.html"),
        ("http://q.example/?p=77", "/2024/77/shiqiao", "http://q.example/2024/77/shiqiao"),
        ("http://q.example/a/shiqiao.html?x=y", "/a/shiqiao", "http://q.example/a/shiqiao"),
        # Another site, the home page, a column, another article, the first page of this one
        (PAGE, "http://other.example/n/1234.html", OWN),
        (PAGE, "http://www.q.example/", OWN),
        (PAGE, "/n/", OWN),
        (PAGE, "/n/20240510", OWN),
        (PAGE, "/n/20240510/1235.html", OWN),
        (PAGE, "/n/20240510/list.html", OWN),
        ("http://q.example/n/1234_2.html", "/n/1234.html", "http://q.example/n/1234_2.html"),
        (
            "http://q.example/show?id=1234&page=2",
            "/show?id=1234",
            "http://q.example/show?id=1234&page=2",
        ),
        ("http://q.example/show.php?id=1234", "/show.php", "http://q.example/show.php?id=1234"),
        # What is no address
        (PAGE, "javascript:void(0)", OWN),
        (PAGE, "http://[", OWN),
        (PAGE, "mailto:1234@q.example", OWN),
    ],
)
def test_what_a_page_says_of_its_address_counts_where_it_can_be_meant(
    url: str, said: str, key: str
) -> None:
    assert canonical_of(url, said) == key


@given(URLS, URLS | st.text())
def test_a_page_says_only_addresses_of_its_own_site(url: str, said: str) -> None:
    key = canonical_of(url, said)

    assert key == canonical_url(key)
    if key != canonical_url(url):
        assert urlsplit(key).scheme in ("http", "https")
