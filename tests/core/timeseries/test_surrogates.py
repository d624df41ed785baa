import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import (
    SURROGATES,
    circular_shift,
    draw_network,
    phase_randomise,
    simulate,
    surrogate,
)


def of(*runs):
    names = tuple(f"r{n}" for n in range(runs[0].shape[1]))
    return TimeSeries(tuple(runs), 0.72, names)


@settings(deadline=None, max_examples=25)
@given(lengths=st.lists(st.integers(4, 40), min_size=1, max_size=3), seed=st.integers(0, 10**6))
def test_a_shift_turns_every_region_of_every_run_around(lengths, seed):
    rng = np.random.default_rng(seed)
    series = of(*(rng.normal(size=(n, 3)).astype(np.float32) for n in lengths))
    shifted = circular_shift(series, rng)
    for before, after in zip(series.runs, shifted.runs, strict=True):
        for region in range(3):
            doubled = np.concatenate([before[:, region]] * 2)
            windows = np.lib.stride_tricks.sliding_window_view(doubled, len(before))
            assert (windows == after[:, region]).all(axis=1).any()


@settings(deadline=None, max_examples=25)
@given(n=st.integers(4, 41), seed=st.integers(0, 10**6))
def test_random_phases_keep_every_amplitude_and_the_mean(n, seed):
    rng = np.random.default_rng(seed)
    before = rng.normal(5, 1, size=(n, 3)).astype(np.float32)
    (after,) = phase_randomise(of(before), rng).runs
    spectra = [np.abs(np.fft.rfft(each.astype(np.float64), axis=0)) for each in (before, after)]
    np.testing.assert_allclose(*spectra, atol=1e-4)  # series are float32
    assert not np.allclose(before, after)


@pytest.mark.parametrize("kind", SURROGATES)
def test_nothing_shared_remains(kind):
    series = simulate(draw_network(6, 0, density=0.5), 400, 1)
    rng = np.random.default_rng(2)
    off = ~np.eye(6, dtype=bool)
    assert np.abs(np.corrcoef(series.values.T)[off]).max() > 0.4
    found = [np.corrcoef(surrogate(series, kind, rng).values.T)[off] for _ in range(200)]
    assert np.abs(np.mean(found, axis=0)).max() < 0.05


@pytest.mark.parametrize("kind", SURROGATES)
def test_runs_never_mix(kind):
    low, high = np.zeros((20, 2)), np.full((30, 2), 100.0)
    noise = np.random.default_rng(0).normal(size=(50, 2))
    series = of(low + noise[:20], high + noise[20:])
    first, second = surrogate(series, kind, np.random.default_rng(1)).runs
    assert first.mean() == pytest.approx(noise[:20].mean(), abs=1e-4)
    assert second.mean() == pytest.approx(100 + noise[20:].mean(), abs=1e-3)


def test_what_cannot_be_shifted_is_refused():
    short = of(np.zeros((3, 2)))
    with pytest.raises(SeriesError, match="at least 4 frames; got 3"):
        circular_shift(short, np.random.default_rng(0))
    with pytest.raises(ParameterError, match="one of circular_shift, phase_randomise; got 'x'"):
        surrogate(of(np.zeros((9, 2))), "x", np.random.default_rng(0))
