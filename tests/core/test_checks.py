"""Checks of settings: what is let through, and in which words the rest is refused."""

import numpy as np
import pytest

from attnconn_core.checks import require_choice, require_number, require_share, require_whole
from attnconn_core.errors import ParameterError


@pytest.mark.parametrize(
    "check",
    [
        lambda: require_choice("side", "left", ("left", "right")),
        lambda: require_whole("lags", 1, 1),
        lambda: require_whole("lags", np.int64(3), 1),
        lambda: require_number("alpha", 0),
        lambda: require_number("alpha", np.float32(0.1), above=True),
        lambda: require_share("level", 0.5),
        lambda: require_share("level", 1, ends=True),
    ],
)
def test_what_is_right_passes(check):
    assert check() is None


@pytest.mark.parametrize(
    ("check", "complaint"),
    [
        (lambda: require_choice("side", 1, ("left", "right")), "one of left, right; got 1"),
        (lambda: require_choice("side", ["left"], ("left",)), r"one of left; got \['left'\]"),
        (lambda: require_whole("lags", 0, 1, "frame"), "lags must be at least 1 frame; got 0"),
        (lambda: require_whole("lags", 2.0, 1), "lags must be a whole number; got 2.0"),
        (lambda: require_whole("lags", "2", 1), "lags must be a whole number; got '2'"),
        (lambda: require_number("alpha", None), "alpha must be a number from 0; got None"),
        (lambda: require_number("alpha", np.inf, 2.0), "alpha must be a number from 2; got inf"),
        (lambda: require_number("alpha", 0, above=True), "alpha must be a number above 0; got 0"),
        (lambda: require_number("alpha", float("nan")), "alpha must be a number from 0; got nan"),
        (lambda: require_share("level", 0), "level must lie between 0 and 1; got 0"),
        (lambda: require_share("level", 1.1, ends=True), "level must lie between 0 and 1; got 1.1"),
        (lambda: require_share("level", "half"), "level must lie between 0 and 1; got 'half'"),
    ],
)
def test_what_is_wrong_is_refused_with_rule_and_value(check, complaint):
    with pytest.raises(ParameterError, match=complaint):
        check()
