"""What must hold of a series: what breaks a rule is named with its numbers."""

import numpy as np
import pytest

from attnconn_assets.assets.inputs.series_checks import check_series
from attnconn_assets.building.windows import LONGEST_RUN, Window
from attnconn_core.records import TimeSeries

REGIONS = ("a", "b", "c")


def series(frames: int = 100, runs: int = 1) -> TimeSeries:
    rng = np.random.default_rng(0)
    cut = tuple(rng.normal(size=(frames // runs, 3)) for _ in range(runs))
    return TimeSeries(cut, 0.72, REGIONS)


def failed(checks) -> list[str]:
    return [check.name for check in checks if not check.passed]


def test_a_sound_series_passes():
    assert failed(check_series(series(), test_fraction=0.1)) == []


@pytest.mark.parametrize(
    ("value", "broken", "words"),
    [(np.nan, "finite", "must hold finite values; with NaN or infinite values: b"),
     (np.inf, "finite", "must hold finite values; with NaN or infinite values: b"),
     (2.0, "no_dead_region", "and before them; constant: b")],
)  # fmt: skip
def test_a_region_that_can_t_be_used_is_named(value, broken, words):
    bad = series()
    bad.runs[0][:, 1] = value
    checks = check_series(bad, test_fraction=0.1)
    assert failed(checks) == [broken]
    (complaint,) = (check.complaint for check in checks if not check.passed)
    assert words in complaint
    assert "every region must" in complaint


def test_a_region_that_only_one_part_can_use_is_named():
    bad = series()
    bad.runs[0][:90, 1] = 3.0  # the frames that models learn from
    assert failed(check_series(bad, test_fraction=0.1)) == ["no_dead_region"]


@pytest.mark.parametrize(("frames", "runs", "passes"), [(20, 1, True), (10, 1, False),
                                                         (10, 10, False)])  # fmt: skip
def test_both_parts_must_hold_two_frames(frames, runs, passes):
    checks = check_series(series(frames, runs), test_fraction=0.1)
    assert ("long_enough" in failed(checks)) != passes
    if not passes:
        assert "must each hold 2 frames in one run" in checks[-1].complaint
        assert "longest run of the shorter part: 1" in checks[-1].complaint


def test_a_window_says_which_keys_ask_for_it():
    window = Window(10, ("granger.max_lags",))
    assert window.why_not({LONGEST_RUN: 11}) == ""
    why = window.why_not({LONGEST_RUN: 10})
    assert "must each hold two windows of 10 frames in one run" in why
    assert "has 10: lower granger.max_lags, raise test_fraction" in why
