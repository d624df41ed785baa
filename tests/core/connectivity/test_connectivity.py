from types import MappingProxyType

from attnconn_core import connectivity
from attnconn_core.connectivity import ESTIMATORS, Granger, Partial, Pearson


def test_the_list_of_methods_is_complete_and_in_order():
    assert tuple(ESTIMATORS) == ("pearson", "partial", "granger", "attention")
    assert all(ESTIMATORS[name].method == name for name in ESTIMATORS)
    assert isinstance(ESTIMATORS, MappingProxyType)


def test_every_method_says_its_traits():
    traits = {name: (kind.directed, kind.signed) for name, kind in ESTIMATORS.items()}
    assert traits == {
        "pearson": (False, True),
        "partial": (False, True),
        "granger": (True, False),
        "attention": (True, False),
    }


def test_traits_hold_for_the_matrices(scan):
    for estimator in (Pearson(), Partial(), Granger(2, 10.0)):
        estimated = estimator.estimate(scan)
        assert estimated.directed == (abs(estimated.values - estimated.values.T).max() > 1e-9)
        assert estimator.signed == (estimated.values.min() < 0)


def test_public_names_are_what_they_claim():
    assert all(hasattr(connectivity, name) for name in connectivity.__all__)
    assert sorted(connectivity.__all__, key=lambda name: (not name.isupper(), name)) == list(
        connectivity.__all__
    )
