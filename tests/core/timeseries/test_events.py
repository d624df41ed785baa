"""Networks that events drive."""

import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.timeseries import Events, Scanner, draw_event_network, simulate_events


def test_networks_are_acyclic_unless_loops_are_asked_for():
    for seed in range(10):
        edge = draw_event_network(8, seed) != 0
        assert not np.linalg.matrix_power(edge.astype(int), 8).any()
    looped = draw_event_network(8, 0, loops=0.5) != 0
    assert np.linalg.matrix_power(looped.astype(int), 8).any()


def test_what_drives_is_correlated_with_what_it_drives_and_seeds_fix_all():
    network = np.array([[0, 0, 0], [0.6, 0, 0], [0, 0, 0]])
    one, other = (simulate_events(network, 300, 1, scanner=Scanner(noise=0.05)) for _ in range(2))
    assert np.array_equal(one.values, other.values)
    correlation = np.corrcoef(one.values.T)
    assert correlation[1, 0] > 0.3 > abs(correlation[2, 0])


def test_what_is_out_of_range_is_refused():
    with pytest.raises(ParameterError, match=r"on must be a number above 0; got 0\.0"):
        Events(on=0.0)
    with pytest.raises(ParameterError, match=r"repetition_time must be a number above 0; got 0\.0"):
        Scanner(repetition_time=0.0)
    with pytest.raises(ParameterError, match=r"noise must be a number from 0; got -1\.0"):
        Scanner(noise=-1.0)
    with pytest.raises(ParameterError, match="frames must be at least 2; got 1"):
        simulate_events(np.zeros((2, 2)), 1, 0)
    with pytest.raises(ParameterError, match="spectral radius must be below 1; got 1"):
        simulate_events(np.eye(2), 10, 0)
    with pytest.raises(ParameterError, match="at least 2 regions; got 1"):
        draw_event_network(1, 0)
