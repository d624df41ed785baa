import numpy as np
import pytest

from attnconn_core.timeseries.region_levels import regions_at_another_level
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean


def said(*runs):
    part = usable_part(as_series(*runs))
    assert part is not None
    return regions_at_another_level(part)


def raw(seed=0):
    """Regions about 10,000, within a factor of 2, of deviation 50."""
    levels = np.random.default_rng(5).uniform(7000, 14000, 20)
    return levels + 10 * (clean(seed=seed) - 100)


def with_motion(values):
    rng = np.random.default_rng(1)
    values[:, -2] = rng.gamma(1.5, 0.08, len(values))
    values[:, -1] = rng.normal(0, 0.01, len(values)).cumsum()
    return values


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_motion_among_regions_is_said(scale):
    sentence = said(scale * with_motion(raw()))
    assert "that of 2 of 20 regions doesn't: R18 (" in sentence
    assert "motion parameters and other confounds? Remove them" in sentence
    assert "R19 (" in sentence


def test_a_region_a_hundred_times_higher_is_said():
    times = np.where(np.arange(20) == 4, 150, 1)
    assert "1 of 20 regions doesn't: R04 (" in said(raw() * times, raw(1) * times)


def test_a_region_whose_deviation_is_said_is_not_said_twice():
    assert said(raw() * np.where(np.arange(20) == 4, 1e5, 1)) == ""


def test_levels_of_ordinary_scans_are_not_said():
    assert said(raw()) == said(raw(), raw(1)) == ""
    assert said(raw() * np.linspace(0.2, 5, 20)) == ""


def test_demeaned_scans_have_no_levels():
    for seed in range(20):
        values = clean(seed=seed)
        assert said(values - values.mean(axis=0)) == ""
        assert said((values - values.mean(axis=0)) / values.std(axis=0) + 0.05) == ""
        assert said(with_motion(values - values.mean(axis=0))) == ""


def test_where_many_regions_have_none_nothing_is_said():
    values = raw()
    values[:, :6] -= values[:, :6].mean(axis=0)
    assert said(values) == ""
