"""The words that the invented articles are made of, by class."""

from __future__ import annotations

from importlib.resources import files


def _read() -> dict[str, tuple[str, ...]]:
    lines = files("benchmarks").joinpath("words.txt").read_text("utf-8").splitlines()
    classes = (line.split() for line in lines if not line.startswith("#"))
    return {name: tuple(found) for name, *found in classes}


WORDS = _read()
