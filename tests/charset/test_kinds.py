"""Each kind of damage is undone, and what only looks like it is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.charset import repair, undo
from pipelines.charset.repair import TOO_SLOW
from tests.charset import simulator
from tests.charset.sound import sound_documents
from tests.web.damage import readings, slip, spin

PLAIN = (
    "清源市卫生健康委员会昨日召开会议，部署今年的重点工作。会议指出，要坚持保基本、强基层、建机制，"
    "由于各地情况不同，以后每个季度都要检查一次。各区县的负责人参加了会议；会后，代表们参观了新建的医院！"
    "主任陈小禾说，这里的医疗条件比过去好得多。现在，群众看病更方便了，费用也降了下来。"
)
TAIWAN = (
    "青溪鎮公所昨日宣布，由於河堤加固工程進入收尾階段，往後兩個月內，東岸的建築施工將分段進行。"
    "負責人張遠說，這裡的樹木關係到沿河居民的生活，採取移植的辦法，可以把損失降到最低。"
)


def kinds(text: str) -> set[str]:
    return {damage.kind for damage in repair(text).damages}


@pytest.mark.parametrize("noted", [False, True])
@pytest.mark.parametrize("decode", [simulator.cp936, simulator.whatwg])
def test_a_stream_read_one_byte_off_is_read_anew(
    noted: bool, decode: Callable[[bytes], str]
) -> None:
    spun = spin(PLAIN)
    damaged = slip(spun, readings(spun)) if noted else simulator.slip_tracked(spun, decode).text

    repaired = repair(damaged).text

    # The lead byte of 保 is gone for good: 。 is as likely there.
    assert sum(a != b for a, b in zip(repaired, PLAIN, strict=True)) <= 1
    assert "misaligned_run" in kinds(damaged)


def test_a_note_that_split_a_character_tells_the_lost_byte() -> None:
    # D5B9 9D93 with the note of B99D between: 展 ? jié) and the rest one byte off
    spun = spin(PLAIN + "发展潜力在众多城市中最大。")
    damaged = slip(spun, {"節": "jié"})

    assert "?jié)" in damaged
    assert repair(damaged).text.endswith("发展潜力在众多城市中最大。")


@pytest.mark.parametrize("name", list(simulator.MOJIBAKE))
def test_a_wrong_decoding_is_undone(name: str) -> None:
    truth = TAIWAN if name.startswith("big5") else PLAIN

    repaired = repair(simulator.MOJIBAKE[name](truth))

    same = sum(a == b for a, b in zip(repaired.text, truth, strict=False))
    assert same >= 0.93 * len(truth)
    assert repaired.damages


def test_a_single_mark_before_the_rest_of_a_page_is_read_anew() -> None:
    page = "<p>《<b>清源的河</b>》" + PLAIN + "</p>"

    assert repair(simulator.MOJIBAKE["gbk_as_latin"](page)).text == page


def test_a_page_proven_misread_is_read_anew_to_its_last_word() -> None:
    wrong = PLAIN.encode("gbk").decode("latin-1")
    page = f"<p>{wrong}</p><p>{wrong[:8]}<b>{wrong[:4]}</b></p>"

    assert repair(page).text == f"<p>{PLAIN}</p><p>{PLAIN[:4]}<b>{PLAIN[:2]}</b></p>"


def test_an_apostrophe_stays_where_nothing_is_lost() -> None:
    truth = "十字园蛛（学名：'），又名园圃蜘蛛，是一种常见的蜘蛛，分布在河边的草丛里。"

    assert repair(truth.encode("gbk").decode("latin-1")).text == truth


def test_soft_hyphens_are_put_back_wherever_they_were_taken_out() -> None:
    truth = "珠江沿岸的旧城改造工程昨日开始，江边的居民已经搬到新居，预计明年完工。"

    for name in ("gbk_as_latin_wild", "gbk_as_latin_ftfy"):
        assert repair(simulator.MOJIBAKE[name](truth)).text == truth, name


def test_a_singer_with_the_surname_yu_is_not_spun() -> None:
    text = (
        "資深藝人余貴華出席記者會，談論與團隊合作電視劇經驗，現場媒體爭相發問，導演讚賞劇組認真，"
        "觀眾熱烈響應，將續拍連續劇。"
    )

    assert repair(text).text is text


def test_signs_that_latin_has_too_do_not_hide_the_rest_of_a_page_proven_misread() -> None:
    wrong = simulator.MOJIBAKE["utf8_as_gb18030"](PLAIN)

    repaired = repair(f"<p>{wrong}</p><p>{wrong}×× 10°° {wrong}</p>").text

    assert repaired.count(PLAIN[:100]) == 3


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
def test_utf8_read_as_latin_is_left_to_ftfy(codec: str) -> None:
    shown = "".join(bytes((byte,)).decode(codec, "ignore") or chr(byte) for byte in PLAIN.encode())

    assert repair(shown).text == PLAIN
    assert kinds(shown) == {"utf8_as_latin"}


def test_only_the_wrong_line_of_a_page_is_read_anew() -> None:
    wrong = PLAIN.encode("gbk").decode("latin-1")
    page = f"<html><body><p>{PLAIN}</p><p>{wrong}</p><p>Café à Évry</p></body></html>"

    assert repair(page).text == page.replace(wrong, PLAIN)


@pytest.mark.parametrize(
    ("damaged", "sound", "kind"),
    [
        ("会议通\u200b知已经发\u00ad出", "会议通知已经发出", "invisible"),
        ("传统⽂化与⾳乐", "传统文化与音乐", "compatibility_ideograph"),
        (
            "网址：ｈｔｔｐ：／／ｗｗｗ．ｅｘａｍｐｌｅ．ｃｎ 可查",
            "网址：http://www.example.cn 可查",
            "full_width_address",
        ),
        ("姓\ue81e的人，少见", "姓龴的人，少见", "private_use"),
        ("大家好，\\u4f60\\u597d\\u4e16\\u754c，欢迎", "大家好，你好世界，欢迎", "unicode_escape"),
        ("好，%E4%BD%A0%E5%A5%BD%E4%B8%96%E7%95%8C，来", "好，你好世界，来", "percent_escape"),
        (
            "<p>他说&amp;ldquo;好&amp;rdquo;，就&amp;nbsp;走了</p>",
            "<p>他说“好”，就\u00a0走了</p>",
            "double_escape",
        ),
    ],
)  # fmt: skip
def test_single_characters_are_put_right(damaged: str, sound: str, kind: str) -> None:
    assert repair(damaged).text == sound
    assert kinds(damaged) == {kind}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("通知：锟斤拷锟斤拷锟斤拷于明日开会", "lost_replaced"),
        ("缓冲区：烫烫烫烫烫烫烫烫", "lost_memory"),
        ("会议\ufffd\ufffd于明日开", "lost_replaced"),
        ("2023?11?5??????? ????????", "lost_marked"),
    ],
)
def test_what_is_lost_is_marked_and_left(text: str, kind: str) -> None:
    repaired = repair(text)

    assert repaired.text is text
    assert kind in {damage.kind for damage in repaired.damages}
    assert all(text[slice(*damage.span)] == damage.before for damage in repaired.damages)


@pytest.mark.parametrize("seed", range(3))
def test_sound_documents_come_back_as_they_are(seed: int) -> None:
    for kind, text in sound_documents(random.Random(seed), 400):
        assert repair(text).text is text, kind


def test_a_text_that_takes_too_long_comes_back_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "SECONDS", -1.0)
    damaged = simulator.MOJIBAKE["gbk_as_latin_wild"](PLAIN + "经济")

    repaired = repair(damaged)

    assert repaired.text is damaged
    assert [damage.kind for damage in repaired.damages] == [TOO_SLOW]


@pytest.mark.parametrize("unit", ["?", "%E4", "Ｗ", "?；", "（guó）", "é", "&amp;", "鐨"])
def test_a_long_line_of_any_sign_takes_linear_time(unit: str) -> None:
    text = f"清源市國家圖書館：{unit * (100_000 // len(unit))}/開門"

    began = process_time()
    repair(text)

    assert process_time() - began < 5


def test_repairing_twice_changes_nothing_more() -> None:
    spun = spin(PLAIN)
    once = repair(slip(spun, readings(spun))).text

    assert repair(once).text is once


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(
            "?；！锛鐨é¾­Ö\ufffd(jié)國于后\ue815\u200b%E4\\u4f60&amp;中文a\n<>"
        )
    )
)
def test_any_mixture_is_survived(text: str) -> None:
    repaired = repair(text)

    assert bool(repaired.damages) or repaired.text is text


@given(st.binary(max_size=300), st.sampled_from(["gb18030", "latin-1", "big5", "cp1252"]))
@settings(max_examples=100, deadline=None)
def test_any_bytes_misread_are_survived(body: bytes, codec: str) -> None:
    assert isinstance(repair(body.decode(codec, "replace")).text, str)
