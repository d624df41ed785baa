import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nilearn.connectome import ConnectivityMeasure
from sklearn.covariance import EmpiricalCovariance

from attnconn_core.connectivity import Pearson
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

TOLERANCE = 1e-8


def series_of(values):
    return TimeSeries((values.astype(np.float32),), 1.0, ("a", "b", "c", "d"))


def test_equals_the_reference(scan, matrices):
    estimated = Pearson().estimate(scan)
    assert np.abs(estimated.values - matrices["pearson"]).max() <= TOLERANCE
    assert (estimated.method, estimated.directed, Pearson.signed) == ("pearson", False, True)
    assert estimated.regions == scan.regions


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda x: np.cov(x.T) / np.outer(x.std(0), x.std(0)), id="ddof 1 over ddof 0"),
        pytest.param(lambda x: np.corrcoef(x[1:].T), id="a frame left out"),
        pytest.param(lambda x: np.corrcoef(x[:450].T), id="training frames only"),
        pytest.param(lambda x: np.corrcoef(x[1:].T, x[:-1].T)[:12, 12:], id="lagged"),
        pytest.param(lambda x: np.cov(x.T), id="covariance"),
    ],
)
def test_parity_bites(scan, matrices, changed):
    off = ~np.eye(scan.n_regions, dtype=bool)
    values = changed(scan.values.astype(np.float64))
    assert np.abs(values - matrices["pearson"])[off].max() > TOLERANCE


def test_equals_numpy_and_nilearn(noise, as_series):
    values = Pearson().estimate(as_series(noise)).values
    assert np.abs(values - np.corrcoef(noise.astype(np.float64).T)).max() < 1e-14
    measure = ConnectivityMeasure(
        cov_estimator=EmpiricalCovariance(), kind="correlation", standardize=False
    )
    assert np.abs(values - measure.fit_transform([noise.astype(np.float64)])[0]).max() < 1e-6


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.lists(st.floats(0.25, 4), min_size=4, max_size=4),
    shift=st.lists(st.floats(-8, 8), min_size=4, max_size=4),
    sign=st.lists(st.sampled_from([-1.0, 1.0]), min_size=4, max_size=4),
)
def test_is_symmetric_and_blind_to_units(seed, scale, shift, sign):
    values = np.random.default_rng(seed).standard_normal((40, 4))
    plain = Pearson().estimate(series_of(values)).values
    mapped = Pearson().estimate(series_of(values * scale * np.asarray(sign) + shift)).values
    assert np.array_equal(plain, plain.T)
    assert np.array_equal(plain.diagonal(), np.ones(4))
    assert np.abs(mapped - plain * np.outer(sign, sign)).max() < 1e-4


def test_a_step_between_runs_is_not_signal(noise, as_series):
    step = np.float32(1000) * np.arange(1, 6, dtype=np.float32)
    split = Pearson().estimate(as_series(noise[:150], noise[150:] + step)).values
    level = Pearson().estimate(as_series(noise[:150], noise[150:])).values
    assert np.abs(split - level).max() < 1e-3


def test_a_constant_region_is_named(noise, as_series):
    noise[:, 2] = 7
    with pytest.raises(SeriesError, match="region 2"):
        Pearson().estimate(as_series(noise))
