import numpy as np
import pytest

from attnconn_core.timeseries import Orientation, orientation


def scan(n_frames, n_regions, seed=0, memory=0.7):
    """Regions in the order of an atlas: blocks of a network, more or less like each other."""
    rng = np.random.default_rng(seed)
    blocks = np.repeat(np.arange(n_regions), rng.integers(1, 7, n_regions))[:n_regions]
    loading = rng.uniform(0, 1, n_regions)
    x = np.zeros((n_frames + 50, n_regions))
    for t in range(1, len(x)):
        shared = rng.normal(size=n_regions)[blocks]
        x[t] = memory * x[t - 1] + loading * shared + rng.normal(size=n_regions)
    return x[50:]


@pytest.mark.parametrize("shape", [(70, 90), (200, 400), (600, 94), (60, 100)])
@pytest.mark.parametrize("level", [0.0, 1000.0])
def test_region_by_time_is_seen(shape, level):
    values = scan(*shape) + level * np.random.default_rng(1).normal(size=shape[1])
    assert not orientation(values).perhaps_turned
    assert orientation(values.T).surely_turned


def test_the_evidence_names_each_axis_with_its_number():
    told = Orientation(first=-0.125, second=0.625).in_words
    assert "second axis are more alike" in told
    assert "above 0.62; along the first axis, above -0.12)" in told


@pytest.mark.parametrize("shape", [(60, 100), (40, 400), (150, 360), (1200, 360), (30, 12)])
@pytest.mark.parametrize("memory", [0.0, 0.2, 0.9])
def test_ordinary_scans_are_never_refused(shape, memory):
    for seed in range(5):
        alike = scan(*shape, seed=seed, memory=memory)
        assert not orientation(alike).surely_turned
        assert not orientation(np.diff(alike, axis=0)).surely_turned
        smooth = alike + np.random.default_rng(seed).normal(size=shape[0])[:, None]
        assert not orientation(smooth).surely_turned


@pytest.mark.parametrize("by", [1e-6, 1e6])
def test_a_region_in_another_unit_does_not_turn_a_scan(by):
    for seed in range(5):
        values = scan(300, 20, seed=seed, memory=0.6) + 20
        values[:, 4] *= by
        assert not orientation(values).perhaps_turned


def test_few_values_and_constant_ones_say_nothing():
    for values in (np.ones((40, 40)), np.random.default_rng(0).normal(size=(100, 4))):
        axes = orientation(values)
        assert not axes.surely_turned
        assert not axes.perhaps_turned
