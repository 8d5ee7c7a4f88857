"""The article and its facts out of a page."""

from typing import TYPE_CHECKING, Any

from pipelines.boilerplate.observation import Observation
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.template import Template

if TYPE_CHECKING:
    from pipelines.boilerplate.plain_text import strip_lines
    from pipelines.boilerplate.reader import extract, read

__all__ = ["Extracted", "Observation", "Template", "extract", "read", "strip_lines"]


def __getattr__(name: str) -> Any:
    # The rules take a quarter of a second to load, and a crawl reads its pages in the workers.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipelines.boilerplate import plain_text, reader

    return plain_text.strip_lines if name == "strip_lines" else getattr(reader, name)
