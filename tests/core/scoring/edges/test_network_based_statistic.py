from itertools import combinations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import network_based_statistic

PLANTED = {(1, 0), (2, 1), (3, 2), (3, 0)}


def groups(rng, n=12, regions=8, shift=0.0, symmetric=True):
    first, second = rng.normal(size=(2, n, regions, regions))
    for target, source in PLANTED:
        first[:, target, source] += shift
    if symmetric:
        lower = np.tril(np.ones((regions, regions)), -1)
        first, second = ((x * lower) + (x * lower).transpose(0, 2, 1) for x in (first, second))
    return first, second


@pytest.mark.parametrize("symmetric", [True, False])
def test_t_is_scipys(symmetric):
    first, second = groups(np.random.default_rng(0), symmetric=symmetric)
    found = network_based_statistic(first, second, permutations=0).t
    off = ~np.eye(8, dtype=bool)
    expected = ttest_ind(first, second, axis=0).statistic
    np.testing.assert_allclose(found[off], expected[off], atol=1e-10)
    assert np.isnan(found.diagonal()).all()


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("size", ["extent", "intensity"])
def test_a_planted_component_is_found(symmetric, size):
    first, second = groups(np.random.default_rng(1), shift=3.0, symmetric=symmetric)
    found = network_based_statistic(first, second, size=size, permutations=300)
    component = found.components[0]
    assert component.p < 0.05
    assert {tuple(edge) for edge in component.edges} >= PLANTED
    assert len(component.edges) <= len(PLANTED) + 2
    assert network_based_statistic(second, first, side="greater", permutations=0).components == ()


def test_every_shuffle_of_a_small_study_gives_the_same_p():
    rng = np.random.default_rng(2)
    first, second = groups(rng, n=4, regions=5, shift=2.0)
    found = network_based_statistic(first, second, threshold=2.0, permutations=4000)
    everybody = np.concatenate([first, second])
    size, largest = found.components[0].size, []
    for members in combinations(range(8), 4):
        inside = np.isin(np.arange(8), members)
        alone = network_based_statistic(
            everybody[inside], everybody[~inside], threshold=2.0, permutations=0
        )
        largest.append(max((each.size for each in alone.components), default=0))
    assert found.components[0].p == pytest.approx(np.mean(np.array(largest) >= size), abs=0.03)


def test_groups_that_do_not_differ_rarely_have_a_component():
    # The largest size takes few values, so p isn't uniform; its level holds.
    rng = np.random.default_rng(3)
    p = []
    for seed in range(200):
        found = network_based_statistic(
            *groups(rng, n=8, regions=6), threshold=2.0, permutations=60, seed=seed
        )
        p.append(min((each.p for each in found.components), default=1.0))
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_components_hang_together_and_their_sizes_add_up():
    first, second = groups(np.random.default_rng(4), shift=3.0)
    found = network_based_statistic(first, second, threshold=1.5, permutations=0)
    beyond = np.abs(found.t[np.tril_indices(8, -1)]) > 1.5
    assert sum(each.size for each in found.components) == beyond.sum()
    regions = [set(each.edges.ravel()) for each in found.components]
    assert all(not one & other for one, other in combinations(regions, 2))


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"threshold": -1.0}, "threshold must be a number from 0"),
        ({"side": "up"}, "side must be one of"),
        ({"size": "area"}, "size must be one of"),
    ],
)
def test_options_out_of_range_are_refused(changed, complaint):
    with pytest.raises(ParameterError, match=complaint):
        network_based_statistic(*groups(np.random.default_rng(0)), **changed)


def test_groups_must_be_of_the_same_regions():
    first, second = groups(np.random.default_rng(0))
    with pytest.raises(ParameterError, match="the same regions"):
        network_based_statistic(first, second[:, :5, :5])
    with pytest.raises(ParameterError, match="at least 2 subjects"):
        network_based_statistic(first, second[:1])
