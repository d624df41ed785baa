"""Directed connectivity: null data, simulations with known truth, cohorts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from attnconn_core.connectivity import CohortDirected, Directed, DirectionSums, ShrinkagePartial
from attnconn_core.connectivity.cohort_directed import Evidence, share_of_others
from attnconn_core.connectivity.direction_evidence import calibrated
from attnconn_core.errors import CohortError, SeriesError
from attnconn_core.scoring import recover


def lingam(seed, frames=1000, n_regions=8):
    """An acyclic network with Laplace noise, and its series."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(n_regions)
    network = np.zeros((n_regions, n_regions))
    for late in range(1, n_regions):
        for early in rng.permutation(late)[:2]:
            network[order[late], order[early]] = rng.choice([-1, 1]) * rng.uniform(0.3, 0.6)
    noise = rng.laplace(size=(frames, n_regions))
    return noise @ np.linalg.inv(np.eye(n_regions) - network).T, network


def normal(seed, frames=600, n_regions=8, shape=lambda x: x):
    """Correlated normal regions with memory: nothing says which way edges run."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((frames + 50, n_regions))
    mixing = np.eye(n_regions) + 0.4 * rng.standard_normal((n_regions, n_regions))
    for frame in range(1, len(values)):
        values[frame] += 0.5 * values[frame - 1]
    return shape(values[50:] @ mixing)


def test_it_finds_the_directions_of_a_network_with_noise_that_is_not_normal(as_series):
    found = [
        recover(Directed().estimate(as_series(values)).values, network)
        for values, network in (lingam(seed) for seed in range(4))
    ]
    assert np.mean([each.orientation for each in found]) > 0.9
    assert np.mean([each.auprc for each in found]) > 0.9


def test_values_average_to_the_partial_correlation(as_series, noise):
    found = Directed().estimate(as_series(noise)).values
    partial = np.abs(ShrinkagePartial().estimate(as_series(noise)).values)
    assert np.allclose((found + found.T) / 2, partial)
    assert found.min() >= 0
    assert np.allclose(found.diagonal(), 1)


def test_evidence_is_antisymmetric_and_the_same_each_time(as_series, noise):
    one, other = (Directed().direction(as_series(noise)) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a, b)
    assert np.allclose(one.log_odds, -one.log_odds.T)
    assert np.allclose(one.z, -one.z.T)
    assert np.array_equal(one.p_value, one.p_value.T)


@given(scale=st.floats(1e-9, 1e6))
@settings(max_examples=3, deadline=None)
def test_scale_changes_nothing(as_series, scale):
    values = lingam(1, frames=200, n_regions=6)[0]
    found = Directed().estimate(as_series(values)).values
    assert np.allclose(Directed().estimate(as_series(values * scale)).values, found, atol=1e-3)


def test_normal_data_have_uniform_p_values_and_no_direction(as_series):
    found = [Directed().direction(as_series(normal(seed))) for seed in range(20)]
    upper = np.triu_indices(8, 1)
    # Two pairs of a scan, without a region in common: pairs that share one go together.
    p = np.concatenate([each.p_value[[0, 2, 4, 6], [1, 3, 5, 7]] for each in found])
    assert kstest(p, "uniform").pvalue > 0.01
    every = np.concatenate([each.p_value[upper] for each in found])
    assert np.mean(every < 0.05) == pytest.approx(0.05, abs=0.025)
    right = np.mean([each.log_odds[upper] > 0 for each in found])
    assert 0.4 < right < 0.6


def test_every_statistic_has_the_deviation_of_its_null(as_series):
    found = [calibrated(as_series(normal(seed)))[0] for seed in range(10)]
    upper = np.triu_indices(8, 1)
    for name in found[0]:
        deviation = np.sqrt(np.mean([each[name][upper] ** 2 for each in found]))
        assert 0.75 < deviation < 1.3, name


def test_many_regions_use_surrogates_of_some(as_series):
    values = normal(0, frames=150, n_regions=40)
    assert np.isfinite(Directed().estimate(as_series(values)).values).all()


def test_runs_may_have_levels_of_their_own(as_series):
    values = lingam(2)[0]
    one = Directed().direction(as_series(values[:500], values[500:])).log_odds
    other = Directed().direction(as_series(values[:500], values[500:] + 40)).log_odds
    assert np.allclose(one, other, atol=1e-3)


def test_it_needs_regions_and_frames(as_series):
    with pytest.raises(SeriesError, match="at least 2 regions; got 1"):
        Directed().estimate(as_series(np.random.default_rng(0).standard_normal((50, 1))))
    with pytest.raises(SeriesError, match="at least 8 frames; got 5"):
        Directed().estimate(as_series(np.random.default_rng(0).standard_normal((5, 3))))


@pytest.fixture(scope="module")
def cohort(as_series):
    """Six scans of one network, too short to show its directions alone."""
    network = lingam(3, n_regions=6)[1]
    mixing = np.linalg.inv(np.eye(6) - network).T
    rng = np.random.default_rng(5)
    return [as_series(rng.laplace(size=(120, 6)) @ mixing) for _ in range(6)], network


@pytest.fixture(scope="module")
def estimated(cohort):
    return CohortDirected().estimate_cohort(cohort[0])


def test_a_cohort_that_shares_a_network_finds_directions_that_no_scan_shows(cohort, estimated):
    series, network = cohort
    alone = np.mean(
        [recover(Directed().estimate(each).values, network).orientation for each in series]
    )
    together = np.mean([recover(each.values, network).orientation for each in estimated])
    assert together > max(alone, 0.9)
    assert all(each.metrics["cohort_informed"] == 1 for each in estimated)
    assert all(0.2 < each.metrics["cohort_share"] < 1 for each in estimated)


def test_a_session_gets_nothing_of_its_own_subject(cohort, as_series):
    series, _ = cohort
    subjects = ["a", "a", "b", "c"]
    before = CohortDirected().estimate_cohort(series[:4], subjects)
    other = as_series(normal(9, frames=120, n_regions=6))
    after = CohortDirected().estimate_cohort([series[0], other, *series[2:4]], subjects)
    assert np.allclose(before[0].values, after[0].values, atol=1e-9)
    assert not np.allclose(before[2].values, after[2].values)


def test_sums_of_the_others_give_what_the_cohort_gives(cohort, estimated):
    series, _ = cohort
    others = DirectionSums.of(series[1:2])
    for each in series[2:]:
        others = others.plus(DirectionSums.of([each]))
    found = CohortDirected(others).estimate(series[0]).values
    assert np.allclose(found, estimated[0].values)


def test_the_others_count_as_many_when_all_is_shared_and_nothing_when_nothing_is():
    rng = np.random.default_rng(0)
    zero = np.zeros((60, 60))

    def antisymmetric():
        drawn = rng.standard_normal((60, 60))
        return (drawn - drawn.T) / np.sqrt(2)

    def sums(shared, own):
        total = None
        for _ in range(12):
            noise = antisymmetric()
            evidence = shared + own * antisymmetric() + noise
            signal = evidence - noise
            halves = [signal / 2 + antisymmetric() / 2 for _ in range(2)]
            each = DirectionSums.of_evidence([Evidence(evidence, zero, *halves)])
            total = each if total is None else total.plus(each)
        return total

    assert share_of_others(sums(antisymmetric(), own=0)) == pytest.approx(12, rel=0.25)
    assert share_of_others(sums(0, own=2)) < 0.3
    # Closed form of the best linear prediction from own + λ mean, all three variances 1.
    own, mean = np.linalg.solve([[3, 1], [1, 1 + 2 / 12]], [2, 1])
    assert share_of_others(sums(antisymmetric(), own=1)) == pytest.approx(mean / own, rel=0.3)


def test_a_session_alone_is_estimated_alone(cohort):
    series, _ = cohort
    (alone,) = CohortDirected().estimate_cohort(series[:1])
    assert np.allclose(alone.values, Directed().estimate(series[0]).values)
    assert alone.metrics["cohort_informed"] == 0


def test_where_the_others_weigh_nothing_the_matrix_is_the_session_s_own(cohort):
    series, _ = cohort
    # Of one other subject alone it can't be known what subjects share.
    alike = CohortDirected(DirectionSums.of(series[1:2])).estimate(series[0])
    assert alike.metrics["cohort_weight"] == 0
    assert alike.metrics["cohort_informed"] == 0
    assert np.allclose(alike.values, Directed().estimate(series[0]).values)


def test_a_cohort_must_fit_together(cohort, as_series):
    series, _ = cohort
    with pytest.raises(CohortError, match="got 6 sessions and 1 subjects"):
        CohortDirected().estimate_cohort(series, ["a"])
    with pytest.raises(CohortError, match="same regions"):
        CohortDirected().estimate_cohort([series[0], as_series(normal(1, n_regions=4))])
