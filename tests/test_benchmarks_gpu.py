"""The GPU benchmark in its small form: every row is there, and equality is measured."""

import re

import pytest

from benchmarks.gpu import __main__ as gpu
from benchmarks.gpu.equality import error_cells
from benchmarks.gpu.setting import SMALL
from tests.test_benchmarks import PAGE


@pytest.fixture(scope="module")
def cells():
    lines = [line for line in gpu.table(SMALL) if line.startswith("| ")]
    return {each[0]: each[1:] for each in (line[2:-2].split(" | ") for line in lines[2:])}


def test_the_table_has_every_row_and_none_failed(cells):
    assert list(cells) == [what for part in gpu.PARTS for what in part.rows]
    assert all(len(each) == 4 for each in cells.values())
    assert not [what for what, each in cells.items() if "failed" in each[1]]


def test_equality_is_measured(cells):
    equal = {what: each for what, each in cells.items() if what.startswith("GPU against CPU")}
    assert len(equal) == 6
    for _, ours, _, asked in equal.values():
        assert float(re.match(r"[0-9.e+-]+", ours)[0]) == 0  # both sides are the CPU here
        assert "missed" not in asked


def test_a_failed_part_says_why_and_the_rest_goes_on(monkeypatch):
    def fail(size):
        raise RuntimeError("out of | memory")

    def measure(size):
        return [("1 ms", "1 ms", "1 ×", "")]

    kept = gpu.Part(("kept",), measure)
    monkeypatch.setattr(gpu, "PARTS", (gpu.Part(("first", "second"), fail), kept))
    lines = list(gpu.table(SMALL))
    assert "| first |  | failed: RuntimeError: out of / memory |  |  |" in lines
    assert "| second |  | failed: RuntimeError: out of / memory |  |  |" in lines
    assert "| kept | 1 ms | 1 ms | 1 × |  |" in lines


def test_an_error_beyond_what_is_asked_is_marked():
    assert error_cells(1e-3, 1e-4)[3] == "≤ 1e-04 **missed**"


def test_the_page_has_a_place_for_the_table():
    text = PAGE.read_text()
    assert text.index("<!-- gpu -->") < text.index("<!-- /gpu -->")
