"""Cells that a spreadsheet shows as text, whatever a page wrote in them."""

from __future__ import annotations

# OWASP, "CSV Injection": what starts a formula, or is stripped before one is looked for. Excel
# and WPS in a Chinese locale take the full-width signs for the plain ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: str) -> str:
    """Give the text with an apostrophe before it where a spreadsheet would run it as a formula.

    Any other text is given back as the same object, and twice guarded is guarded once.
    """
    return "'" + value if value.startswith(FORMULA_STARTS) else value
