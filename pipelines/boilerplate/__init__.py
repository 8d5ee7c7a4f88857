"""The article and its facts out of a page."""

from pipelines.boilerplate.extract import extract, strip_lines
from pipelines.boilerplate.result import Extracted
from pipelines.boilerplate.template import Template

__all__ = ["Extracted", "Template", "extract", "strip_lines"]
