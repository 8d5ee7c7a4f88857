"""Two spellings of one text fold alike, quickly or not, and leave alike sketches."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from pipelines.charset.script import fold_script
from pipelines.dedup.fingerprint import (
    FEATURE_MASK,
    SKETCH,
    Overlap,
    fingerprint,
    shingles,
)
from pipelines.dedup.folding import aligned, fold, fold_points, plain

TEXT = (
    "霁州市与云泽大学签下协议，四年里在十二个县各建一座健康驿站，每站配一台便携超声和一套会诊设备。"
    "研究院派来的医生和乡村医生搭班坐诊，进修费用由项目承担，药品从市里的仓库每周配送两次。"
)


@settings(deadline=None)  # the first makes the table
@given(st.text(st.characters(codec="utf-8")))
def test_the_table_folds_as_normalising_does(text: str) -> None:
    slowly = fold_script(unicodedata.normalize("NFKC", text).lower())

    assert fold(text) == re.sub(r"[\W_]+", "", slowly)


@pytest.mark.parametrize(
    "text", ["e\u0301cole", "㎡", "ｶﾞ", "ΑΣ", "\U00020000乾", "𠮷野家😀", "一_二"]
)
def test_rare_characters_fold_as_normalising_does(text: str) -> None:
    slowly = fold_script(unicodedata.normalize("NFKC", text).lower())

    assert fold(text) == re.sub(r"[\W_]+", "", slowly)


def test_each_character_has_its_place() -> None:
    points = aligned("電，腦Ａ")

    assert points is not None
    assert [chr(point) for point in points] == ["电", "\0", "脑", "a"]


def test_what_cannot_be_aligned_can_after_it_is_made_plain() -> None:
    assert aligned("占地㎡") is None
    assert aligned(plain("占地㎡")) is not None


@pytest.mark.parametrize(
    "other",
    [OpenCC("s2t").convert(TEXT), TEXT.replace("，", " , "), TEXT.replace("。", "")],
    ids=["script", "width", "punctuation"],
)
def test_a_fingerprint_sees_through_spelling(other: str) -> None:
    ours, theirs = fingerprint(TEXT), fingerprint(other)

    assert ours.digest == theirs.digest
    assert ours.features == theirs.features


def test_half_a_text_shares_features_with_the_whole() -> None:
    whole = set(fingerprint(TEXT * 3 + "余下的年底前书面答复，市里每半年公布一次账目。").features)
    half = set(fingerprint(TEXT).features)

    assert len(whole & half) >= SKETCH // 3


@pytest.mark.parametrize(("text", "count"), [("", 0), ("雨", 1), ("，。", 0), ("雨" * 500, 1)])
def test_texts_of_few_shingles_have_few_features(text: str, count: int) -> None:
    assert len(fingerprint(text).features) == count


@settings(deadline=None)
@given(st.text("雨雪风霜雷电云雾晴阴", max_size=400))
def test_the_features_are_those_of_the_smallest_hashes(text: str) -> None:
    smallest = sorted(set(shingles(fold_points(text)).tolist()))[:SKETCH]

    assert fingerprint(text).features == tuple(hash_ & FEATURE_MASK for hash_ in smallest)


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        (TEXT, 1, 1),
        (OpenCC("s2t").convert(TEXT), 1, 1),
        (TEXT[: len(TEXT) // 2], 1, 1),
        (TEXT * 3, 1, 1),
        (TEXT[:40] + "沙埕渔港的新码头浇下最后一方混凝土，泊位从十八个增加到三十一个。", 0.4, 0.6),
        ("沙埕渔港的新码头浇下最后一方混凝土，泊位从十八个增加到三十一个。", 0, 0),
        ("", 0, 0),
    ],
    ids=["itself", "other script", "half", "thrice", "half new", "other", "nothing"],
)
def test_the_overlap_is_a_share_of_the_shorter_text(other: str, least: float, most: float) -> None:
    assert least <= Overlap(TEXT).of(other) <= most
    assert least <= Overlap(other).of(TEXT) <= most
