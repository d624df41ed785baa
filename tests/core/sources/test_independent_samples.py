import numpy as np
import pytest

from attnconn_core.connectivity import Pearson
from attnconn_core.errors import ParameterError
from attnconn_core.scoring import recover
from attnconn_core.sources import simulated_truth
from attnconn_core.sources.independent_samples import independent_samples
from attnconn_core.timeseries import windows


@pytest.fixture(scope="module")
def data():
    return independent_samples(2, seed=0, samples=5000)


def test_samples_are_as_published(data):
    series, truth = data.series[0], data.truths[0]
    assert (series.n_regions, len(series.runs)) == (20, 5000)
    past, target = windows(series, 15)
    assert past.shape == (5000, 20, 15)
    assert np.allclose(past.mean(axis=2), 0, atol=1e-5)
    assert np.allclose(past.std(axis=2, ddof=1), 1, atol=1e-4)
    assert np.isfinite(target).all()
    off = ~np.eye(20, dtype=bool)
    assert 130 <= np.count_nonzero(truth[off]) <= 160  # 160, those of a region on itself aside
    # Half of every connection is the target's own, so none weighs more than its diagonal.
    assert (truth.diagonal() >= (truth * off).sum(axis=1) - 1e-9).all()


def test_the_target_depends_on_its_sources_and_on_nothing_else(data):
    series, truth = data.series[0], data.truths[0]
    past, future = windows(series, 15)
    source, other = np.argmax(truth[0, 1:]) + 1, np.argmin(truth[0, 1:]) + 1
    assert truth[0, other] == 0

    def r2(*regions):
        x = np.concatenate([np.maximum(past[:, region], 0) for region in (0, *regions)], axis=1)
        x = np.column_stack([x, np.concatenate([past[:, r] for r in (0, *regions)], axis=1)])
        x = np.column_stack([np.ones(len(x)), x])
        left = future[:, 0, 0] - x @ np.linalg.lstsq(x, future[:, 0, 0])[0]
        return 1 - left.var() / future[:, 0, 0].var()

    chance = (1 - r2()) * 30 / 5000  # what 30 columns of noise would explain
    assert r2(int(source)) - r2() > 2.5 * chance
    assert r2(int(other)) - r2() < 1.7 * chance


def test_the_first_are_the_same_however_many_follow(data):
    alone = independent_samples(1, seed=0, samples=5000)
    assert np.array_equal(alone.truths[0], data.truths[0])
    assert np.array_equal(alone.series[0].values, data.series[0].values)
    assert not np.array_equal(data.truths[0], data.truths[1])


def test_it_is_one_of_the_simulated_truths():
    found = simulated_truth("independent-samples-20", 1, seed=0)
    estimate = Pearson().estimate(found.series[0])
    assert 0 <= recover(estimate.values, found.truths[0]).auroc <= 1


def test_the_truth_needs_samples():
    with pytest.raises(ParameterError, match="at least 1000; got 10"):
        independent_samples(1, 0, samples=10)
