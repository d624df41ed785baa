"""Edges of known reliability: ICC over all, and by strength."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import edgewise_reliability, intraclass_correlation


def test_edges_of_known_reliability_are_found_by_strength():
    rng = np.random.default_rng(0)
    truth = np.repeat([0.0, 0.2, 0.4, 0.6, 0.8], 60)
    strength = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 60) * 10
    subjects = np.sqrt(truth) * rng.normal(size=(60, 1, 300))
    ratings = strength + subjects + np.sqrt(1 - truth) * rng.normal(size=(60, 2, 300))
    order = rng.permutation(300)
    found = edgewise_reliability(ratings[..., order])
    np.testing.assert_allclose(found.by_strength[:, 0], [0, 0.2, 0.4, 0.6, 0.8], atol=0.04)
    np.testing.assert_allclose(found.strength, [10, 20, 30, 40, 50], atol=0.1)
    assert found.edges.tolist() == [60] * 5
    assert (found.by_strength[:, 1] < found.by_strength[:, 0]).all()
    icc = intraclass_correlation(ratings, "consistency")
    assert found.mean[0] == pytest.approx(icc.mean())
    assert found.median[0] == pytest.approx(np.median(icc))
    assert found.mean[1] < 0.4 < found.mean[2]
    assert found.pseudo.mean() == pytest.approx(found.mean[0])


@settings(max_examples=60)
@example(seed=0, subjects=5, edges=5, truth=1.0, pools=1, model="one_way")
@given(
    seed=st.integers(0, 10_000),
    subjects=st.integers(5, 12),
    edges=st.sampled_from([5, 6, 40]),
    truth=st.floats(0, 1),
    pools=st.sampled_from([1, 2]),
    model=st.sampled_from(["consistency", "one_way"]),
)
def test_every_interval_holds_its_value_and_stays_within_the_bounds(
    seed, subjects, edges, truth, pools, model
):
    rng = np.random.default_rng(seed)
    own, noise = rng.normal(size=(subjects, 1, edges)), rng.normal(size=(subjects, 2, edges))
    ratings = np.sqrt(truth) * own + np.sqrt(1 - truth) * noise
    found = edgewise_reliability(ratings, model=model, pools=np.arange(subjects) % pools)
    for value, low, high in (found.mean, found.median, *found.by_strength):
        assert -1 <= low <= value <= high <= 1


@pytest.mark.parametrize("truth", [0.0, 0.8])
def test_the_interval_of_the_median_covers_it(truth):
    """The jackknife's correction for bias moves a median far off: it is left out there."""
    rng = np.random.default_rng(6)
    hits = 0
    for _ in range(100):
        own, noise = rng.normal(size=(12, 1, 300)), rng.normal(size=(12, 2, 300))
        found = edgewise_reliability(np.sqrt(truth) * own + np.sqrt(1 - truth) * noise)
        hits += found.median[1] <= truth <= found.median[2]
    assert hits > 90


@pytest.mark.parametrize("subjects", [7, 40])
def test_noise_has_none(subjects):
    rng = np.random.default_rng(1)
    pools = np.arange(subjects) % 2
    found = [
        edgewise_reliability(rng.normal(size=(subjects, 2, 400)), pools=pools) for _ in range(30)
    ]
    assert abs(np.mean([each.mean[0] for each in found])) < 0.02
    assert np.mean([each.mean[1] <= 0 <= each.mean[2] for each in found]) > 0.8


def test_what_the_model_of_a_pool_adds_is_not_taken_for_a_subject():
    rng = np.random.default_rng(2)
    pools = np.arange(20) % 2
    ratings = rng.normal(size=(20, 2, 300)) + 4 * rng.normal(size=(2, 1, 300))[pools]
    assert edgewise_reliability(ratings).mean[0] > 0.5
    assert abs(edgewise_reliability(ratings, pools=pools).mean[0]) < 0.03


def test_an_edge_that_does_not_vary_counts_nowhere():
    ratings = np.random.default_rng(3).normal(size=(6, 2, 10))
    ratings[..., 0] = 0
    found = edgewise_reliability(ratings)
    assert found.mean[0] == pytest.approx(
        intraclass_correlation(ratings[..., 1:], "consistency").mean()
    )
    none = edgewise_reliability(np.zeros((6, 2, 10)))
    assert np.isnan(none.mean).all()
    with pytest.raises(ParameterError, match="at least 2 subjects"):
        edgewise_reliability(ratings[:1])
