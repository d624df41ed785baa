import pytest

from attnconn_core.repetition_time import repetition_time_problem


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.392, 0.72, 2.0, 3.0, 10.0, 20.0])
def test_what_scanners_do_is_no_problem(seconds):
    assert repetition_time_problem(seconds) == ""


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (720.0, "0.72"),
        (2000.0, "2"),
        (392.0, "0.392"),
        (720_000.0, "0.72"),
        (0.00072, "0.72"),
        (1e4, "10"),
    ],
)
def test_another_unit_is_guessed(given, meant):
    assert f"Did you mean {meant}?" in repetition_time_problem(given)


@pytest.mark.parametrize("given", [0.0, -1.0, float("nan"), float("inf"), 31.0, 0.01])
def test_what_cannot_be_is_refused(given):
    assert "got" in repetition_time_problem(given)
