"""No score depends on the units of the matrices it is given."""

from dataclasses import astuple

import numpy as np
import pytest

from attnconn_core.records import Connectivity
from attnconn_core.scoring import agreement, fingerprint, recover
from attnconn_core.scoring.reliability.retest import edgewise_reliability

BY = [1e-9, 1e-6, 1e-3, 1e3, 1e6]
RNG = np.random.default_rng(0)
TRUTH = (RNG.random((8, 8)) < 0.2) * RNG.normal(size=(8, 8))
FOUND = TRUTH + RNG.normal(size=(8, 8))
PEOPLE = RNG.normal(size=(6, 1, 8, 8)) + 0.7 * RNG.normal(size=(6, 2, 8, 8))
NAMES = tuple("abcdefgh")


def matrix(values):
    return Connectivity(values, NAMES, "m", directed=True)


@pytest.mark.parametrize("by", BY)
def test_recovery(by):
    assert astuple(recover(by * FOUND, TRUTH)) == pytest.approx(astuple(recover(FOUND, TRUTH)))


@pytest.mark.parametrize("by", BY)
def test_reliability(by):
    one, other = (matrix(each) for each in PEOPLE[0])
    after = agreement(matrix(by * PEOPLE[0, 0]), matrix(by * PEOPLE[0, 1]))
    assert astuple(after) == pytest.approx(astuple(agreement(one, other)))
    edges = PEOPLE.reshape(6, 2, -1)
    before, after = edgewise_reliability(edges), edgewise_reliability(by * edges)
    for name in ("mean", "median", "by_strength"):
        assert getattr(after, name) == pytest.approx(getattr(before, name))


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("normalise", ["none", "edgewise"])
def test_fingerprint(by, normalise):
    test, retest = PEOPLE[:, 0], PEOPLE[:, 1]
    before = fingerprint(test, retest, normalise=normalise)
    after = fingerprint(by * test, by * retest, normalise=normalise)
    assert after.accuracy_strict == before.accuracy_strict
    assert after.i_diff == pytest.approx(before.i_diff)
    assert after.p_value == before.p_value
