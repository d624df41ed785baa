import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nilearn.glm.first_level import spm_hrf
from scipy.linalg import solve_discrete_lyapunov
from sklearn.metrics import average_precision_score
from statsmodels.tsa.api import VAR

from attnconn_core.errors import ParameterError
from attnconn_core.timeseries import draw_network, lagged_design, simulate, vary_network
from attnconn_core.timeseries.simulation import _response

NETWORK = draw_network(8, 1)


def radius(network):
    return np.abs(np.linalg.eigvals(network)).max()


@settings(deadline=None, max_examples=30)
@given(n=st.integers(2, 25), seed=st.integers(0, 10**6), density=st.floats(0.01, 0.9))
def test_a_drawn_network_is_stable_and_as_dense_as_asked(n, seed, density):
    network = draw_network(n, seed, density=density)
    edges = network[~np.eye(n, dtype=bool)]
    assert np.count_nonzero(edges) == max(1, round(density * n * (n - 1)))
    assert (network.diagonal() > 0).all()
    assert radius(network) == pytest.approx(0.9)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), variation=st.floats(0, 3))
def test_a_varied_network_keeps_edges_signs_and_stability(seed, variation):
    own = vary_network(NETWORK, seed, variation=variation)
    assert np.array_equal(np.sign(own), np.sign(NETWORK))
    assert radius(own) <= 0.9 + 1e-12


def test_no_variation_is_the_group_itself():
    np.testing.assert_allclose(vary_network(NETWORK, 5, variation=0.0), NETWORK)


def test_statsmodels_finds_the_network_it_was_run_with():
    series = simulate(NETWORK, 20_000, 3, noise=0.0)
    found = VAR(series.values.astype(np.float64)).fit(1).params[1:].T
    # 20,000 frames: the standard error of a weight is below 0.01.
    assert np.abs(found - NETWORK).max() < 0.04
    assert np.abs(found - NETWORK.T).max() > 0.1


def test_the_signal_has_the_covariance_of_the_stationary_process():
    values = simulate(NETWORK, 50_000, 4, noise=0.0).values.astype(np.float64)
    expected = solve_discrete_lyapunov(NETWORK, np.eye(8))
    np.testing.assert_allclose(np.cov(values.T), expected, atol=0.1 * expected.max())


def test_noise_is_in_deviations_of_the_signal():
    quiet, noisy = (
        simulate(NETWORK, 5_000, 5, noise=noise).values.astype(np.float64) for noise in (0.0, 0.5)
    )
    added = noisy - quiet
    np.testing.assert_allclose(added.std(axis=0) / quiet.std(axis=0), 0.5, atol=0.03)


def test_seeds_decide_and_runs_differ():
    first, again, other = (simulate(NETWORK, 50, seed, runs=2) for seed in (1, 1, 2))
    assert np.array_equal(first.values, again.values)
    assert not np.array_equal(first.values, other.values)
    assert not np.array_equal(first.runs[0], first.runs[1])
    assert [len(run) for run in first.runs] == [50, 50]
    assert first.regions[0] == "region-1"


def test_the_global_random_state_is_left_alone():
    before = str(np.random.get_state(legacy=False))  # noqa: NPY002
    simulate(vary_network(draw_network(5, 1), 2), 20, 3)
    assert str(np.random.get_state(legacy=False)) == before  # noqa: NPY002


def test_the_response_is_nilearns():
    # nilearn's is shifted by one of its own steps, here 0.72 s / 100.
    theirs = spm_hrf(0.72, oversampling=100)[::100]
    ours = _response(0.72)[: len(theirs)]
    np.testing.assert_allclose(ours / ours.max(), theirs / theirs.max(), atol=0.01)


def test_a_haemodynamic_signal_is_smoother():
    plain, smooth = (
        simulate(NETWORK, 3_000, 6, noise=0.0, haemodynamic=haemodynamic).values
        for haemodynamic in (False, True)
    )

    def persistence(values):
        return np.mean([np.corrcoef(one[:-1], one[1:])[0, 1] for one in values.T])

    assert 1 - persistence(smooth) < (1 - persistence(plain)) / 3


def test_steps_within_a_frame_are_what_a_scanner_sees_of_them():
    # Every step seen, and every fifth: the same states behind the same response.
    asked = {"noise": 0.0, "haemodynamic": True}
    every = simulate(NETWORK, 500, 8, repetition_time=0.1, **asked).values
    fifth = simulate(NETWORK, 100, 8, repetition_time=0.5, neural_step=0.1, **asked).values
    np.testing.assert_allclose(fifth, every[::5], atol=1e-4)
    one = simulate(NETWORK, 50, 8, repetition_time=2.0, neural_step=2.0, **asked)
    assert np.array_equal(one.values, simulate(NETWORK, 50, 8, repetition_time=2.0, **asked).values)


def test_lags_far_below_a_frame_are_hard_to_look_back_at():
    # One step per frame hands an autoregression the truth; NetSim's networks don't.
    precision = {}
    for step in (None, 0.1):
        found = []
        for seed in range(6):
            network = draw_network(10, [seed, 0])
            series = simulate(
                network, 600, [seed, 1], repetition_time=3.0, haemodynamic=True, neural_step=step
            )
            past, present = lagged_design(series.runs, 1)
            slopes = np.linalg.lstsq(past - past.mean(axis=0), present)[0].T
            off = ~np.eye(10, dtype=bool)
            found.append(average_precision_score(network[off] != 0, np.abs(slopes[off])))
        precision[step] = np.mean(found)
    assert precision[None] > 0.8
    assert precision[0.1] < 0.55


def test_a_nonlinear_network_may_be_strong_and_stays_bounded():
    strong = 3 * NETWORK
    values = simulate(strong, 500, 7, nonlinear=True).values
    assert np.isfinite(values).all()
    assert np.abs(values).max() < np.abs(strong).sum(axis=1).max() + 8
    with pytest.raises(ParameterError, match=r"spectral radius below 1; got 2\.7"):
        simulate(strong, 500, 7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_network(1, 0), "at least 2 regions; got 1"),
        (lambda: draw_network(5, 0, density=1.0), "density must lie between 0 and 1"),
        (lambda: vary_network(NETWORK, 0, variation=-0.1), "variation must be a number from 0"),
        (lambda: simulate(NETWORK[:3], 10, 0), r"must be \(region, region\)"),
        (lambda: simulate(NETWORK, 1, 0), "frames must be at least 2; got 1"),
        (lambda: simulate(NETWORK, 10, 0, runs=0), "runs must be at least 1"),
        (lambda: simulate(NETWORK, 10, 0, noise=-1.0), "noise must be a number from 0"),
        (
            lambda: simulate(NETWORK, 10, 0, repetition_time=2.0, neural_step=0.1),
            "got 0.1 s with haemodynamic=False",
        ),
        (
            lambda: simulate(NETWORK, 10, 0, repetition_time=40.0, haemodynamic=True),
            "frames of at most 5 seconds; got 40",
        ),
    ],
)
def test_settings_out_of_range_are_refused(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


def test_feedback_gives_edges_their_reverses():
    network = draw_network(12, 3, feedback=0.5) * (1 - np.eye(12))
    edge = network != 0
    assert edge.sum() == round(0.15 * 132)
    assert (edge & edge.T).sum() == 2 * round(0.5 * edge.sum() / 2)
    assert np.array_equal(draw_network(12, 3, feedback=0.0), draw_network(12, 3))
    everything = draw_network(4, 3, density=0.9, feedback=1.0) != 0
    assert np.array_equal(everything, everything.T) or everything.sum() % 2
    with pytest.raises(ParameterError, match="feedback must lie between 0 and 1; got 2"):
        draw_network(4, 0, feedback=2.0)


def test_regional_delays_shift_the_response():
    alone = np.diag(np.full(40, 0.5))
    options = {"noise": 0.0, "haemodynamic": True}
    values = simulate(alone, 400, 1, regional_delay=1.0, **options).values.astype(np.float64)
    same = simulate(alone, 400, 1, **options).values.astype(np.float64)
    assert not np.allclose(values, same)
    early, late = _response(0.72, -1.44), _response(0.72, 1.44)
    assert np.argmax(late) - np.argmax(early) == 4
    for wrong in ({"regional_delay": -1.0, **options}, {"regional_delay": 1.0}):
        with pytest.raises(ParameterError, match="regional delay"):
            simulate(alone, 400, 1, **wrong)
