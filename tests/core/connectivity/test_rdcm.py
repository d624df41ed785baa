"""Regression DCM, against its equations written out, scikit-learn, the evidence and simulations."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.special import digamma, gammaln
from scipy.stats import gamma, multivariate_normal
from sklearn.linear_model import BayesianRidge

from attnconn_core.connectivity import RegressionDCM
from attnconn_core.connectivity.rdcm import spectra_of
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries

SECONDS = 0.5
OFF = ~np.eye(5, dtype=bool)
NETWORK = np.array(
    [
        [-0.6, 0.0, 0.0, 0.0, 0.25],
        [0.35, -0.6, 0.0, 0.0, 0.0],
        [0.0, -0.3, -0.6, 0.0, 0.0],
        [0.0, 0.0, 0.3, -0.6, 0.0],
        [0.0, 0.2, 0.0, 0.35, -0.6],
    ]
)


def euler(frames, seed):
    """dx/dt = A x + white noise, a step per frame."""
    rng = np.random.default_rng(seed)
    states = rng.standard_normal((frames + 100, 5))
    for time in range(1, len(states)):
        states[time] *= 0.5
        states[time] += states[time - 1] + SECONDS * NETWORK @ states[time - 1]
    return states[100:]


def as_seconds(*runs):
    return TimeSeries(runs, SECONDS, tuple("abcde"))


def of_units(frames):
    """What A is between standardised regions."""
    deviation = frames.std(axis=0)
    return NETWORK * deviation / deviation[:, None]


def written_out(frames, region, updates=60):
    """The published updates for one region, on the whole complex spectrum, by inverses."""
    values = (frames - frames.mean(axis=0)) / frames.std(axis=0)
    n, regions = values.shape
    x = np.fft.fft(values, axis=0)
    y = (np.exp(2j * np.pi * np.arange(n) / n) - 1) / SECONDS * x[:, region]
    precision = np.diag(np.where(np.arange(regions) == region, 8.0 * regions, regions / 8))
    mean = np.where(np.arange(regions) == region, -0.5, 0.0)
    w, v = (x.conj().T @ x).real, (x.conj().T @ y).real
    tau, shape = 2.0, 2 + n / 2
    for _ in range(updates):
        s = np.linalg.inv(tau * w + precision)
        m = s @ (tau * v + precision @ mean)
        q = (np.abs(y - x @ m) ** 2).sum() / 2 + np.trace(w @ s) / 2
        rate = 1 + q
        tau = shape / rate
    log_tau, away = digamma(shape) - np.log(rate), m - mean
    energy = n / 2 * (log_tau - np.log(2 * np.pi)) - q * tau
    energy += np.linalg.slogdet(precision)[1] / 2 - regions / 2 * np.log(2 * np.pi)
    energy -= (away @ precision @ away + np.trace(precision @ s)) / 2
    energy += -gammaln(2) + log_tau - tau
    energy += np.linalg.slogdet(s)[1] / 2 + regions / 2 * (1 + np.log(2 * np.pi))
    energy += shape - np.log(rate) + gammaln(shape) + (1 - shape) * digamma(shape)
    return m, np.sqrt(s.diagonal()), rate, energy


@pytest.mark.parametrize("frames", [200, 201])
def test_it_equals_the_published_updates_region_by_region(frames):
    values = euler(frames, 0).astype(np.float32).astype(np.float64)
    found = RegressionDCM().posterior(as_seconds(values))
    for region in range(5):
        mean, deviation, rate, energy = written_out(values, region)
        assert np.allclose(found.mean[region], mean, atol=1e-7)
        assert np.allclose(found.deviation[region], deviation, rtol=1e-6)
        assert found.rate[region] == pytest.approx(rate, rel=1e-7)
        assert found.free_energy[region] == pytest.approx(energy, abs=1e-4)
    assert found.shape == 2 + frames / 2


def test_free_energy_never_falls_and_bounds_the_evidence():
    series = as_seconds(euler(60, 1))
    found = RegressionDCM().posterior(series)
    assert (np.diff(found.history, axis=0) > -1e-9).all()
    spectra = spectra_of(series)
    x, n = spectra.signal, len(spectra.signal)
    for region in (0, 3):
        prior = np.where(np.arange(5) == region, 1 / 40, 8 / 5)
        mean = x @ np.where(np.arange(5) == region, -0.5, 0.0)
        peak = found.shape / found.rate[region]

        def density(log_tau, prior=prior, mean=mean, region=region):
            tau = np.exp(log_tau)
            covariance = (x * prior) @ x.T + np.eye(n) / tau
            y = spectra.derivative[:, region]
            joint = multivariate_normal.logpdf(y, mean, covariance) + gamma.logpdf(tau, 2)
            return joint + log_tau

        middle = np.log(peak)
        top = density(middle)

        def relative(log_tau, density=density, top=top):
            return np.exp(density(log_tau) - top)

        area = quad(relative, middle - 2, middle + 2, limit=100)[0]
        evidence = top + np.log(area)
        assert evidence - 1.0 < found.free_energy[region] <= evidence + 1e-6


def test_with_many_frames_it_is_scikit_learns_bayesian_ridge():
    series = as_seconds(euler(20_000, 2))
    spectra, found = spectra_of(series), RegressionDCM().posterior(series)
    for region in range(5):
        theirs = BayesianRidge(fit_intercept=False)
        theirs.fit(spectra.signal, spectra.derivative[:, region])
        assert np.abs(theirs.coef_ - found.mean[region]).max() < 1e-3
        noise = found.rate[region] / found.shape
        assert 1 / theirs.alpha_ == pytest.approx(noise, rel=1e-3)
        spread = np.sqrt(theirs.sigma_.diagonal())
        assert np.allclose(spread[OFF[region]], found.deviation[region][OFF[region]], rtol=0.02)


def test_a_simulated_model_is_recovered_within_its_deviations():
    frames = euler(4000, 3)
    found = RegressionDCM().posterior(as_seconds(frames))
    truth = of_units(frames)
    assert np.abs(found.mean - truth)[OFF].max() < 0.06
    inside = np.abs(found.mean - truth)[OFF] < 1.96 * found.deviation[OFF]
    assert inside.mean() >= 0.85  # of 20, where 19 are expected


def test_most_directions_survive_a_haemodynamic_response():
    """The network runs in continuous time, exactly discretised, and is seen by BOLD.

    The noise that drives it is convolved too, and then goes with the regressors: weights are
    an order of magnitude too small, and directions weakly held.
    """
    step, per_frame = 0.05, 10
    rng = np.random.default_rng(4)
    states = rng.standard_normal((per_frame * 6000, 5))
    over = expm(NETWORK * step)
    for time in range(1, len(states)):
        states[time] += over @ states[time - 1]
    seconds = np.arange(0, 32, step)
    response = gamma.pdf(seconds, 6) - gamma.pdf(seconds, 16) / 6
    n = len(states)
    spectrum = np.fft.rfft(states, axis=0) * np.fft.rfft(response, n)[:, None]
    bold = np.fft.irfft(spectrum, n, axis=0)
    values = RegressionDCM().estimate(as_seconds(bold[::per_frame])).values
    assert np.corrcoef(values[OFF], NETWORK[OFF])[0, 1] > 0.5
    edges = NETWORK != 0
    one_way = OFF & edges & ~edges.T
    assert (np.abs(values)[one_way] > np.abs(values.T)[one_way]).mean() > 0.75


def test_runs_share_the_network_in_any_order():
    frames = euler(400, 5)
    runs = frames[:150], frames[150:]
    found = [RegressionDCM().estimate(as_seconds(*each)).values for each in (runs, runs[::-1])]
    assert np.allclose(*found)
    assert not np.allclose(found[0], RegressionDCM().estimate(as_seconds(frames)).values)


def test_white_noise_has_no_connections():
    rng = np.random.default_rng(6)
    found = RegressionDCM().posterior(as_seconds(rng.standard_normal((2000, 5))))
    z = found.mean[OFF] / found.deviation[OFF]
    assert np.abs(z).max() < 4


def test_metrics_are_the_evidence_and_the_fit():
    frames = as_seconds(euler(300, 7))
    found, posterior = RegressionDCM().estimate(frames), RegressionDCM().posterior(frames)
    assert found.metrics["free_energy"] == pytest.approx(posterior.free_energy.sum())
    assert 0 < found.metrics["fit_r2"] < 1
    # Forecast skill takes a metric "r2" for that of held-out frames.
    assert "r2" not in found.metrics


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ParameterError, match="max_iterations must be at least 1; got 0"):
        RegressionDCM(0)
    with pytest.raises(SeriesError, match="runs of at least 8 frames; the shortest has 7"):
        RegressionDCM().estimate(as_seconds(euler(7, 0)))
    with pytest.raises(SeriesError, match="didn't converge in 1 updates"):
        RegressionDCM(1).estimate(as_seconds(euler(100, 0)))
    with pytest.raises(SeriesError, match="rdcm: every region must change"):
        RegressionDCM().estimate(as_seconds(np.ones((20, 5))))


def test_more_regions_than_frames_are_shrunk_to_the_prior():
    rng = np.random.default_rng(8)
    names = tuple(map(str, range(40)))
    short = TimeSeries((rng.standard_normal((24, 40)),), SECONDS, names)
    found = RegressionDCM().posterior(short)
    assert np.isfinite(found.mean).all()
    assert (found.deviation > 0).all()
