import numpy as np
import pytest

from attnconn_core.connectivity import METHODS, Granger, VarIdentification
from attnconn_core.connectivity.penalty import Penalty
from attnconn_core.timeseries import simulate

NETWORK = np.array([[0.5, 0.0, 0.0], [0.4, 0.5, 0.0], [0.0, 0.4, 0.5]])
WITH_PENALTY = [name for name, method in METHODS.items() if method.penalty]


def test_the_methods_that_have_a_penalty_to_choose():
    assert WITH_PENALTY == [
        "graphical_lasso",
        "granger",
        "granger_own_past_free",
        "granger_own_past_free_validated",
        "var_identification",
    ]


@pytest.mark.parametrize("name", WITH_PENALTY)
def test_every_penalty_finds_something_else_and_the_largest_shrinks(name):
    method = METHODS[name]
    series = simulate(NETWORK, 300, 0)
    made = Granger(2, 1.0) if name == "granger" else method.make()
    sizes = []
    for penalty in method.penalties:
        estimator = method.penalty.at(made, penalty)
        assert getattr(estimator, method.penalty.parameter) == penalty
        values = estimator.estimate(series).values
        sizes.append(np.abs(values[~np.eye(3, dtype=bool)]).sum())
    assert list(method.penalties) == sorted(method.penalties)
    assert len(set(sizes)) == len(sizes)
    assert sizes[-1] < 0.9 * sizes[0]


def test_all_else_stays_as_it_was_but_what_the_values_are_meant_with():
    penalty = Penalty("alpha", (10.0,), {"units": "deviations"})
    assert penalty.at(Granger(3, 1.0, None, "series"), 10.0) == Granger(3, 10.0, None, "deviations")
    assert VarIdentification().shrinkage is None
