"""Pages made to break a reader end in a result or a named failure, in a worker that goes on."""

from __future__ import annotations

from contextlib import closing

import pytest

from crawler.workers import StageTimeoutError, Workers
from pipelines.boilerplate import extract, strip_lines
from tests.stage_functions import refined_within

PROSE = "<p>河湾镇的石桥修好以后，赶集的人又多了起来，茶摊也搬回了老地方，天不亮就生火。</p>" * 5
HEAD = "<html><head><title>石桥修好以后_河湾网</title></head><body><h1>石桥修好以后</h1>"
SOUND = HEAD + PROSE
SECONDS, MEBIBYTES = 5.0, 300

PAGES = {
    "100,000 nested divs": HEAD + "<div>" * 100_000 + PROSE,
    "100,000 nested letters": HEAD + "<b>" * 100_000 + PROSE,
    "20,000 nested tables": HEAD + "<table><tr><td>" * 20_000 + PROSE,
    "5,000 nested hidden blocks": HEAD + "<div style='display:none'>" * 5_000 + PROSE,
    "1,000,000 paragraphs": HEAD + "<p>河湾镇的石桥修好了。</p>" * 1_000_000,
    "300,000 rows": HEAD + "<table>" + "<tr><td>项目</td><td>石桥</td></tr>" * 300_000,
    "100,000 links": SOUND + "<a href='/1'>河湾镇石桥修好以后怎么办</a> " * 100_000,
    "a line of 10 MB": HEAD + "<p>" + "河湾镇的石桥，" * 500_000 + "</p>" + PROSE,
    "a tag of 200,000 attributes": HEAD
    + "<div "
    + " ".join(f"a{i}=1" for i in range(200_000))
    + f">{PROSE}</div>",
    "500,000 comments": HEAD + "<!-- x -->" * 500_000 + PROSE,
    "500,000 entities": HEAD + "<p>" + "&#27827;" * 500_000,
    "half a million spaces": HEAD + "<p>" + " 　\n" * 500_000 + PROSE,
    "NUL bytes": HEAD + "\0" * 500_000 + PROSE,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_costs_no_more_than_its_limit(name: str) -> None:
    with closing(Workers(1, SECONDS)) as workers:
        _, before = workers.submit(refined_within, SOUND).result()
        try:
            _, after = workers.submit(refined_within, PAGES[name]).result()
        except StageTimeoutError as error:
            assert "refined_within took over 5 s" in str(error)
        else:
            assert after - before <= MEBIBYTES
        assert workers.submit(refined_within, SOUND).result()[0] == "article"


TEXTS = {
    "a line of dashes and spaces": "i-si-si-ri ci-s " * 20,
    "4,000 lines before the body": "\n".join(
        f"河湾镇第{n}期石桥修缮简报_河湾网" for n in range(4_000)
    ),
    "140 characters that may be cells": "si-si-ri-ci%si-sI-" * 8 + "3",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_costs_no_more_than_its_limit(name: str) -> None:
    with closing(Workers(1, SECONDS)) as workers:
        assert workers.submit(strip_lines, TEXTS[name]).result() is not None


ENGLISH = "<p>The stone bridge of Hewan was closed for repairs on Monday morning.</p>" * 20
NESTED = {
    "footers of an English page": f"<article>{ENGLISH}</article>"
    + "<div class=footer>" * 200
    + "<a href=/1>Terms</a>" * 8_000,
    "hidden blocks": "<div style='display:none'>" * 240 + "<b>桥</b>" * 60_000,
}


@pytest.mark.parametrize("name", NESTED)
def test_what_is_never_closed_costs_no_more_than_its_limit(name: str) -> None:
    page = f"<title>The bridge</title>{NESTED[name]}"
    with closing(Workers(1, SECONDS)) as workers:
        found = workers.submit(extract, page, "http://hewan.example/1.html").result()

    assert found.title == "The bridge"
