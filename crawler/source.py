"""What a source declares about its site, checked when the class is created."""

# No `from __future__ import annotations` here: the annotations are read as types.
import difflib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from typeguard import CollectionCheckStrategy, TypeCheckError, check_type


class SourceError(ImportError):
    """A source declares something wrong; the message names the source and the field.

    An ImportError, because that is what Scrapy's loader can report and go on after: one broken
    source file must not stop the others.
    """


Quiet = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Expect:
    """What a healthy run of a source yields; a run below it ends with exit code 3.

    `articles` is the least number of articles seen (new, reprinted or unchanged), `failed` the
    largest share of fetched URLs that may fail, 0 to 1.
    """

    articles: int = 0
    failed: float = 1.0

    def shortfalls(self, articles: int, failed: int, fetched: int) -> list[str]:
        """Say in words what a run with these counts lacks; empty when nothing."""
        found = []
        if articles < self.articles:
            found.append(f"{articles} articles, at least {self.articles} expected")
        if fetched and failed / fetched > self.failed:
            found.append(
                f"{failed} of {fetched} fetches failed, at most {self.failed:.0%} expected"
            )
        return found


class Source:
    """The fields of a source; every subclass with a name of its own is validated.

    Raises SourceError when a required field is missing, a value has the wrong type, or a field is
    not known (with the nearest known name).
    `rank` says whose copy of a story stands in front where all else is equal; higher is better: an
    issuing body's own portal above those that reprint it, an aggregator below zero. Of equal ranks
    portals stand before tender platforms, and these before aggregators.
    """

    name: str
    title: str
    family: Literal["portal", "tender", "aggregator"]
    rank: int = 0
    rhythm: Literal["hourly", "daily", "weekly", "monthly"] = "daily"
    recheck: int = 14
    """Days after its first sight, or its last change, in which a page is read again."""
    expect: Expect = Expect()
    render: Literal["http", "browser"] = "http"
    verify_tls: bool = True
    allowed_domains: list[str] | None = None
    custom_settings: dict[str, Any] | None = None
    quiet: Quiet | None = None  # from, to: when not to crawl, in China's time, over midnight too

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            return
        declared = _declared_fields(cls)
        for problem in _problems(cls, declared):
            raise SourceError(f"source {cls.name!r} ({cls.__module__}): {problem}")


def read_quiet(quiet: Quiet) -> tuple[int, int]:
    """Read quiet hours such as ("08:30", "18:00") as minutes of the day.

    Raises ValueError where an end is no time of the day, or both are the same.
    """
    for text in quiet:
        if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", text):
            raise ValueError(f"{text!r} is no time such as '08:30'")
    begin, end = (int(text[:2]) * 60 + int(text[3:]) for text in quiet)
    if begin == end:
        raise ValueError("begins and ends at the same time")
    return begin, end


FAMILIES = ("aggregator", "tender", "portal")


def rank_of(source: type) -> int:
    """Give a source's rank among all: by its own, then by its family; 0 for what is no source."""
    if not issubclass(source, Source):
        return 0
    return len(FAMILIES) * source.rank + FAMILIES.index(source.family)


def _declared_fields(cls: type) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, Source):
            try:
                # Evaluated: a module with postponed annotations has them as strings.
                fields.update(inspect.get_annotations(base, eval_str=True))
            except NameError as error:
                message = f"source {cls.__name__!r} ({base.__module__}): {error}"
                raise SourceError(message) from error
    return fields


def _problems(cls: type, declared: dict[str, Any]) -> Iterator[str]:
    for field, hint in declared.items():
        if not hasattr(cls, field):
            yield f"field {field!r} is missing"
            continue
        try:
            check_type(
                getattr(cls, field),
                hint,
                collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS,
            )
        except TypeCheckError as error:
            yield f"field {field!r}: {getattr(cls, field)!r} {error}"
    if isinstance(quiet := getattr(cls, "quiet", None), tuple):
        try:
            read_quiet(quiet)
        except ValueError as error:
            yield f"field 'quiet': {quiet!r} {error}"
    for field, value in cls.__dict__.items():
        known = field in declared or any(field in base.__dict__ for base in cls.__mro__[1:])
        if field.startswith("_") or known or callable(value) or hasattr(value, "__get__"):
            continue
        near = difflib.get_close_matches(field, declared, n=1)
        yield f"unknown field {field!r}" + (f", did you mean {near[0]!r}?" if near else "")
