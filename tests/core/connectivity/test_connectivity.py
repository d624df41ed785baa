from types import MappingProxyType

import numpy as np

from attnconn_core import connectivity
from attnconn_core.connectivity import (
    ESTIMATORS,
    READY,
    Granger,
    GrangerOwnPastFree,
    LikelihoodRatio,
)


def test_the_list_of_methods_is_complete_and_in_order():
    assert tuple(ESTIMATORS) == (
        *("pearson", "partial", "shrinkage_partial", "graphical_lasso"),
        *("lagged_correlation", "granger_log_ratio"),
        *("granger_own_past_free", "granger_own_past_free_validated", "transfer_entropy"),
        *("patel_tau", "likelihood_ratio", "likelihood_ratio_skew", "oriented_partial"),
        *("granger", "attention", "ablation", "sensitivity", "tangent"),
    )
    assert all(ESTIMATORS[name].method == name for name in ESTIMATORS)
    assert isinstance(ESTIMATORS, MappingProxyType)


def test_every_method_says_its_traits():
    symmetric = {name for name, kind in ESTIMATORS.items() if not kind.directed}
    signed = {name for name, kind in ESTIMATORS.items() if kind.signed}
    partials = {"partial", "shrinkage_partial", "graphical_lasso"}
    assert symmetric == {"pearson", "tangent", *partials}
    assert signed == {*symmetric, "lagged_correlation"}


def test_traits_hold_for_the_matrices(scan):
    for estimator in (*(ESTIMATORS[name]() for name in READY), Granger(2, 10.0)):
        estimated = estimator.estimate(scan)
        assert estimated.directed == (abs(estimated.values - estimated.values.T).max() > 1e-9)
        assert estimator.signed == (estimated.values.min() < 0)


def test_variants_are_methods_of_their_own(scan):
    skew, unseen = (
        ESTIMATORS[name]().estimate(scan)
        for name in ("likelihood_ratio_skew", "granger_own_past_free_validated")
    )
    assert np.array_equal(skew.values, LikelihoodRatio("skew").estimate(scan).values)
    judged = GrangerOwnPastFree(judged_on="validation").estimate(scan)
    assert np.array_equal(unseen.values, judged.values)
    assert not np.allclose(unseen.values, GrangerOwnPastFree().estimate(scan).values)
    assert (skew.method, unseen.method) == (
        "likelihood_ratio_skew", "granger_own_past_free_validated",
    )  # fmt: skip


def test_public_names_are_what_they_claim():
    assert all(hasattr(connectivity, name) for name in connectivity.__all__)
    assert sorted(connectivity.__all__, key=lambda name: (not name.isupper(), name)) == list(
        connectivity.__all__
    )
