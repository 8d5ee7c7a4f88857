"""What is undone, and above all what is left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charset import repair
from pipelines.charset.notes import KIND as NOTE
from pipelines.charset.spun import KIND as SCRIPT

SEEDS = Path(__file__).resolve().parents[2] / ".." / "shared" / "seeds"

# Each character as a table gives it, which knows no words: 由于 以后 建筑 stay.
SPUN = (
    "清源市園林局昨日發布通知，由于河堤加固工程進入收尾階段，今后兩個月內，東岸的建筑施工將分段進行。"
    "負責人張遠說，這里的樹木關系到沿河居民的生活，采取移栽的辦法，可以把損失降到最低。"
)
PLAIN = (
    "清源市园林局昨日发布通知，由于河堤加固工程进入收尾阶段，今后两个月内，东岸的建筑施工将分段进行。"
    "负责人张远说，这里的树木关系到沿河居民的生活，采取移栽的办法，可以把损失降到最低。"
)
READINGS = {"園": "yuán", "發": "fā", "進": "jìn", "個": "gè", "兩": "liǎng", "說": "shuō"}
TAIWAN = (
    "青溪鎮公所昨日宣布，由於河堤加固工程進入收尾階段，往後兩個月內，東岸的建築施工將分段進行。"
    "負責人張遠說，這裡的樹木關係到沿河居民的生活，採取移植的辦法，可以把損失降到最低。"
)
HONG_KONG = (
    "藍灣區議會昨日通過撥款，為海濱長廊加設長者休憩設施，預計兩年後完工。"
    "議員陳小滿表示，街坊等了很久，希望當局於施工期間保留其中一段供市民使用。"
)
POEM = "獨坐溪橋聽雨聲\n遠山無語對燈明\n歸來不覺東風暖\n滿樹飛花過短亭"
TEXTBOOK = "春(chūn)天(tiān)来(lái)了，园(yuán)里的花都开(kāi)了，孩子们在树(shù)下唱歌。"
GLOSSARY = (
    "常用繁体字：國(guó)、學(xué)、愛(ài)、聽(tīng)、龍(lóng)，对应的简体字写作国、学、爱、听、龙。"
)
TAIWAN_TEXTBOOK = (
    "青溪國小的學生每天早上都要朗(lǎng)讀(dú)課文，老師說，饕(tāo)餮(tiè)是傳說中的怪獸，"
    "鬱(yù)金香開在後院裡，齟(jǔ)齬(yǔ)的意思是意見不合。"
)
JAPANESE = "青葉町の図書館は昨日、改装を終えて再び開館した。町長は東京から来た記者に話した。" * 5
KOREAN = "푸른마을 도서관이 어제 다시 문을 열었다. 館長은 아이들이 자주 오기를 바란다고 말했다."
SPAM = "\n".join(["亚洲无码精品视频在线", "欧美国产久久综合图片|国产亚洲精品伊人久久"] * 3)


def noted(text: str, brackets: str = "()") -> str:
    left, right = brackets[0], brackets[1]
    return "".join(f"{c}{left}{READINGS[c]}{right}" if c in READINGS else c for c in text)


@pytest.mark.parametrize("brackets", ["()", "（）"])
def test_pinyin_notes_and_script_of_a_spun_page_are_undone(brackets: str) -> None:
    repaired = repair(noted(SPUN, brackets))

    assert repaired.text == PLAIN
    assert [damage.kind for damage in repaired.damages].count(SCRIPT) == 1
    assert sum(damage.kind == NOTE for damage in repaired.damages) == sum(
        SPUN.count(character) for character in READINGS
    )


def test_a_note_is_recorded_where_it_stood() -> None:
    damaged = noted(SPUN)

    first = repair(damaged).damages[0]

    assert damaged[slice(*first.span)] == first.before == "(yuán)"
    assert first.after == ""


def test_the_readings_of_a_character_with_several_are_all_known() -> None:
    damaged = SPUN.replace("將", "將(jiāng)").replace("發", "發(fà)").replace("樹", "樹(shù)")

    assert repair(damaged).text == PLAIN


def test_a_single_note_goes_when_the_words_prove_the_page() -> None:
    assert repair(SPUN.replace("樹", "樹(shù)")).text == PLAIN


def test_no_note_is_left_on_a_page_that_is_proven_spun() -> None:
    damaged = noted(SPUN) + "據(jū)張遠說，這個(gě)項目還會擴大。"

    assert "(" not in repair(damaged).text


def test_a_page_without_notes_is_known_by_words_that_only_a_table_writes() -> None:
    repaired = repair(SPUN)

    assert repaired.text == PLAIN
    (damage,) = repaired.damages
    assert damage.kind == SCRIPT
    assert damage.before.startswith("園發進階")
    assert damage.after.startswith("园发进阶")
    assert SPUN[damage.span[0]] == "園"


def test_simplified_spam_does_not_hide_the_page() -> None:
    assert repair(SPUN + "\n" + SPAM).text == PLAIN + "\n" + SPAM


def test_markup_is_not_text_and_addresses_stay() -> None:
    html = (
        "<html><head><script>var t = '简体脚本说明，请继续阅读后面的内容';</script></head>"
        f'<body><a href="/臺/經濟.html" title="經濟">經濟</a><p>{SPUN}</p></body></html>'
    )

    text = repair(html).text

    assert f"<p>{PLAIN}</p>" in text
    assert '<a href="/臺/經濟.html" title="经济">经济</a>' in text


@pytest.mark.parametrize(
    ("spun", "plain"),
    [("隨著", "随着"), ("著名", "著名"), ("顯著", "显著"), ("乾隆", "乾隆"), ("著力", "着力")],
)
def test_zhu_and_qian_follow_the_word(spun: str, plain: str) -> None:
    assert repair(SPUN + spun).text == PLAIN + plain


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        TAIWAN,
        TAIWAN * 20,
        HONG_KONG,
        HONG_KONG * 20,
        POEM,
        TEXTBOOK,
        GLOSSARY,
        TAIWAN_TEXTBOOK,
        JAPANESE,
        KOREAN,
        PLAIN + "\n" + SPAM,
        TAIWAN + "\n" + PLAIN,
        TAIWAN + "他引用大陸網站的話：「由于建筑關系」，並未多作說明。",
        f"<html><body><p>{TAIWAN}</p><p>{HONG_KONG}</p></body></html>",
        PLAIN + "\n繁體字：經濟發展，國家圖書館，東岸書畫展覽。",
        "Le café (été) est fermé (à midi).",
        "由于 建筑",
        "",
    ],
)
def test_sound_text_is_the_same_object(text: str) -> None:
    repaired = repair(text)

    assert repaired.text is text
    assert repaired.damages == ()


@given(st.text(alphabet=sorted(set(PLAIN + TEXTBOOK)) + list("<>()（）\n|'\"")))
def test_no_simplified_text_is_touched(text: str) -> None:
    assert repair(text).text is text


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    damaged = noted(SPUN) + text

    assert "經濟" not in repair(damaged + "經濟").text


@given(st.text())
def test_text_without_damages_is_the_same_object(text: str) -> None:
    repaired = repair(text)

    assert bool(repaired.damages) == (repaired.text is not text)


def test_repaired_text_is_sound() -> None:
    once = repair(noted(SPUN)).text

    assert repair(once).text is once


def test_the_import_is_light() -> None:
    code = "import sys, pipelines.charset.repair; print('pypinyin' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not beside the project")
@pytest.mark.parametrize(
    ("number", "spun"), [(0, True), (1, False), (2, True), (3, False), (4, False)]
)
def test_the_seed_documents(number: int, spun: bool) -> None:
    text = next(SEEDS.glob(f"{number:03d}_*.txt")).read_text(encoding="utf-8")

    repaired = repair(text)

    assert (repaired.text is not text) == spun
    assert not any(character in repaired.text for character in "區衛經濟發會醫")
    assert "ēng)" not in repaired.text
