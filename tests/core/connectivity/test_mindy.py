"""MINDy, against autograd, its equations run with known parameters, and a known response."""

import numpy as np
import pytest
import torch
from scipy.stats import gamma

from attnconn_core.connectivity import Mindy
from attnconn_core.connectivity.mindy import _deconvolved, _without_jumps, _without_outliers
from attnconn_core.connectivity.mindy_fit import (
    _descend,
    _drawn,
    _Nadam,
    _Parameters,
    _transfer,
    fit_dynamics,
)
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries

REGIONS = 12
OFF = ~np.eye(REGIONS, dtype=bool)
ALPHA, B = 5.0, 20 / 3


def psi(x):
    return np.sqrt(ALPHA**2 + (B * x + 0.5) ** 2) - np.sqrt(ALPHA**2 + (B * x - 0.5) ** 2)


def truth(seed):
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random((REGIONS, REGIONS)) < 0.2, rng.normal(0.0, 0.25, (12, 12)), 0.0)
    np.fill_diagonal(weights, 0.1)
    return weights, rng.uniform(0.3, 0.6, REGIONS)


def run(weights, decay, frames, seed, noise=1.0):
    rng = np.random.default_rng(seed)
    states = np.zeros((frames, REGIONS))
    for time in range(1, frames):
        past = states[time - 1]
        change = weights @ psi(past) - decay * past
        states[time] = past + change + noise * rng.standard_normal(REGIONS)
    return states


def as_series(*runs):
    return TimeSeries(runs, 2.0, tuple(f"r{n}" for n in range(runs[0].shape[1])))


PLAIN = Mindy(deconvolve=False, step=1)


def test_a_simulated_models_weights_and_decay_are_recovered():
    weights, decay = truth(0)
    states = run(weights, decay, 3000, 1)
    found = PLAIN.dynamics(as_series(states))
    deviation = states.std(axis=0)
    # Of standardised regions: what acts on one is divided by its deviation.
    expected = weights * deviation / deviation[:, None]
    recovered = np.corrcoef(found.weights[OFF], expected[OFF])[0, 1]
    # Least squares, told the true curvature, is what penalties have to beat.
    z = (states - states.mean(axis=0)) / deviation
    columns = np.hstack([psi(z[:-1]), z[:-1]])
    fitted = np.linalg.lstsq(columns, np.diff(z, axis=0), rcond=None)[0][:REGIONS].T
    assert recovered > 0.9 > 0.85 > np.corrcoef(fitted[OFF], expected[OFF])[0, 1]
    assert np.corrcoef(found.decay, decay)[0, 1] > 0.85
    # A weight on oneself and the decay stand for each other; their sum is what is known.
    assert own_effect(z, found.weights, found.decay, found.alpha) == pytest.approx(
        own_effect(states, weights, decay, np.full(REGIONS, ALPHA)), rel=0.05
    )


def own_effect(states, weights, decay, alpha):
    """Mean slope of how a region falls back by itself, over the states that it visits."""
    bent = np.sqrt(alpha**2 + (B * states + 0.5) ** 2) - np.sqrt(alpha**2 + (B * states - 0.5) ** 2)
    falls = decay * states - weights.diagonal() * bent
    return np.mean((falls * states).mean(axis=0) / (states**2).mean(axis=0))


def test_the_source_is_the_column():
    weights = np.zeros((REGIONS, REGIONS))
    weights[3, 7] = 0.5
    found = PLAIN.estimate(as_series(run(weights, np.full(REGIONS, 0.5), 1500, 2)))
    assert np.unravel_index(np.abs(found.values * OFF).argmax(), OFF.shape) == (3, 7)
    assert found.values[3, 7] > 2 * abs(found.values[7, 3])


@pytest.fixture
def problem():
    rng = np.random.default_rng(3)
    parameters = _drawn(6, rng)
    # Away from 0, where an absolute value has no slope.
    for part in (parameters.sparse, parameters.left, parameters.right):
        part += np.float32(0.1) * np.sign(part)
    states, changes = rng.standard_normal((2, 6, 40)).astype(np.float32)
    return parameters, states, changes


def test_gradients_are_those_of_the_cost(problem):
    parameters, states, changes = problem
    names = ("sparse", "left", "right", "root_decay", "curvature")
    leaf = {
        name: torch.tensor(getattr(parameters, name).astype(np.float64), requires_grad=True)
        for name in names
    }
    x, dx = (torch.tensor(each.astype(np.float64)) for each in (states, changes))
    a = (leaf["curvature"] ** -2 - 0.15**2 / 4)[:, None] / 0.15**2  # α²
    sigmoid = torch.sqrt(a + (B * x + 0.5) ** 2) - torch.sqrt(a + (B * x - 0.5) ** 2)
    weights = leaf["sparse"] + leaf["left"] @ leaf["right"]
    decay = 0.1 + leaf["root_decay"] ** 2
    error = dx - weights @ sigmoid + decay[:, None] * x
    cost = (error**2).sum() / 2 / x.shape[1]
    cost = cost + 0.075 * leaf["sparse"].abs().sum() + 0.2 * leaf["sparse"].diagonal().abs().sum()
    cost = cost + 0.05 * (leaf["left"].abs().sum() + leaf["right"].abs().sum())
    cost.backward()
    found = _Parameters(6)
    _descend(parameters, states, changes, found)
    for name in names:
        assert np.allclose(getattr(found, name), -leaf[name].grad.numpy(), atol=1e-5), name


def test_the_transfer_function_is_the_published_one():
    states = np.linspace(-3, 3, 41)[None]
    squared = np.array([[(ALPHA / B) ** 2]])
    found, along = _transfer(states, squared)
    assert np.allclose(found, psi(states))
    ahead, behind = (_transfer(states, squared + step)[0] for step in (1e-6, -1e-6))
    assert np.allclose(along, (ahead - behind) / 2e-6, atol=1e-6)


def test_the_first_step_of_nadam_is_as_by_hand():
    nadam = _Nadam(*np.array([[0.1], [0.5]], dtype=np.float32))
    # m/(1 − .9²) · .9 + g = 1.47 g with m = .1 g; n/(1 − .95) = g².
    assert nadam.step(np.array([2.0], dtype=np.float32), 1)[0] == pytest.approx(
        0.1 * 2 * (0.9 * 0.1 / 0.19 + 1) / (2 + 0.5)
    )


def test_the_filter_undoes_the_response():
    rng = np.random.default_rng(5)
    seconds = 0.72
    kernel = np.exp(-0.5 * (np.arange(-10, 11) / 3) ** 2)
    slow = np.convolve(rng.standard_normal(800), kernel, mode="same")[:, None]
    time = seconds * np.arange(31)
    response = gamma.pdf(time, 6) - gamma.pdf(time, 16) / 6
    seen = np.fft.irfft(np.fft.rfft(slow[:, 0]) * np.fft.rfft(response, 800), 800)[:, None]
    freed = _deconvolved(seen, seconds)
    assert np.corrcoef(seen[:, 0], slow[:, 0])[0, 1] < 0.5
    assert np.corrcoef(freed[:, 0], slow[:, 0])[0, 1] > 0.97


def test_outliers_are_interpolated_and_jumps_left_out():
    frames = np.tile(np.arange(6.0)[:, None] / 5, (1, 2))
    frames[3, 1] = 9.0
    cleaned = _without_outliers(frames)
    assert np.allclose(cleaned[:, 1], np.arange(6) / 5)
    assert np.array_equal(cleaned[:, 0], frames[:, 0])
    rng = np.random.default_rng(6)
    states, changes = rng.standard_normal((2, 400, 3))
    changes[17] = 500.0
    kept, moved = _without_jumps(states, changes)
    assert kept.shape == moved.shape == (3, 399)
    assert np.abs(moved).max() < 10


def test_runs_do_not_meet_and_seeds_agree():
    weights, decay = truth(0)
    states = run(weights, decay, 1200, 7)
    short = Mindy(deconvolve=False, step=1, batches=1500)
    one, same, other = (
        each.estimate(as_series(states)).values
        for each in (short, short, Mindy(deconvolve=False, step=1, batches=1500, seed=1))
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    # A change from the end of one run to the start of the next is no sample.
    states_of = PLAIN._samples(as_series(states[:700], states[700:] + 90))[0]
    assert states_of.shape == (REGIONS, 1198)
    assert np.abs(states_of).max() < 6


def test_nothing_decays_in_a_random_walk_that_grows(recwarn):
    rng = np.random.default_rng(8)
    states = rng.standard_normal((3, 60)).astype(np.float32)
    grown = fit_dynamics(states, 2 * states, 20, 30, 0)
    assert (grown.decay > 0).all()
    assert np.isfinite(grown.weights).all()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"step": 0}, "step must be at least 1; got 0"),
        ({"batches": 0}, "batches must be at least 1; got 0"),
        ({"batch_size": -1}, "batch_size must be at least 1; got -1"),
        ({"seed": -1}, "seed must be at least 0; got -1"),
    ],
)
def test_settings_out_of_range_are_refused(wrong, complaint):
    with pytest.raises(ParameterError, match=complaint):
        Mindy(**wrong)


def test_too_few_frames_are_refused():
    rng = np.random.default_rng(9)
    with pytest.raises(SeriesError, match=r"at least 10 frames that have 41 more .*; got 9 of 50"):
        Mindy().estimate(as_series(rng.standard_normal((50, 3))))
    with pytest.raises(SeriesError, match="mindy: every region must change"):
        Mindy().estimate(as_series(np.zeros((100, 3))))
    assert Mindy(batches=5).estimate(as_series(rng.standard_normal((51, 3)))).metrics["alpha"] > 4


def test_short_frames_are_taken_two_by_two():
    frames = np.random.default_rng(10).standard_normal((80, 3))
    fast, slow = (TimeSeries((frames,), seconds, tuple("abc")) for seconds in (0.72, 2.0))
    plain = Mindy(deconvolve=False)
    for series, step in ((fast, 2), (slow, 1)):
        states, changes = plain._samples(series)
        assert states.shape == (3, 80 - step)
        assert np.allclose(changes[:, 0], (states[:, step] - states[:, 0]) / step, atol=1e-5)
