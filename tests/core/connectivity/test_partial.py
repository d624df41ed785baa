import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nilearn.connectome import ConnectivityMeasure
from sklearn.covariance import EmpiricalCovariance

from attnconn_core.connectivity import Partial
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

TOLERANCE = 1e-8


def closed_form(values, ridge=1e-6):
    covariance = np.cov(values.T)
    n_regions = len(covariance)
    precision = np.linalg.inv(
        covariance + ridge * np.trace(covariance) / n_regions * np.eye(n_regions)
    )
    return -precision / np.sqrt(np.outer(precision.diagonal(), precision.diagonal()))


def test_equals_the_reference_off_the_diagonal(scan, matrices):
    estimated = Partial().estimate(scan)
    off = ~np.eye(scan.n_regions, dtype=bool)
    assert np.abs(estimated.values - matrices["partial"])[off].max() <= TOLERANCE
    assert np.array_equal(estimated.values.diagonal(), np.ones(scan.n_regions))
    assert (estimated.method, estimated.directed, Partial.signed) == ("partial", False, True)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda x: closed_form(x, ridge=0), id="no ridge"),
        pytest.param(lambda x: closed_form(x, ridge=12e-6), id="trace not divided by R"),
        pytest.param(lambda x: -closed_form(x), id="sign left out"),
        pytest.param(lambda x: closed_form(x[1:]), id="a frame left out"),
        pytest.param(lambda x: np.corrcoef(x.T), id="Pearson"),
    ],
)
def test_parity_bites(scan, matrices, changed):
    off = ~np.eye(scan.n_regions, dtype=bool)
    values = changed(scan.values.astype(np.float64))
    assert np.abs(values - matrices["partial"])[off].max() > TOLERANCE


def test_equals_the_correlation_of_residuals(noise, as_series):
    # The textbook's definition, by regression: what the inverse stands for.
    values = noise.astype(np.float64) - noise.mean(axis=0, dtype=np.float64)
    estimated = Partial().estimate(as_series(noise)).values
    for i, j in ((0, 1), (3, 1), (2, 4)):
        others = np.delete(values, [i, j], axis=1)
        rest = values[:, [i, j]] - others @ np.linalg.lstsq(others, values[:, [i, j]])[0]
        assert estimated[i, j] == pytest.approx(np.corrcoef(rest.T)[0, 1], abs=1e-4)


def test_equals_nilearn_but_for_the_ridge(noise, as_series):
    measure = ConnectivityMeasure(
        cov_estimator=EmpiricalCovariance(), kind="partial correlation", standardize=False
    )
    theirs = measure.fit_transform([noise.astype(np.float64)])[0]
    ours = Partial().estimate(as_series(noise)).values
    assert np.array_equal(ours, ours.T)
    assert np.abs(ours - theirs).max() < 1e-4


def test_fewer_frames_than_regions_still_gives_a_matrix(as_series):
    values = np.random.default_rng(0).standard_normal((8, 20))
    estimated = Partial().estimate(as_series(values)).values
    assert np.isfinite(estimated).all()
    assert np.abs(estimated).max() <= 1 + 1e-9


@settings(max_examples=40, deadline=None)
@given(powers=st.lists(st.floats(-6, 6), min_size=12, max_size=12), turned=st.integers(0, 11))
def test_no_region_s_unit_matters(powers, turned, scan):
    few = TimeSeries((scan.values[:, :12],), scan.repetition_time, scan.regions[:12])
    by = 10.0 ** np.array(powers)
    by[turned] *= -1
    changed = TimeSeries(
        ((few.values.astype(np.float64) * by).astype(np.float32),), few.repetition_time, few.regions
    )
    sign = np.sign(np.outer(by, by))
    difference = Partial().estimate(changed).values * sign - Partial().estimate(few).values
    assert np.abs(difference).max() < 1e-4


@pytest.mark.parametrize("by", [1e6, 1e-6])
def test_a_region_in_its_own_unit_spoils_no_other(by, scan):
    values = scan.values.copy()
    values[:, 3] *= by
    changed = Partial().estimate(TimeSeries((values,), scan.repetition_time, scan.regions)).values
    assert np.abs(changed - Partial().estimate(scan).values).max() < 1e-4


def test_few_frames_in_different_units_are_inverted_alike(as_series):
    # Each region's own variance counts then, also where the ridge decides all.
    values = np.random.default_rng(0).standard_normal((8, 20))
    units = np.geomspace(1, 1e5, 20)
    others = Partial().estimate(as_series(values * units[::-1])).values
    assert np.allclose(Partial().estimate(as_series(values * units)).values, others, atol=1e-2)


def test_a_nan_is_named(noise, as_series):
    noise[3, 4] = np.nan
    with pytest.raises(SeriesError, match="region 4"):
        Partial().estimate(as_series(noise))
