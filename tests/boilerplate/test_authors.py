"""Authors, from bylines and from the brackets around a text."""

from __future__ import annotations

import pytest

from pipelines.boilerplate.authors import authors_of

TWO = ("鲁一鸣", "韦青")
REPAIRED = "青岚县的渡槽始建于1971年，去年检修时发现裂缝，今年补好了。"


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("2024-03-28 来源：青岚日报 作者：鲁一鸣", ("鲁一鸣",)),
        ("作者：鲁一鸣 韦青", TWO),
        ("作者：韦 青", ("韦青",)),
        ("【作者】鲁一鸣", ("鲁一鸣",)),
        ("作者丨鲁一鸣 编辑丨韦青", ("鲁一鸣",)),
        ("(作者：鲁一鸣北京某大学教授)", ("鲁一鸣",)),
        ("作者：欧阳小满", ("欧阳小满",)),
        ("作者：买买提·艾力", ("买买提·艾力",)),
        ("作者：duscha2", ("duscha2",)),
        ("作者：青岚~River", ("青岚~River",)),
        ("【文/青岚网专栏作者 鲁一鸣】", ("鲁一鸣",)),
        ("文丨青岚时评特约评论员 韦青", ("韦青",)),
        ("文/图 鲁一鸣", ("鲁一鸣",)),
        ("图文/鲁一鸣", ("鲁一鸣",)),
        ("文字：鲁一鸣 摄影：韦青", ("鲁一鸣",)),
        ("口述：高明远 整理：韦青", ("韦青",)),
        ("By 鲁一鸣", ("鲁一鸣",)),
        ("■本报记者 鲁一鸣 本报通讯员 韦青", TWO),
        ("青岚日报记者 鲁一鸣 韦青 河湾报道", TWO),
        ("见习记者 鲁一鸣 实习生 韦青", TWO),
        ("本报记者鲁一鸣发自河湾", ("鲁一鸣",)),
    ],
)
def test_authors_are_read_from_a_byline(line: str, authors: tuple[str, ...]) -> None:
    assert authors_of([line], []) == authors


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("青岚讯（记者 鲁一鸣 通讯员 韦青）渡槽补好了", TWO),
        ("青岚网河湾5月3日讯（全媒体记者 鲁一鸣 实习记者 韦青）渡槽补好了。", TWO),
        ("本报讯 记者鲁一鸣报道：渡槽补好了。", ("鲁一鸣",)),
        ("青岚社河湾5月3日电 记者鲁一鸣 韦青", TWO),
        ("（作者韦青系青岚大学教授）", ("韦青",)),
        ("下游多浇了八百亩地。（鲁一鸣）", ("鲁一鸣",)),
        ("下游多浇了八百亩地。（鲁一鸣 韦青）", TWO),
        ("下游多浇了八百亩地。”（鲁一鸣 河湾报道）", ("鲁一鸣",)),
        ("下游多浇了八百亩地。(文/鲁一鸣)", ("鲁一鸣",)),
    ],
)
def test_authors_are_read_where_a_text_opens_and_closes(
    line: str, authors: tuple[str, ...]
) -> None:
    assert authors_of([], [line]) == authors


@pytest.mark.parametrize(
    "line",
    [
        "渡槽的新衬里。青岚社记者 鲁一鸣 摄",
        "责任编辑：韦青",
        "（责任编辑：韦青）",
        "水利部部长鲁一鸣在会上讲话",
        "（青岚县水利局记者部部长）",
        "记者 部长",
        "记者 近日 到了渡槽边上。",
        "记者从县水利局了解到，渡槽补好了。",
        "本文仅代表作者个人观点。",
        "作者：管理员",
        "作者：青岚县水利局",
        "（作者单位：青岚大学）",
        "下游多浇了八百亩地。（完）",
        "下游多浇了八百亩地。（全文完）",
        "疑是地上霜。（李白）",
    ],
)
def test_who_takes_photos_edits_or_speaks_is_no_author(line: str) -> None:
    assert authors_of([], [line]) == ()


def test_reporters_in_the_first_words_of_a_long_paragraph_are_found() -> None:
    assert authors_of([], ["青岚讯（记者 鲁一鸣）" + REPAIRED * 12]) == ("鲁一鸣",)


def test_a_name_alone_counts_only_under_the_title() -> None:
    assert authors_of([], [], under=["高明远"]) == ("高明远",)
    assert authors_of([], [], under=["高明远 2024-03-28 09:12"]) == ("高明远",)
    assert authors_of(["高明远"], []) == ()
    assert authors_of([], [], under=["高考"]) == ()
