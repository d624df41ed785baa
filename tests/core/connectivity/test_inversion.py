"""Methods that invert a matrix as it is say so where samples are few, and only there."""

import numpy as np
import pytest

from attnconn_core.connectivity import (
    METHODS,
    Granger,
    GrangerLogRatio,
    Inversion,
    LikelihoodRatio,
    Partial,
    ShrinkagePartial,
    few_samples,
)

N_REGIONS = 20
TRUTH = 0.45 * (np.eye(N_REGIONS, k=1) + np.eye(N_REGIONS, k=-1))
ROOT = np.linalg.cholesky(np.linalg.inv(np.eye(N_REGIONS) - TRUTH))
UPPER = np.triu_indices(N_REGIONS, 1)
FEW = {"samples_of_inverse", "columns_of_inverse"}


@pytest.fixture
def chain(as_series):
    """Draw a scan of regions in a chain, of so many frames."""
    return lambda n, seed=0: as_series(
        np.random.default_rng(seed).normal(size=(n, N_REGIONS)) @ ROOT.T
    )


@pytest.mark.parametrize(
    ("estimator", "columns", "samples_less"),
    [
        (Partial(), N_REGIONS, 0),
        (LikelihoodRatio("entropy", given="rest"), N_REGIONS, 0),
        (GrangerLogRatio(1), N_REGIONS, 1),
        (GrangerLogRatio(2), 2 * N_REGIONS, 2),
        (Granger(1, 0.0, None), N_REGIONS, 1),
    ],
    ids=str,
)
def test_fewer_than_two_samples_per_column_are_said(chain, estimator, columns, samples_less):
    enough = 2 * columns + samples_less
    assert not FEW & set(estimator.estimate(chain(enough)).metrics)
    metrics = estimator.estimate(chain(enough - 1)).metrics
    assert metrics["samples_of_inverse"] == 2 * columns - 1
    assert metrics["columns_of_inverse"] == columns
    assert "mostly noise" in estimator.inverts.caution([metrics])


def test_what_is_regularised_says_nothing(chain):
    for estimator in (ShrinkagePartial(), LikelihoodRatio(), Granger(1, 1.0, None)):
        assert not FEW & set(estimator.estimate(chain(N_REGIONS + 1)).metrics)


def test_the_caution_is_right_and_so_is_what_it_advises(chain):
    def agrees(estimator, n):
        found = (estimator.estimate(chain(n, seed)).values[UPPER] for seed in range(20))
        return np.mean([np.corrcoef(each, TRUTH[UPPER])[0, 1] for each in found])

    assert agrees(Partial(), N_REGIONS + 1) < 0.2
    assert agrees(ShrinkagePartial(), N_REGIONS + 1) > 0.5
    assert agrees(Partial(), 2 * N_REGIONS) > 0.4


def test_a_sentence_is_of_the_worst_session():
    inversion = Inversion("frames", "regions", "shrinkage_partial")
    sessions = [{}, few_samples(131, 130), few_samples(200, 130), {"r2": 1.0}]
    assert inversion.caution(sessions) == (
        "131 frames of 130 regions: mostly noise (2 of 4 sessions have fewer than twice as many "
        "frames as regions); use shrinkage_partial instead"
    )
    assert inversion.caution([{}, {"r2": 1.0}]) == ""


def test_what_holds_instead_is_a_method_where_it_is_named_as_one():
    named = {METHODS[name].estimator.inverts.instead for name in ("partial", "granger_log_ratio")}
    assert named <= set(METHODS)


def test_a_dimension_that_was_taken_out_is_said(chain, as_series):
    values = chain(300).values
    assert not FEW & set(Partial().estimate(as_series(values)).metrics)
    without = as_series(values - values.mean(axis=1, keepdims=True))
    estimated = Partial().estimate(without)
    assert estimated.metrics == {"dimensions_of_inverse": 19.0, "columns_of_inverse": 20.0}
    # The ridge alone decides the values then: every two regions go against each other.
    assert estimated.values[UPPER].max() < -0.99
    whole = Partial().estimate(as_series(values)).metrics
    told = Partial.inverts.caution([whole, estimated.metrics])
    assert told.startswith("19 dimensions of 20 regions: ")
    assert "(1 of 2 sessions lack dimensions" in told
    assert told.endswith("; use shrinkage_partial instead")
