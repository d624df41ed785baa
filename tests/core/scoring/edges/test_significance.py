import numpy as np
import pytest
from scipy.stats import kstest, pearsonr
from statsmodels.stats.multitest import multipletests

from attnconn_core.connectivity import GrangerLogRatio, Pearson
from attnconn_core.errors import ParameterError
from attnconn_core.records import TimeSeries
from attnconn_core.scoring import edge_significance
from attnconn_core.timeseries import SURROGATES, simulate


def slow(seed, n=3, frames=80):
    """Regions that share nothing, each with a long memory."""
    return simulate(0.85 * np.eye(n), frames, seed, noise=0.0)


@pytest.mark.parametrize("kind", SURROGATES)
def test_p_is_uniform_where_regions_share_nothing(kind):
    p = [
        edge_significance(slow(seed), Pearson(), surrogates=39, kind=kind, seed=seed).p[1, 0]
        for seed in range(200)
    ]
    # The least p is 1 / 40, and the next one twice that.
    assert kstest(np.array(p) - 1 / 80, "uniform").pvalue > 0.01


def test_memory_is_no_evidence():
    naive, ours = [], []
    for seed in range(100):
        series = slow(seed)
        naive.append(pearsonr(*series.values.T[:2]).pvalue < 0.05)
        found = edge_significance(series, Pearson(), surrogates=59, seed=seed)
        ours.append(found.p[0, 1] <= 0.05)
    assert np.mean(naive) > 0.25
    assert np.mean(ours) < 0.12


def test_a_planted_edge_is_found_in_its_direction():
    truth = np.diag([0.3] * 4)
    truth[2, 0] = 0.6
    series = simulate(truth, 300, 3)
    told = []
    found = edge_significance(series, GrangerLogRatio(), surrogates=299, on_surrogate=told.append)
    assert found.p[2, 0] == 1 / 300
    assert np.unravel_index(np.nanargmin(found.q), (4, 4)) == (2, 0)
    assert (found.q < 0.05).sum() == 1
    assert told == list(range(299))


def test_q_is_statsmodels_over_every_edge_once():
    for estimator, edges in ((Pearson(), 6), (GrangerLogRatio(), 12)):
        found = edge_significance(slow(1, n=4), estimator, surrogates=50)
        assert np.isnan(found.p.diagonal()).all()
        lower = np.tril_indices(4, -1) if edges == 6 else np.nonzero(~np.eye(4, dtype=bool))
        expected = multipletests(found.p[lower], method="fdr_bh")[1]
        np.testing.assert_allclose(found.q[lower], expected, atol=1e-12)
        if edges == 6:
            assert np.array_equal(found.p, found.p.T, equal_nan=True)


def test_a_negative_connection_is_one():
    x = np.random.default_rng(0).normal(size=(200, 1))
    noise = np.random.default_rng(1).normal(size=(200, 1))
    series = TimeSeries((np.hstack([x, noise - x]),), 1.0, ("a", "b"))
    assert edge_significance(series, Pearson(), surrogates=99).p[0, 1] == 0.01


def test_without_surrogates_there_is_no_test():
    with pytest.raises(ParameterError, match="surrogates must be at least 1; got 0"):
        edge_significance(slow(0), Pearson(), surrogates=0)
