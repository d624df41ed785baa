import numpy as np
from sklearn.preprocessing import StandardScaler

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import scale_of, standardise


def series(*runs):
    return TimeSeries(tuple(run.astype(np.float32) for run in runs), 1.0, ("one", "two"))


def test_it_is_scikit_learns_over_all_frames_given():
    rng = np.random.default_rng(0)
    first, second, third = (rng.normal(size=(n, 2)).astype(np.float32) for n in (20, 7, 30))
    scale = scale_of(series(first, second), series(third))
    theirs = StandardScaler().fit(np.concatenate([first, second, third]).astype(np.float64))
    np.testing.assert_allclose(scale.mean, theirs.mean_, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(scale.std, theirs.scale_, rtol=1e-6)
    assert scale.mean.dtype == scale.std.dtype == np.float32


def test_high_levels_do_not_cost_the_deviation():
    values = 10_000 + np.random.default_rng(1).normal(size=(100_000, 2))
    scale = scale_of(series(values))
    np.testing.assert_allclose(
        scale.std, values.astype(np.float32).astype(np.float64).std(axis=0), rtol=1e-6
    )


def test_a_constant_region_has_no_deviation():
    assert scale_of(series(np.full((9, 2), 3.0))).std.tolist() == [0.0, 0.0]


def test_standardised_series_are_scikit_learns_run_by_run():
    rng = np.random.default_rng(2)
    scan = series(5 + 3 * rng.normal(size=(20, 2)), rng.normal(size=(9, 2)))
    found = standardise(scan, scale_of(scan))
    theirs = StandardScaler().fit_transform(scan.values.astype(np.float64))
    assert [len(run) for run in found.runs] == [20, 9]
    np.testing.assert_allclose(found.values, theirs, atol=1e-5)
    still = series(np.full((9, 2), 3.0))
    assert not standardise(still, scale_of(still)).values.any()
