"""UTF-8 that was read as GBK: what is missing follows from what stands around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charset.gaps import fitting, read_utf8
from pipelines.charset.model.language import language_model
from pipelines.charset.undo import Deadline
from tests.charset.simulator import cp936

SENTENCE = "清源市卫生健康委员会昨日召开会议，部署“十四五”期间的重点工作，负责人到会并讲话。"


def read(shown: str, layers: int = 1) -> str | None:
    found = read_utf8(shown, language_model(), Deadline(), layers)
    return found[0] if found else None


def test_nothing_is_missing_where_the_bytes_make_pairs() -> None:
    assert read("你好".encode().decode("gbk")) == "你好"


@pytest.mark.parametrize("codec", ["gbk", "gb18030"])
def test_lost_bytes_are_filled_by_what_fits(codec: str) -> None:
    assert read(SENTENCE.encode().decode(codec, "replace")) == SENTENCE


def test_a_second_layer_is_undone() -> None:
    once = SENTENCE.encode().decode("gb18030", "replace")

    # The last character was cut twice: what is left of it stays marked.
    assert read(once.encode().decode("gb18030", "replace"), 2) == SENTENCE + "\ufffd"


def test_the_digit_that_was_swallowed_with_a_byte_comes_back() -> None:
    truth = "该馆于1998年建成，2003年扩建。"

    assert read(cp936(truth.encode())) == truth


def test_a_question_mark_may_be_one() -> None:
    assert read("你好".encode().decode("gbk") + "?" + "你好".encode().decode("gbk")) == "你好?你好"


def test_text_that_is_no_utf_8_is_not_read() -> None:
    assert read("清源市卫生健康委员会") is None


def test_two_characters_may_fit_around_one_gap() -> None:
    text = "会议"
    body = text.encode()

    assert (text, body[2:4]) in fitting(body[:2], 2, body[4:])


@given(st.text(max_size=40))
def test_any_text_is_survived(text: str) -> None:
    for layers in (1, 2):
        read(text, layers)
