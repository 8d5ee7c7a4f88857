"""A source that declares something wrong is stopped, with its name and the field."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.source import Expect, Source, SourceError

GOOD: dict[str, Any] = {"name": "hewan", "title": "河湾日报", "family": "portal"}


def declare(**fields: Any) -> type:
    """Write a source with these fields; None leaves a field out."""
    chosen = {field: value for field, value in (GOOD | fields).items() if value is not None}
    return type("Declared", (Source,), chosen)


def test_a_good_source_passes_with_the_defaults() -> None:
    source: Any = declare()

    assert (source.rhythm, source.render, source.expect) == ("daily", "http", Expect(0, 1.0))


@pytest.mark.parametrize("field", ["title", "family"])
def test_a_missing_field_is_named_with_its_source(field: str) -> None:
    with pytest.raises(SourceError, match=rf"^source 'hewan' \(.+\): field '{field}' is missing$"):
        declare(**{field: None})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 7),
        ("family", "newspaper"),
        ("rhythm", "yearly"),
        ("expect", {"articles": 3}),
        ("allowed_domains", "hewan.example"),
        ("allowed_domains", ["hewan.example", 7]),
        ("custom_settings", {7: "DOWNLOAD_DELAY"}),
        ("quiet", "08:30-18:00"),
        ("quiet", ("08:30", "25:00")),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_field_and_source(field: str, value: Any) -> None:
    with pytest.raises(SourceError) as caught:
        declare(**{field: value})

    message = str(caught.value)
    assert "source 'hewan'" in message
    assert f"field {field!r}: {value!r} " in message


@pytest.mark.parametrize(("slip", "meant"), [("rythm", "rhythm"), ("expected", "expect")])
def test_an_unknown_field_is_named_with_the_nearest_known_one(slip: str, meant: str) -> None:
    with pytest.raises(SourceError) as caught:
        declare(**{slip: "daily"})

    message = str(caught.value)
    assert "source 'hewan'" in message
    assert f"unknown field {slip!r}, did you mean {meant!r}?" in message


def test_an_unknown_field_like_no_other_is_named_alone() -> None:
    with pytest.raises(SourceError, match=r"unknown field 'zzqqxx'$"):
        declare(zzqqxx=1)


def test_methods_private_names_and_properties_are_no_fields() -> None:
    class Declared(Source):
        name = "hewan"
        title = "河湾日报"
        family = "portal"
        _page = 3

        def parse(self) -> int:
            return self._page

        @property
        def next_page(self) -> int:
            return self._page + 1

    assert Declared().next_page == 4


def test_a_base_class_without_a_name_is_not_checked() -> None:
    base = type("Base", (Source,), {"family": 7, "whatever": 1})

    assert base.__dict__["family"] == 7


def test_a_source_may_set_the_fields_that_its_base_declares() -> None:
    class Base(Source):
        list_rule: str

    with pytest.raises(SourceError, match="field 'list_rule' is missing"):
        type("Declared", (Base,), GOOD)

    with pytest.raises(SourceError, match="field 'list_rule': 7"):
        type("Declared", (Base,), GOOD | {"list_rule": 7})

    declared = type("Declared", (Base,), GOOD | {"list_rule": "//ul"})
    assert declared.__dict__["list_rule"] == "//ul"


def test_a_broken_source_is_an_import_error_which_the_loader_survives() -> None:
    assert issubclass(SourceError, ImportError)


@pytest.mark.parametrize(
    ("expect", "counts", "said"),
    [
        (Expect(), (0, 0, 0), []),
        (Expect(articles=5), (5, 0, 5), []),
        (Expect(articles=5), (4, 0, 5), ["4 articles, at least 5 expected"]),
        (Expect(failed=0.5), (0, 5, 10), []),
        (Expect(failed=0.5), (0, 6, 10), ["6 of 10 fetches failed, at most 50% expected"]),
        (Expect(failed=0.0), (0, 0, 0), []),
        (
            Expect(articles=1, failed=0.0),
            (0, 1, 1),
            ["0 articles, at least 1 expected", "1 of 1 fetches failed, at most 0% expected"],
        ),
    ],
)
def test_a_run_is_measured_against_what_is_expected(
    expect: Expect, counts: tuple[int, int, int], said: list[str]
) -> None:
    assert expect.shortfalls(*counts) == said
