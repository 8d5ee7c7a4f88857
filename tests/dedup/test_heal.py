"""A sound copy fills what a damaged one has lost, and nothing else."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crawler.items import Damage
from pipelines.charset import repair
from pipelines.dedup.heal import Healing, as_fetched, damages_of, forget, heal
from tests.dedup.texts import FIRST_NOTICE, NOTICE, OTHER, OTHER_NOTICE, STORY, THIRD

LONG = STORY + OTHER + THIRD


def lost(mark: str, kind: str = "lost_replaced") -> Damage:
    """Say of a stretch that it is lost; where the page had it does not count."""
    return Damage(kind, (7, 7 + len(mark)), mark, mark, 0.0)


def spoilt(text: str, places: list[int], mark: str = "\ufffd") -> tuple[str, tuple[Damage, ...]]:
    """Lose the characters at these places."""
    made = "".join(mark if at in places else character for at, character in enumerate(text))
    return made, repair(made).damages


def test_a_lost_character_is_filled_and_the_filling_is_traceable() -> None:
    text = STORY.replace("便携", "便\ufffd")
    mark = lost("\ufffd")

    healed = heal(text, [mark], STORY, "http://a.example/1")

    at = text.index("\ufffd")
    filled = Healing("healed", (at, at + 1), "\ufffd", "携", 0.99, "http://a.example/1")
    assert healed.text == STORY
    assert healed.damages == (mark, filled)


@pytest.mark.parametrize(
    ("whole", "damaged", "mark", "kind"),
    [
        ("乡村医生搭班坐诊", "乡村\ufffd\ufffd搭班坐诊", "\ufffd\ufffd", "lost_replaced"),
        ("每周配送两次。首批", "每周配送两次\ufffd首批", "\ufffd", "lost_replaced"),
        ("药品从市里的仓库", "药品锟斤拷锟斤拷里的仓库", "锟斤拷锟斤拷", "lost_replaced"),
        ("每周配送两次", "烫烫烫烫烫烫次", "烫烫烫烫烫烫", "lost_memory"),
        ("提出的十九条意见", "提出的????条意见", "????", "lost_marked"),
    ],
)
def test_each_kind_of_loss(whole: str, damaged: str, mark: str, kind: str) -> None:
    assert whole in STORY

    assert heal(STORY.replace(whole, damaged), [lost(mark, kind)], STORY).text == STORY


def test_a_line_of_marks_is_filled_around_its_digits() -> None:
    whole = STORY.replace("药品从", "评审会2023年11月5日在县城举行完毕，药品从")
    damaged, mark = whole.replace("2023年11月5日在县城", "2023?11?5????"), "2023?11?5????"

    assert heal(damaged, [lost(mark, "lost_marked")], whole).text == whole
    assert heal(damaged, [lost(mark, "lost_marked")], whole.replace("11月", "12月")).text == damaged


def test_a_doubtful_reading_gives_way_but_not_its_numbers() -> None:
    read = "研究院派来的衣生和乡村"
    text = STORY.replace("研究院派来的医生和乡村", read)
    doubtful = Damage("misaligned_run", (0, 9), "?！", read, 0.75)
    certain = Damage("misaligned_run", (0, 9), "?！", read, 0.95)

    assert heal(text, [doubtful], STORY).text == STORY
    assert heal(text, [certain], STORY).text == text


def test_a_doubtful_reading_with_another_number_stays() -> None:
    read = "在十三个县各建一座健康"
    text = STORY.replace("在十二个县各建一座健康", read)
    doubtful = Damage("misaligned_run", (0, 9), "?！", read, 0.75)

    assert heal(text, [doubtful], STORY).text == text


def test_a_number_that_differs_beside_the_place_leaves_it_open() -> None:
    text = STORY.replace("便携", "便\ufffd").replace("十二个县", "十五个县")

    assert heal(text, [lost("\ufffd")], STORY).text == text


def test_another_notice_of_the_same_template_fills_nothing() -> None:
    text = FIRST_NOTICE.replace("良好的", "良\ufffd的")

    assert heal(text, [lost("\ufffd")], OTHER_NOTICE).text == text
    assert heal(text, [lost("\ufffd")], FIRST_NOTICE).text == FIRST_NOTICE


def test_what_stands_more_often_than_it_was_marked_is_left_alone() -> None:
    text = STORY.replace("便携", "便\ufffd").replace("三趟", "\ufffd趟")

    assert heal(text, [lost("\ufffd")], STORY).text == text


def test_a_place_that_the_copy_has_twice_stays_open() -> None:
    again = STORY + "\n" + STORY.replace("便携", "便利")
    text = STORY.replace("便携", "便\ufffd") + "\n" + STORY.replace("便携", "便利")

    assert heal(text, [lost("\ufffd")], again).text == text


def test_a_traditional_page_gets_traditional_forms_and_its_own_marks() -> None:
    hant = (
        "霽州市與雲澤大學簽下協議，四年裡在十二個縣各建一座健康驛站，每站配一臺便攜超聲和一套會診設備。"
        "研究院派來的醫生和鄉村醫生搭班坐診，進修費用由項目承擔，藥品從市裡的倉庫每週配送兩次。"
        "首批四站明年三月開診，屆時山裡的老人做檢查不必再換三趟車，結果當天就能傳回縣醫院。"
    )
    text = hant.replace("會診", "\ufffd診").replace("週配送", "\ufffd配送")

    healed = heal(text, repair(text).damages, STORY)

    assert "一套會診設備" in healed.text
    assert "每\ufffd配送" in healed.text  # 周 is 周 or 週: nothing says which


def test_the_marks_of_the_page_stay() -> None:
    whole = STORY.replace("，", ",").replace("。", ". ")
    text = whole.replace("驿站,", "驿站\ufffd")

    assert heal(text, [lost("\ufffd")], STORY).text == whole


def test_a_filling_can_be_taken_out_again() -> None:
    text = STORY.replace("便携", "便\ufffd").replace("三趟", "\ufffd趟")
    damages = (lost("\ufffd"), lost("\ufffd"))
    healed = heal(text, damages, STORY, "a")

    assert as_fetched(healed.text, healed.damages) == text
    assert forget(healed.text, healed.damages, ["b"]).text == STORY
    assert forget(healed.text, healed.damages, ["a"]) == type(healed)(text, damages)


def test_damages_of_another_shape_are_none() -> None:
    stored = [{"kind": "lost_replaced"}, "?", None, {"span": [1]}]

    assert damages_of(stored) == ()


PLACES = st.lists(st.integers(0, len(LONG) - 1), max_size=40, unique=True)
MARKS = st.sampled_from(["\ufffd", "?", "锟斤拷锟斤拷", "\ufffd\ufffd"])
NEWS = st.sampled_from([STORY, OTHER, THIRD, FIRST_NOTICE, OTHER_NOTICE])
SLOW = settings(deadline=None, max_examples=60)


@SLOW
@given(PLACES)
def test_every_filling_is_what_was_lost_there(places: list[int]) -> None:
    text, damages = spoilt(LONG, places)

    healed = heal(text, damages, LONG)

    changed = [at for at, one in enumerate(text) if healed.text[at] != one]
    assert len(healed.text) == len(text)
    assert set(changed) <= set(places)
    assert [healed.text[at] for at in changed] == [LONG[at] for at in changed]


@SLOW
@given(PLACES, MARKS)
def test_nothing_changes_outside_of_what_was_marked(places: list[int], mark: str) -> None:
    text, damages = spoilt(LONG, places, mark)

    healed = heal(text, damages, LONG)

    fillings = [d for d in healed.damages if isinstance(d, Healing)]
    marked = {damage.after for damage in damages}
    assert {filling.before for filling in fillings} <= marked
    assert as_fetched(healed.text, healed.damages) == text


@SLOW
@given(PLACES, MARKS)
def test_healing_twice_is_healing_once(places: list[int], mark: str) -> None:
    text, damages = spoilt(LONG, places, mark)

    once = heal(text, damages, LONG, "a")

    assert heal(once.text, once.damages, LONG, "a") == once


@SLOW
@given(st.integers(0, 2**32), NEWS, NEWS)
def test_an_unrelated_text_changes_nothing(seed: int, damaged: str, sound: str) -> None:
    assume(damaged != sound)
    places = random.Random(seed).sample(range(len(damaged)), 5)
    text, damages = spoilt(damaged, places)

    assert heal(text, damages, sound).text == text


@SLOW
@given(st.integers(0, 2**32), st.text("0123456789", min_size=4, max_size=4))
def test_a_notice_with_other_facts_changes_nothing(seed: int, number: str) -> None:
    other = NOTICE.format("青岚县一中", "桌椅", f"QL-2025-{number}", number, "2025年1月2日", number)
    places = random.Random(seed).sample(range(len(FIRST_NOTICE)), 5)
    text, damages = spoilt(FIRST_NOTICE, places)

    assert heal(text, damages, other).text == text
