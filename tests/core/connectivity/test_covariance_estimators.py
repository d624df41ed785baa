"""Shrinkage, graphical lasso and tangent, against scikit-learn and nilearn."""

import numpy as np
import pytest
from nilearn.connectome import ConnectivityMeasure
from sklearn.covariance import GraphicalLasso as TheirLasso
from sklearn.covariance import LedoitWolf

from attnconn_core.connectivity import GraphicalLasso, ShrinkagePartial, Tangent, geometric_mean
from attnconn_core.errors import ParameterError, SeriesError

TOLERANCE = 1e-8


def z_scored(values):
    values = values.astype(np.float64)
    return (values - values.mean(axis=0)) / values.std(axis=0)


def nilearns(estimator, kind, scans):
    measure = ConnectivityMeasure(cov_estimator=estimator, kind=kind, standardize=False)
    return measure.fit_transform([z_scored(scan) for scan in scans])


def test_shrinkage_equals_nilearns(noise, as_series):
    theirs = nilearns(LedoitWolf(assume_centered=True), "partial correlation", [noise])[0]
    found = ShrinkagePartial().estimate(as_series(noise))
    off = ~np.eye(noise.shape[1], dtype=bool)
    assert np.abs(found.values - theirs)[off].max() <= TOLERANCE
    assert np.array_equal(found.values, found.values.T)


def test_lasso_equals_scikit_learns(noise, as_series):
    # nilearn inverts the covariance again, which agrees with the precision that is fitted
    # to the fit's own tolerance only.
    theirs = TheirLasso(0.1, assume_centered=True, enet_tol=1e-6).fit(z_scored(noise)).precision_
    scale = np.sqrt(theirs.diagonal())
    expected = -(theirs + theirs.T) / 2 / np.outer(scale, scale)
    found = GraphicalLasso(0.1).estimate(as_series(noise)).values
    off = ~np.eye(noise.shape[1], dtype=bool)
    assert np.abs(found - expected)[off].max() <= TOLERANCE


def test_shrinkage_bears_fewer_frames_than_regions(as_series):
    scan = as_series(np.random.default_rng(0).standard_normal((12, 30)))
    values = ShrinkagePartial().estimate(scan).values
    assert np.isfinite(values).all()
    assert np.abs(values[np.tril_indices(30, -1)]).max() < 0.9


def test_a_step_from_run_to_run_is_no_connection(as_series):
    rng = np.random.default_rng(1)
    runs = rng.standard_normal((2, 400, 4))
    stepped = as_series(runs[0], runs[1] + 50)
    for estimator in (ShrinkagePartial(), GraphicalLasso()):
        values = estimator.estimate(stepped).values
        assert np.abs(values[np.tril_indices(4, -1)]).max() < 0.2


def test_a_larger_penalty_leaves_fewer_connections(noise, as_series):
    shares = [
        GraphicalLasso(a).estimate(as_series(noise)).metrics["edges"] for a in (0.01, 0.3, 2.0)
    ]
    assert shares[0] > shares[1] >= shares[2] == 0


def test_a_lasso_that_does_not_converge_is_refused(noise, as_series):
    with pytest.raises(SeriesError, match="didn't converge in 1 sweeps at alpha 1e-05"):
        GraphicalLasso(1e-5, max_iterations=1).estimate(as_series(noise))


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"alpha": np.nan}, {"max_iterations": 0}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match=f"{next(iter(wrong))} must be"):
        GraphicalLasso(**wrong)


def test_tangents_equal_nilearns(as_series):
    rng = np.random.default_rng(2)
    mixing = np.eye(5) + 0.3 * rng.standard_normal((5, 5))
    scans = rng.standard_normal((6, 80, 5)) @ mixing
    expected = nilearns(LedoitWolf(assume_centered=True), "tangent", scans.astype(np.float32))
    series = [as_series(scan) for scan in scans]
    tangent = Tangent(geometric_mean(series))
    found = np.stack([tangent.estimate(each).values for each in series])
    assert np.abs(found - expected).max() <= TOLERANCE
    # The mean of the tangents at the geometric mean is 0: what makes it their point.
    assert np.abs(found.mean(axis=0)).max() < 1e-6


def test_a_reference_must_fit(noise, as_series):
    with pytest.raises(ParameterError, match="got 0 scans"):
        geometric_mean([])
    with pytest.raises(ParameterError, match="positive definite"):
        Tangent(-np.eye(3))
    with pytest.raises(ParameterError, match="reference has 3 regions; the series has 5"):
        Tangent(np.eye(3)).estimate(as_series(noise))
