"""Lists of seeds: what is read, what is refused, and where."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.seeds import SeedError, parse_seeds, read_seeds, shipped_seeds


def seeds(text: str) -> list[str]:
    return parse_seeds(text.encode(), "mine.txt")


def test_urls_come_in_the_order_of_the_file_without_repeats() -> None:
    text = "https://b.example/\nhttps://a.example/\nhttps://b.example/\nhttp://c.example/x\n"

    assert seeds(text) == ["https://b.example/", "https://a.example/", "http://c.example/x"]


def test_comments_blank_lines_and_margins_are_passed_over() -> None:
    text = "# 河湾日报\n\n  https://a.example/  # 首页\nhttps://b.example/\t# 要闻\r\n \t \n"

    assert seeds(text) == ["https://a.example/", "https://b.example/"]


def test_a_hash_within_a_url_is_its_fragment() -> None:
    assert seeds("https://a.example/#!/news") == ["https://a.example/#!/news"]


def test_a_byte_order_mark_is_no_part_of_the_first_url() -> None:
    assert parse_seeds(b"\xef\xbb\xbfhttps://a.example/\n", "mine.txt") == ["https://a.example/"]


@pytest.mark.parametrize(
    "line",
    ["www.a.example", "ftp://a.example/", "file:///etc/passwd", "https://", "http://[::1", "新闻"],
)
def test_a_line_that_is_no_url_is_named_with_file_and_line(line: str) -> None:
    with pytest.raises(SeedError) as caught:
        seeds(f"# one\nhttps://a.example/\n{line}\n")

    assert str(caught.value) == f"mine.txt, line 3: {line!r} is not an http(s) URL"


def test_two_urls_on_one_line_are_refused() -> None:
    with pytest.raises(SeedError, match="line 1"):
        seeds("https://a.example/ https://b.example/")


def test_a_list_in_another_charset_is_refused_with_the_place() -> None:
    with pytest.raises(SeedError, match=r"^mine\.txt: not UTF-8 at byte 2$"):
        parse_seeds("# 河湾\n".encode("gbk"), "mine.txt")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_list_without_a_url_is_refused(text: str) -> None:
    with pytest.raises(SeedError, match=r"^mine\.txt: no URL in it$"):
        seeds(text)


def test_a_list_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("https://a.example/\n", encoding="utf-8")

    assert read_seeds(str(path)) == ["https://a.example/"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "absent.txt")

    with pytest.raises(SeedError, match="No such file") as caught:
        read_seeds(path)

    assert path in str(caught.value)


def test_a_source_without_a_list_is_named() -> None:
    with pytest.raises(SeedError, match=r"source 'no-such-source' has no seeds/"):
        shipped_seeds("no-such-source")


@given(st.binary() | st.text().map(str.encode))
@example(b"http://[v1.]/")
@example("http://a\u2100b/".encode())
def test_any_bytes_give_urls_or_a_seed_error(body: bytes) -> None:
    with contextlib.suppress(SeedError):
        assert parse_seeds(body, "mine.txt")
