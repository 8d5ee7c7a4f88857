"""What a crawl learns of its sites outlives the crawl."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from crawler.items import Page
from crawler.state.templates import TemplateStore
from pipelines.boilerplate.pipeline import extract_and_keep
from tests.boilerplate.drawn_sites import DrawnPage, draw_site, redesigned


class Stats(Counter[str]):
    """Counts as Scrapy's collector does."""

    def inc_value(self, key: str) -> None:
        self[key] += 1


def crawl(store: TemplateStore, pages: list[DrawnPage]) -> list[str]:
    """Read pages as the pipeline does; gives what each article says of its template."""
    templates = []
    for drawn in pages:
        page = Page(url=drawn.url, content=drawn.html)
        article, kept = extract_and_keep(page, store.of(drawn.url))
        store.learn(kept)
        templates.append(article.template)
    return templates


def test_a_second_run_begins_with_what_the_first_has_learnt(tmp_path: Path) -> None:
    site = draw_site(1200)
    first = TemplateStore(tmp_path)
    crawl(first, site.pages[:20])
    first.save()

    second = TemplateStore(tmp_path)

    assert second.of(site.pages[0].url) is not None
    assert all("#" in template for template in crawl(second, site.pages[20:]))


def test_an_article_names_the_host_and_the_version_of_its_template(tmp_path: Path) -> None:
    site = draw_site(1201)
    store = TemplateStore(tmp_path)
    crawl(store, site.pages[:20])
    known = store.of(site.pages[20].url)

    (template,) = crawl(store, site.pages[20:21])

    assert known is not None
    assert template == f"{site.host}/{known.version}#0"


def test_a_file_that_cannot_be_read_is_named_and_the_site_learnt_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = draw_site(1202)
    first = TemplateStore(tmp_path)
    crawl(first, site.pages[:20])
    first.save()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])

    second = TemplateStore(tmp_path)
    crawl(second, site.pages[:20])

    assert str(file) in caplog.text
    assert second.of(site.pages[0].url) is not None


def test_pages_of_another_layout_are_counted_and_reported_as_drift(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = draw_site(1203)
    stats = Stats()
    store = TemplateStore(tmp_path, stats)  # type: ignore[arg-type]
    crawl(store, site.pages)

    crawl(store, redesigned(site, 1203).pages)

    assert stats["boilerplate/drift"] >= 1
    assert "no longer fit" in caplog.text
    assert stats["boilerplate/pages/template"] > stats["boilerplate/pages/whole"]


def test_two_stores_of_one_folder_leave_a_whole_file(tmp_path: Path) -> None:
    site = draw_site(1204)
    stores = [TemplateStore(tmp_path), TemplateStore(tmp_path)]
    for store in stores:
        crawl(store, site.pages[:10])
    for store in stores:
        store.save()

    assert [path.suffix for path in tmp_path.iterdir()] == [".zst"]
    assert TemplateStore(tmp_path).of(site.pages[0].url) is not None
