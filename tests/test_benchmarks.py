"""The benchmarks: tables land where they belong, and every row says what it measures."""

from pathlib import Path

import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from benchmarks import platform
from benchmarks.__main__ import ROWS, _line
from benchmarks.measure import Measured, best_of, once
from benchmarks.row import Row
from benchmarks.table import replace_section, section
from benchmarks.truth import merged

PAGE = Path(__file__).resolve().parents[1] / "benchmarks" / "README.md"


def test_a_section_is_replaced_and_the_rest_stays(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- a -->\nold\n<!-- /a -->\nbetween\n<!-- b -->\nB\n<!-- /b -->\n")
    replace_section(page, "a", "new\nlines")
    assert page.read_text() == (
        "before\n<!-- a -->\nnew\nlines\n<!-- /a -->\nbetween\n<!-- b -->\nB\n<!-- /b -->\n"
    )
    assert section(page, "a") == "new\nlines"
    with pytest.raises(ValueError, match="must hold <!-- c -->"):
        replace_section(page, "c", "")


def test_the_page_has_a_place_for_every_table():
    text = PAGE.read_text()
    for name in (
        *("speed", "linear-forecast", "forecast", "reliability"),
        *("identification", "truth", "directions", "synthetic", "platform"),
    ):
        assert text.index(f"<!-- {name} -->") < text.index(f"<!-- /{name} -->")


def test_every_row_has_a_floor():
    for row in ROWS.values():
        assert 0 < row.floor(matrix_rate=1e11, read_rate=1e10) < (row.within or 100)


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


def test_a_finding_says_by_how_much_it_is_missed(capsys):
    kept = platform._at_most("the run list", "0.4 s", 0.4, 2.0)
    missed = platform._at_most("the asset graph", "2.5 s", 2.5, 2.0)
    shown = platform.table([kept, missed, platform.Finding("memory", "600 MB")], 1100)
    assert "1,100 sessions of 100 regions" in shown
    assert "| the run list | 0.4 s | < 2 s | ✓ |" in shown
    assert "| the asset graph | 2.5 s | < 2 s | 0.5 s too long |" in shown
    assert "| memory | 600 MB |  |  |" in shown
    assert "the run list: 0.4 s" in capsys.readouterr().err  # at once, not at the end


def test_scans_hold_something_of_their_subject(tmp_path):
    sessions = [f"sub-000{n}_ses-{which}" for n in (1, 2) for which in ("test", "retest")]
    platform._write_scans(tmp_path, sessions)
    found = [np.corrcoef(np.load(tmp_path / f"{name}.npy").T).ravel() for name in sessions]
    alike = np.corrcoef(found)
    assert alike[0, 1] > alike[0, 2] + 0.1
    assert alike[2, 3] > alike[1, 3] + 0.1


def test_rows_join_a_table_and_replace_their_own():
    before = [
        *("| method | a |", "| --- | --- |", "| X | 1 |"),
        *("| Z (first 10 data sets) | 3 |", "| chance | 0 |"),
    ]
    computed = ["| method | a |", "| --- | --- |", "| Z | 4 |", "| Y (more) | 2 |"]
    order = ["X", "Y (more)", "Z"]
    joined = merged(before, computed, order).splitlines()
    assert joined[2:] == ["| X | 1 |", "| Y (more) | 2 |", "| Z | 4 |", "| chance | 0 |"]
    noted = merged(before, computed[:3], order, "first 5 data sets").splitlines()
    assert noted[2:] == ["| X | 1 |", "| Z (first 5 data sets) | 4 |", "| chance | 0 |"]
    assert merged([], computed, order).splitlines()[2:] == ["| Y (more) | 2 |", "| Z | 4 |"]
    with pytest.raises(ParameterError, match="same columns"):
        merged(["| method | b |", "| --- | --- |"], computed, order)
