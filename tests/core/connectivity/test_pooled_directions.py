"""Evidence of directions by groups of subjects: the same others for all that are compared."""

import numpy as np
import pytest

from attnconn_core.connectivity import CohortDirected, DirectionSums
from attnconn_core.connectivity.pooled_directions import PooledDirections
from attnconn_core.errors import CohortError

GROUPS = {"a": 0, "b": 0, "c": 1, "d": 2}


@pytest.fixture(scope="module")
def scans(as_series):
    rng = np.random.default_rng(0)
    return {each: as_series(rng.laplace(size=(60, 4))) for each in GROUPS}


@pytest.fixture(scope="module")
def pooled(scans):
    sums = PooledDirections(scans["a"].regions, GROUPS)
    for subject, scan in scans.items():
        sums = sums.plus(subject, [scan])
    return sums


def test_what_is_outside_a_pool_holds_none_of_it(pooled, scans, as_series):
    others = pooled.outside({"a", "b"})
    assert others.sessions == 2
    for one, other in zip(
        others, DirectionSums.of([scans["c"]]).plus(DirectionSums.of([scans["d"]])), strict=True
    ):
        assert np.array_equal(one, other)
    # A scan that a group keeps to itself leaves no trace, and nor does its subject's name.
    changed = PooledDirections(pooled.regions, GROUPS)
    for subject, scan in {**scans, "b": as_series(scans["b"].runs[0] ** 3)}.items():
        changed = changed.plus(subject, [scan])
    for one, other in zip(pooled.outside({"a"}), changed.outside({"a"}), strict=True):
        assert np.array_equal(one, other)
    assert pooled.outside({"stranger"}).sessions == 4
    for one, other in zip(pooled.outside({"stranger"}), pooled.total, strict=True):
        assert np.array_equal(one, other)


def test_it_is_what_the_others_of_an_estimator_are(pooled, scans):
    found = CohortDirected(pooled.outside({"d"})).estimate(scans["d"])
    whole = CohortDirected().estimate_cohort(list(scans.values()), list(scans))[3]
    assert np.allclose(found.values, whole.values)


def test_what_does_not_fit_is_refused(pooled, scans, as_series):
    with pytest.raises(CohortError, match="stranger was not"):
        pooled.plus("stranger", [scans["a"]])
    with pytest.raises(CohortError, match="same 4 regions; a has 2"):
        pooled.plus("a", [as_series(scans["a"].runs[0][:, :2])])
    with pytest.raises(CohortError, match="all 4 subjects are in these groups"):
        pooled.outside(GROUPS)
