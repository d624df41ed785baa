import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from attnconn_core.connectivity import LinkTest
from attnconn_core.errors import ParameterError


@pytest.fixture
def links():
    rng = np.random.default_rng(0)
    p = rng.random((2, 4, 4)) ** 6
    return LinkTest((1, 2), rng.standard_normal((2, 4, 4)), p)


def test_edges_are_those_of_benjamini_and_hochberg_over_all_links(links):
    off = ~np.eye(4, dtype=bool)
    kept = multipletests(links.p[:, off].ravel(), 0.05, method="fdr_bh")[0].reshape(2, -1)
    found = links.edges(0.05)
    assert np.array_equal(found[off], kept.any(axis=0))
    assert 0 < found.sum() < 12
    assert not found.diagonal().any()
    assert links.edges(0.001).sum() <= found.sum()


def test_the_strongest_lag_is_the_one_with_the_smallest_p(links):
    found = links.strongest()
    for target in range(4):
        for source in range(4):
            lag = links.p[:, target, source].argmin()
            assert found[target, source] == links.partial[lag, target, source]


@pytest.mark.parametrize("fdr", [0.0, 1.0, -1.0, float("nan")])
def test_a_rate_lies_between_0_and_1(links, fdr):
    with pytest.raises(ParameterError, match="fdr must lie between 0 and 1"):
        links.edges(fdr)
