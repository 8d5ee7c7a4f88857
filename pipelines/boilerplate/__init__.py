"""The article and its facts out of a page."""

from pipelines.boilerplate.extract import extract, read
from pipelines.boilerplate.observation import Observation
from pipelines.boilerplate.plain_text import strip_lines
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.template import Template

__all__ = ["Extracted", "Observation", "Template", "extract", "read", "strip_lines"]
