"""The language model: its files, its cost, and what it finds likely."""

from __future__ import annotations

import math
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipelines.charset.model import language
from pipelines.charset.model.language import LanguageModel, PageModel, fold, language_model
from pipelines.charset.model.ngrams import ModelError, NGrams, pack, unpack

MODEL = Path(__file__).resolve().parents[2] / "pipelines" / "charset" / "model"


def likelihood(text: str) -> float:
    folded, model = fold(text), language_model()
    return sum(model.log_p(folded[max(0, i - 2) : i], folded[i]) for i in range(1, len(folded)))


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [
        ("市民可以在网上预约。", "市民可以在網上預約?"),
        ("由于天气原因", "由于天氣原囙"),
        ("图书馆重新开放", "图书馆重新开荒"),
    ],
)
def test_sense_is_likelier_than_nonsense(sound: str, damaged: str) -> None:
    assert likelihood(sound) > likelihood(damaged)


def test_both_scripts_and_widths_are_alike() -> None:
    assert fold("圖書館，隨著１２年") == fold("图书馆,随着12年")


def test_the_characters_after_a_context_share_less_than_one() -> None:
    model = NGrams.load("han.ngrams")

    for before, last in [("图", "书"), ("中", "国"), ("〇", "鿿"), ("", "")]:
        every = (model.log_p(before, last, c) for c in model.tables.characters)
        assert sum(math.exp(p) for p in every if p is not None) < 1.15


def test_a_page_knows_its_own_words() -> None:
    page = PageModel("清源镇的沼泥渠" * 3)

    assert page.log_p("沼泥", "渠") > language_model().log_p("沼泥", "渠") + 1


def test_a_damaged_file_is_named() -> None:
    packed = (MODEL / "marks.ngrams").read_bytes()

    for broken in (b"", packed[:1000], b"QYN0" + packed[4:], packed[:16] + b"?" + packed[17:]):
        with pytest.raises(ModelError, match=r"marks\.ngrams"):
            unpack(broken, "marks.ngrams")


def test_sizes_that_do_not_agree_are_named() -> None:
    with pytest.raises(ModelError, match="belong"):
        unpack(pack([b"x"], "一二", 3, 4), "some.ngrams")


def test_the_files_are_small_and_say_where_they_are_from() -> None:
    files = list(MODEL.glob("*.ngrams"))

    assert sum(file.stat().st_size for file in files) < 12e6
    assert all(file.with_suffix(".LICENSE").is_file() for file in files)


def test_it_loads_from_a_zipped_egg_in_under_30_mb(tmp_path: Path) -> None:
    egg = tmp_path / "project.egg"
    root = MODEL.parents[2]
    with zipfile.ZipFile(egg, "w") as packed:
        for folder in ("crawler", "pipelines"):
            for file in (root / folder).rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts:
                    packed.write(file, file.relative_to(root))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "def resident(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "from pipelines.charset.model import language\n"
        "language.fold('國'); before = resident()\n"
        "language.language_model().log_p('图书', '馆')\n"
        "print(language.__file__, resident() - before)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(egg)],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip

    path, grown = done.stdout.split()
    assert path.startswith(str(egg))
    assert int(grown) < 30e6


def test_what_was_looked_up_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "MOST_KNOWN", 10)
    model = LanguageModel(language_model().han, language_model().marks)

    for character in "清源市卫生健康委员会昨日召开会议":
        model.log_p("的", character)

    assert len(model._known) <= 11
