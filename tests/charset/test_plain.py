"""Plain pages take a short way through decoding; what is not plain must not."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import Levenshtein

from pipelines.charset import decode
from pipelines.charset.plain import read_plain

HANS = (
    "清源市春季植树活动昨日举行，三百名志愿者在河边种下了两千棵树苗，主办方的负责人到场致辞。"
    "今后每年的春天都会在这里补种，附近学校的学生可以来认养，认养的树木会挂上孩子们的名字。"
    "林业部门的技术员介绍，新栽的树苗需要三年时间才能长成，期间的养护由志愿者轮流负责。"
)
HANT = (
    "青溪鎮圖書館昨日重新開放，館方的代表表示，夜間閱覽室的時間將於下月起延長至十時，方便學生。"
    "附近居民的反應很好，許多家長的意見認為，孩子的閱讀習慣可以從這裡開始培養，並且期待更多活動。"
    "館長的目標是，三年內把館藏的數量增加一倍，同時與鄰近的學校合作，舉辦說故事的週末活動。"
)
RARE = HANS.replace("林业部门", "林喆、王镕和邨里").replace("介绍", "堃·喆介绍")


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [(HANS, "gbk", "gb18030"), (RARE, "gbk", "gb18030"), (HANT, "big5", "big5")],
)
@pytest.mark.parametrize("labels", [[], ["gb18030"], ["big5"]])
def test_a_plain_page_is_read_whatever_it_says(
    text: str, codec: str, label: str, labels: list[str]
) -> None:
    assert read_plain(text.encode(codec), labels) == (text, label)


def test_dashes_and_dots_are_those_of_windows() -> None:
    text = HANS + "“清源·城南”——第二期"

    assert decode(text.encode("gbk")).text == text


@pytest.mark.parametrize(
    ("text", "codec"),
    # Codecs for a part of GBK and Big5 have other characters in these places.
    [(HANS + "甲―乙", "gbk"), (HANS + "甲—乙", "gbk"), (HANT + "①②的選項", "big5hkscs")],
)
def test_no_character_becomes_another(text: str, codec: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_a_page_that_lost_a_byte_is_plain_only_where_that_shows_in_few_characters() -> None:
    # Read one byte off, the last character before a word would swallow its first letter.
    with_words = HANS.replace("，", "，Abc").replace("。", "。xyz")
    for text, codec in ((with_words, "gbk"), (HANT, "big5")):
        body = text.encode(codec)

        found = [read_plain(body[:at] + body[at + 1 :], []) for at in range(len(body))]

        assert max(Levenshtein.distance(each[0], text) for each in found if each) <= 6


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("これはきのうの，かわのほとりの，はなしです，とこどもたちが，いっていた。", "euc_jp"),
        (
            "푸른마을 도서관이 어제 다시 문을 열었다. 관장은 아이들이 오기를 바란다고 했다. ",
            "euc_kr",
        ),
    ],
)
def test_other_languages_in_the_same_pairs_of_bytes_are_not_plain(text: str, codec: str) -> None:
    assert read_plain((text * 6).encode(codec), []) is None


@pytest.mark.parametrize("extra", [b"\x80", b"\xff"])
def test_a_byte_too_many_within_a_character_before_a_digit_is_looked_at_closer(
    extra: bytes,
) -> None:
    body = f"{HANS}瓦市本市是1987年{HANS}".encode("gbk")
    at = body.index("瓦".encode("gbk")) + 1

    decoded = decode(body[:at] + extra + body[at:]).text

    assert Levenshtein.distance(decoded, f"{HANS}瓦市本市是1987年{HANS}") <= 4


@pytest.mark.parametrize("plain", [True, False])
def test_the_indent_of_old_editors_is_a_space(plain: bool) -> None:
    body = b"\xa3\xa0" + HANS.encode("gbk") + (b"" if plain else b"\xff" + HANS.encode("gbk"))

    assert (read_plain(body, []) is not None) is plain
    assert decode(body).text.startswith("\u3000" + HANS[:20])


def test_a_block_of_utf_8_is_not_plain() -> None:
    body = HANS.encode("gbk") + b"</p><p>" + HANS[:40].encode() + b"</p><p>" + HANS.encode("gbk")

    assert read_plain(body, ["gb18030"]) is None
    assert decode(body).text.count(HANS[:40]) == 3


def test_a_byte_too_many_in_a_plain_page_costs_few_characters() -> None:
    for text, codec in ((HANS, "gbk"), (HANT, "big5")):
        body = text.encode(codec)
        for at in range(61, 181):
            decoded = decode(body[:at] + b"\xb5" + body[at:]).text

            assert Levenshtein.distance(decoded, text) <= 8, at
