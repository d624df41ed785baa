import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf
from sklearn.linear_model import LinearRegression

from attnconn_core.connectivity.var_identification import VarIdentification
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import simulate

NETWORK = np.array([[0.4, 0.0, 0.0], [0.5, 0.3, 0.0], [0.0, 0.4, 0.2]])


def series(frames=400, seed=0):
    return simulate(NETWORK, frames, seed)


def rows_of(values):
    """Present, then past, each scaled, of one run."""
    rows = np.hstack([values[1:], values[:-1]]).astype(np.float64)
    return (rows - rows.mean(axis=0)) / rows.std(axis=0)


def partial(rows, first, second):
    """Correlate the residuals of two columns on all others."""
    rest = np.delete(rows, [first, second], axis=1)
    both = rows[:, [first, second]]
    residuals = both - LinearRegression().fit(rest, both).predict(rest)
    return np.corrcoef(residuals.T)[0, 1]


def test_without_a_penalty_values_are_correlations_of_residuals():
    given = series()
    found = VarIdentification(shrinkage=1e-9).estimate(given)
    rows = rows_of(given.runs[0])
    for target in range(3):
        for source in range(3):
            expected = partial(rows, target, 3 + source)
            if source != target:
                expected += partial(rows, target, source)
            assert found.values[target, source] == pytest.approx(expected, abs=1e-5)


def test_the_penalty_is_ledoit_and_wolf_s_unless_it_is_given():
    given = series(60)
    found = VarIdentification().estimate(given)
    shrinkage = ledoit_wolf(rows_of(given.runs[0]), assume_centered=True)[1]
    assert found.metrics["shrinkage"] == pytest.approx(shrinkage)
    again = VarIdentification(found.metrics["shrinkage"]).estimate(given)
    np.testing.assert_allclose(again.values, found.values)
    assert np.abs(VarIdentification(0.99).estimate(given).values).max() < 0.05


def test_true_edges_run_the_right_way():
    values = VarIdentification().estimate(series(1000)).values
    for target, source in ((1, 0), (2, 1)):
        assert values[target, source] > values[source, target] + 0.2


def test_every_run_is_centred_by_itself_and_no_row_crosses_into_the_next():
    one = series().runs[0]
    halves = TimeSeries((one[:200], one[200:]), 1.0, ("a", "b", "c"))
    rows = [np.hstack([run[1:], run[:-1]]).astype(np.float64) for run in halves.runs]
    rows = np.concatenate([run - run.mean(axis=0) for run in rows])
    rows /= rows.std(axis=0)
    found = VarIdentification(1e-9).estimate(halves).values
    expected = partial(rows, 0, 1) + partial(rows, 0, 4)
    assert found[0, 1] == pytest.approx(expected, abs=1e-5)


def test_a_step_in_level_between_runs_is_no_signal():
    one = series().runs[0]
    level = np.array([30, -20, 10], dtype=np.float32)
    same = TimeSeries((one[:200], one[200:]), 1.0, ("a", "b", "c"))
    shifted = TimeSeries((one[:200], one[200:] + level), 1.0, ("a", "b", "c"))
    expected = VarIdentification(0.05).estimate(same).values
    np.testing.assert_allclose(
        VarIdentification(0.05).estimate(shifted).values, expected, atol=1e-4
    )


def test_what_cannot_be_estimated_is_named():
    with pytest.raises(ParameterError, match="between 0 and 1, or be None; got 1"):
        VarIdentification(1.0)
    late = np.zeros((5, 2), dtype=np.float32)
    late[:, 0] = [1, 2, 1, 3, 2]
    late[4, 1] = 1
    with pytest.raises(SeriesError, match=r"must change within a run, .*; b doesn't"):
        VarIdentification().estimate(TimeSeries((late,), 1.0, ("a", "b")))
