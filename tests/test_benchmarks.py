"""The benchmarks: tables land where they belong, and every row says what it measures."""

from pathlib import Path

import pytest

from benchmarks.__main__ import ROWS, _line
from benchmarks.measure import Measured, best_of, once
from benchmarks.row import Row
from benchmarks.table import replace_section

PAGE = Path(__file__).resolve().parents[1] / "benchmarks" / "README.md"


def test_a_section_is_replaced_and_the_rest_stays(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- a -->\nold\n<!-- /a -->\nbetween\n<!-- b -->\nB\n<!-- /b -->\n")
    replace_section(page, "a", "new\nlines")
    assert page.read_text() == (
        "before\n<!-- a -->\nnew\nlines\n<!-- /a -->\nbetween\n<!-- b -->\nB\n<!-- /b -->\n"
    )
    with pytest.raises(ValueError, match="must hold <!-- c -->"):
        replace_section(page, "c", "")


def test_the_page_has_a_place_for_every_table():
    text = PAGE.read_text()
    for name in ("speed", "forecast"):
        assert text.index(f"<!-- {name} -->") < text.index(f"<!-- /{name} -->")


def test_every_row_has_a_floor():
    for row in ROWS.values():
        assert 0 < row.floor(matrix_rate=1e11, read_rate=1e10) < 100


def test_a_line_gives_ratio_floor_and_memory():
    row = Row("x", 4, best_of, best_of, "a product", operations=1e9, float64=False)
    line = _line(row, Measured(2.0, 10**9), Measured(9.0, 3 * 10**9, "1 of 9"), floor=0.5)
    assert "**4.5 ×**" in line
    assert "25%" in line
    assert "3,000 → 1,000 MB" in line
    assert "1 of 9" in line


def test_time_is_that_of_the_work():
    seconds, result = once(lambda: 7)
    assert result == 7
    assert 0 <= seconds < 1
