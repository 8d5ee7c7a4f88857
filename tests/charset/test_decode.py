"""Bytes decide; declarations break ties; a broken byte costs itself."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charset import decode

HANS = (
    "清源市春季植树活动昨日举行，三百名志愿者在河边种下了两千棵树苗。"
    "主办方说，今后每年都会在这里补种，并请附近学校的学生来认养。"
)
HANT = "青溪鎮圖書館昨日重新開放，館方表示，夜間閱覽室將於下月起延長至十時，方便學生返家前自習。"
JA = "青葉町の図書館は昨日、改装を終えて再び開館した。町長は「子どもたちに使ってほしい」と話した。"
KO = "푸른마을 도서관이 어제 다시 문을 열었다. 관장은 아이들이 자주 오기를 바란다고 말했다."
FR = "<p>La bibliothèque de Sainte-Ablette a rouvert hier — les élèves y étaient déjà nombreux.</p>"
VI = "Thư viện xã Suối Xanh hôm qua đã mở cửa trở lại, các em học sinh đến đầu tiên."
PL = "Biblioteka w Niebieskim Źródle została wczoraj otwarta, pierwsze przyszły dzieci ze szkoły."
RU = "Библиотека в посёлке Синий Ручей вчера снова открылась, и первыми пришли дети."


def page(text: str, charset: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>{text[:12]}</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (HANS, "utf-8", "utf-8"),
        (HANS, "gb2312", "gb18030"),
        (HANS, "gb18030", "gb18030"),
        (HANT, "gbk", "gb18030"),
        (HANT, "big5", "big5"),
        (JA, "shift_jis", "shift_jis"),
        (JA, "euc_jp", "euc-jp"),
        (KO, "euc_kr", "euc-kr"),
        (FR, "cp1252", "windows-1252"),
        (RU, "cp1251", "windows-1251"),
        (RU, "koi8-r", "koi8-r"),
        (PL, "cp1250", "windows-1250"),
        (VI, "utf-8", "utf-8"),
        (HANS, "utf-16-le", "utf-16le"),
        (HANT, "utf-16-be", "utf-16be"),
        (HANS, "utf-16", "utf-16le"),
        (page(HANS), "utf-16-le", "utf-16le"),
        (page(HANS), "utf-16-be", "utf-16be"),
        ("plain ascii", "ascii", "utf-8"),
    ],
)
def test_an_undeclared_page_is_read_by_its_bytes(text: str, codec: str, label: str) -> None:
    decoded = decode(text.encode(codec))

    assert (decoded.text, decoded.encoding, decoded.declared) == (text, label, None)


@pytest.mark.parametrize("lie", ["utf-8", "big5", "iso-8859-1", "euc-kr"])
def test_a_lying_header_is_overruled_and_recorded(lie: str) -> None:
    decoded = decode(HANS.encode("gbk"), f"text/html; charset={lie}")

    assert decoded.text == HANS
    assert decoded.encoding == "gb18030"
    assert decoded.declared == lie
    assert f"http says {lie}, overruled" in decoded.evidence


def test_a_lying_meta_is_overruled_and_the_header_is_the_first_declaration() -> None:
    decoded = decode(page(HANS, "gb2312").encode(), "text/html; charset=GBK")

    assert decoded.encoding == "utf-8"
    assert decoded.declared == "gbk"
    assert decoded.evidence == (
        "valid utf-8",
        "http says gbk, overruled",
        "meta says gb2312, overruled",
    )


def test_an_honest_declaration_is_no_conflict() -> None:
    decoded = decode(page(HANS, "gb2312").encode("gb2312"), "text/html; charset=gbk")

    assert not any("says" in phrase for phrase in decoded.evidence)


def test_an_unknown_declaration_is_named() -> None:
    assert "http says utf8mb4, unknown" in decode(b"hello", "text/html; charset=utf8mb4").evidence


def test_the_xml_declaration_is_found() -> None:
    body = '<?xml version="1.0" encoding="GB2312"?><rss><title>清源</title></rss>'.encode("gbk")

    assert decode(body).declared == "gb2312"


def test_a_declaration_decides_what_bytes_leave_open() -> None:
    body = "中".encode("big5")

    assert decode(body, "text/html; charset=big5").text == "中"


@pytest.mark.parametrize("codec", ["utf-8", "gbk", "utf-16"])
@pytest.mark.parametrize("cut", [1, 2])
def test_a_page_cut_within_a_character_loses_that_character_only(codec: str, cut: int) -> None:
    lost = 1 if codec == "utf-8" or cut == 1 else cut // 2

    decoded = decode(HANS.encode(codec)[:-cut])

    assert decoded.text == HANS[:-lost]


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
@pytest.mark.parametrize("at", range(30, 36))
def test_one_overwritten_byte_costs_one_or_two_characters(codec: str, at: int) -> None:
    body = bytearray(HANS.encode(codec))
    body[at] = 0x80

    decoded = decode(bytes(body))

    index = at // len("清".encode(codec))
    assert decoded.text[:index] == HANS[:index]
    assert decoded.text.endswith(HANS[index + 2 :])
    assert len(decoded.text) <= len(HANS) + 1


@pytest.mark.parametrize("codec", ["gbk", "big5"])
def test_a_missing_byte_does_not_shift_the_rest_of_the_line(codec: str) -> None:
    text = HANS if codec == "gbk" else HANT
    body = bytearray(text.encode(codec))
    del body[20]

    decoded = decode(bytes(body))

    assert decoded.text.startswith(text[:10])
    assert decoded.text.endswith(text[12:])


def test_broken_bytes_are_counted_in_the_evidence() -> None:
    body = HANS.encode() + b"\xff" + HANS.encode()

    decoded = decode(body)

    assert decoded.text == HANS + "\ufffd" + HANS
    assert "1 broken bytes" in decoded.evidence


def test_sixty_characters_are_enough() -> None:
    assert decode(HANS[:60].encode("gbk")).text == HANS[:60]
    assert decode(HANT[:30].encode("big5")).text == HANT[:30]


def test_a_mark_outweighs_the_header_and_is_not_text() -> None:
    decoded = decode(b"\xef\xbb\xbf" + HANS.encode(), "text/html; charset=gbk")

    assert decoded.text == HANS
    assert decoded.evidence[0] == "utf-8 byte order mark"


def test_a_template_with_a_mark_before_a_gbk_body() -> None:
    decoded = decode(b"\xef\xbb\xbf" + HANS.encode("gbk"))

    assert decoded.text == HANS
    assert decoded.encoding == "gb18030"


def test_nothing_is_empty_utf_8() -> None:
    decoded = decode(b"", "text/html; charset=gbk")

    assert (decoded.text, decoded.encoding) == ("", "utf-8")
    assert "http says gbk, compatible" in decoded.evidence


def test_rare_names_are_no_broken_bytes() -> None:
    text = HANS + "鄢、鬻、嬴、麴、醯、彧、翀、璟、喆、堃、旻、昶、煊、鑫、犇、龘" + HANS

    assert decode(text.encode("gb18030")).text == text


@pytest.mark.parametrize(("outer", "inner"), [("utf-8", "gbk"), ("gbk", "utf-8")])
@pytest.mark.parametrize("bounds", [("<div>", "</div>"), ("\n", "\n"), ("", "")])
@pytest.mark.parametrize("where", ["head", "tail", "middle"])
def test_a_block_in_another_encoding_is_read_in_that(
    outer: str, inner: str, bounds: tuple[str, str], where: str
) -> None:
    opening, closing = bounds
    block = opening + HANS[10:40] + closing
    before = "" if where == "head" else HANS * 3
    after = "" if where == "tail" else HANS * 3
    body = before.encode(outer) + block.encode(inner) + after.encode(outer)

    decoded = decode(body)

    assert decoded.text == before + block + after
    assert decoded.encoding == "mixed"


def test_the_evidence_says_where_the_blocks_of_a_mixed_page_begin() -> None:
    body = HANS.encode() + b"<p>" + HANS.encode("gbk") + b"</p>"

    assert decode(body).evidence[-2:] == (
        "utf-8 from byte 0",
        f"gb18030 from byte {len(HANS.encode()) + len('<p>')}",
    )


def test_a_big5_block_within_utf_8() -> None:
    body = page(HANT).encode() + HANT.encode("big5")

    assert decode(body).text == page(HANT) + HANT


@given(st.integers(0, len(HANS) * 2), st.sampled_from([b"\x80", b"\xff", b"\xa0", b"\xe4"]))
def test_a_handful_of_bad_bytes_leave_a_utf_8_page_utf_8(at: int, bad: bytes) -> None:
    body = HANS.encode()
    body = body[:at] + bad + body[at:]

    assert decode(body * 3).encoding == "utf-8"


def test_zero_bytes_are_dropped_and_counted() -> None:
    decoded = decode(HANS[:9].encode("gbk") + b"\0\0" + HANS[9:].encode("gbk"))

    assert decoded.text == HANS
    assert "2 zero bytes dropped" in decoded.evidence


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_byte_lost_from_utf_16_costs_a_character(codec: str) -> None:
    body = HANS.encode(codec)

    text = decode(body[:41] + body[42:]).text

    assert text.startswith(HANS[:19])
    assert text.endswith(HANS[22:])


@given(st.integers(0, 2 * len(HANT) - 1))
def test_a_byte_lost_from_a_traditional_page_costs_few_characters(at: int) -> None:
    body = page(HANT + HANT).encode("big5").replace(HANT.encode("big5"), b"", 1)
    start = body.index(HANT[:4].encode("big5"), body.index(b"<p>")) + at

    decoded = decode(body[:start] + body[start + 1 :])

    assert decoded.encoding == "big5"
    assert decoded.text.startswith(body[: start - start % 2 - 8].decode("big5", "ignore")[:20])
    assert decoded.text.endswith("</p></body></html>")


@pytest.mark.parametrize(
    "unit", [b"\xff", b"\x80", b"A", b"<meta ", "清源".encode("gbk"), b"\x81A", b"\xe4\xb8"]
)
def test_a_long_line_of_anything_takes_linear_time(unit: bytes) -> None:
    body = unit * (1_000_000 // len(unit)) + b"\xff"

    began = process_time()
    decode(body)

    assert process_time() - began < 3


@given(st.binary(max_size=300), st.none() | st.text(max_size=40))
def test_no_bytes_and_no_header_raise(body: bytes, header: str | None) -> None:
    decoded = decode(body, header)

    assert 0 <= decoded.confidence <= 1


@given(st.sampled_from(["gbk", "big5", "cp932", "euc_kr", "utf-8"]), st.binary(max_size=6))
def test_no_damage_raises(codec: str, junk: bytes) -> None:
    assert decode(HANS.encode(codec, "ignore") + junk + HANS.encode(codec, "ignore")).text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_utf_8_of_any_script_survives(text: str) -> None:
    body = page(HANS + text).encode()

    assert decode(body).text == page(HANS + text)
