"""The example's estimator."""

import numpy as np

from attnconn_core.connectivity import ESTIMATORS, METHODS, Estimator, estimators, methods
from attnconn_core.records import TimeSeries


def test_coherence_is_a_method_with_its_parameters(installed):
    assert list(methods()) == [*METHODS, "coherence"]
    assert list(estimators()) == [*ESTIMATORS, "coherence"]
    method = methods()["coherence"]
    assert (method.label, method.family, method.needs) == ("coherence", "other", "series")
    assert (method.directed, method.signed) == (False, False)
    assert isinstance(method.make(), Estimator)
    rng = np.random.default_rng(0)
    runs = (rng.normal(size=(200, 4)), rng.normal(size=(100, 4)))
    series = TimeSeries(runs, 0.72, tuple("abcd"))
    found = method.make().estimate(series)
    assert np.allclose(found.values, found.values.T)
    assert np.allclose(found.values.diagonal(), 1)
    assert 0 <= found.values.min() < found.values.max() <= 1 + 1e-12
    narrow = method.with_parameters(high=0.05).make().estimate(series)
    assert not np.allclose(narrow.values, found.values)
