"""Refining files learns from them first: the same bytes in, the same bytes out."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from crawler.refinery import Document, Line, learnt, refined
from crawler.state.templates import TemplateStore
from crawler.trial import show
from pipelines.boilerplate.pipeline import extract_and_keep
from tests.boilerplate.drawn_sites import draw_site


def documents() -> list[Document]:
    pages = [page for seed in (1300, 1301) for page in draw_site(seed, pages=24).pages]
    return [Document(page.url, text=page.html) for page in pages]


def refine(inputs: list[Document], workers: int = 0) -> dict[str, Line]:
    def again() -> Iterator[Document]:
        return iter(inputs)

    lines = refined(again(), workers, learnt(again, workers))
    return {document.url: line for document, line in zip(inputs, lines, strict=True)}


def test_most_pages_of_a_file_are_read_by_what_the_others_teach() -> None:
    lines = refine(documents())

    by_layout = [line for line in lines.values() if "#" in line.fields.get("template", "")]
    assert len(by_layout) >= 0.9 * len(lines)


def test_neither_order_nor_workers_change_a_line() -> None:
    inputs = documents()
    shuffled = random.Random(7).sample(inputs, len(inputs))

    assert refine(shuffled, workers=2) == refine(inputs)


def test_without_learning_no_template_is_used() -> None:
    lines = refined(iter(documents()), 0)

    assert not any(line.fields.get("template") for line in lines)


@pytest.mark.parametrize(("learn", "said"), [(True, "read by layout 0"), (False, "read by itself")])
def test_try_shows_the_path_that_a_page_took(tmp_path: Path, learn: bool, said: str) -> None:
    inputs = documents()[:24]
    store = TemplateStore(tmp_path / "templates")
    for document in inputs[:20] if learn else []:
        store.learn(extract_and_keep(document.page(), store.of(document.url))[1])
    store.save()
    console = Console(file=io.StringIO(), width=200)

    show(inputs[22], tmp_path, console)

    assert isinstance(console.file, io.StringIO)
    assert said in console.file.getvalue()
