"""Every linear forecaster of one scan, and that none of them sees what judges it."""

import dataclasses

import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting import (
    LINEAR_FORECASTERS,
    PooledMoments,
    deal,
    linear_forecasters,
    linear_forecasts,
)
from attnconn_core.forecasting.hierarchical import hierarchical_var, lag_weighted_var
from attnconn_core.forecasting.linear import own_past
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.forecasting.skill import forecast_skill
from attnconn_core.records import TimeSeries
from attnconn_core.sources import Simulated
from attnconn_core.timeseries import split

LAGS = 2


@pytest.fixture(scope="module")
def scans():
    """Subject → training and test part of one scan."""
    source = Simulated(subjects=4, regions=6, frames=150)
    firsts = {session.subject: session for session in source.sessions()}
    return {name: split(source.load(session), 0.2) for name, session in firsts.items()}


def pooled(scans):
    first = next(iter(scans.values()))[0]
    sums = PooledMoments(LAGS, first.regions, deal(scans))
    for name, (training, _) in scans.items():
        sums = sums.plus(name, training)
    return sums


def fitted(scans, subject):
    """Name → coefficients and intercept of what is fitted for a subject."""
    found = linear_forecasts(*scans[subject], LAGS, pooled(scans).without(subject))
    return {
        name: (each.fit.alpha, each.fit.forecaster.coefficients, each.fit.forecaster.intercept)
        for name, each in found.items()
    }


def same(one, other):
    return {
        name
        for name in one
        if all(np.array_equal(a, b) for a, b in zip(one[name], other[name], strict=True))
    }


def redrawn(part, seed=9):
    noise = np.random.default_rng(seed).standard_normal(part.runs[0].shape)
    return dataclasses.replace(part, runs=(noise.astype(np.float32),))


def test_each_forecaster_is_what_its_name_says(scans):
    subject = next(iter(scans))
    training, test = scans[subject]
    others = pooled(scans).without(subject)
    found = linear_forecasts(training, test, LAGS, others)
    assert list(found) == list(LINEAR_FORECASTERS)
    alone = {
        "ar": own_past(lagged_moments(training.runs, LAGS)),
        "lag_weighted_var": lag_weighted_var(training, LAGS).forecaster,
        "hierarchical_var": hierarchical_var(training, others).forecaster,
    }
    for name, forecaster in alone.items():
        expected = forecast_skill(*forecaster.predict(test.runs))
        assert found[name].skill.r2 == pytest.approx(expected.r2, abs=1e-12)


def test_every_kind_has_a_fit_of_what_it_rests_on():
    own = {name for name, kind in LINEAR_FORECASTERS.items() if not kind.cohort_informed}
    assert own == set(linear_forecasters._OWN)
    assert set(LINEAR_FORECASTERS) - own == set(linear_forecasters._INFORMED)


def test_those_that_rest_on_others_say_so(scans):
    subject = next(iter(scans))
    marked = [name for name, kind in LINEAR_FORECASTERS.items() if kind.cohort_informed]
    assert marked == ["cohort_var", "hierarchical_var"]
    found = linear_forecasts(*scans[subject], LAGS, pooled(scans).without(subject))
    assert [name for name, each in found.items() if each.cohort_informed] == marked
    alone = linear_forecasts(*scans[subject], LAGS)
    assert list(alone) == [name for name in LINEAR_FORECASTERS if name not in marked]


def test_nothing_fitted_depends_on_test_frames(scans):
    """Neither on the session's own nor on another subject's."""
    subject, other, *_ = scans
    before = fitted(scans, subject)
    for changed in (subject, other):
        training, test = scans[changed]
        after = fitted({**scans, changed: (training, redrawn(test))}, subject)
        assert same(before, after) == set(LINEAR_FORECASTERS)


def test_own_frames_change_no_prior_and_others_frames_change_nothing_else(scans):
    subject, other, *_ = scans
    before = fitted(scans, subject)
    training, test = scans[other]
    after = fitted({**scans, other: (redrawn(training), test)}, subject)
    informed = {name for name, kind in LINEAR_FORECASTERS.items() if kind.cohort_informed}
    assert same(before, after) == set(LINEAR_FORECASTERS) - informed
    training, test = scans[subject]
    own = {**scans, subject: (redrawn(training), test)}
    assert np.array_equal(pooled(own).without(subject).cross, pooled(scans).without(subject).cross)


def test_units_change_no_skill(scans):
    subject = next(iter(scans))
    factor = np.array([1e-3, 1, 10, 1e4, 3, 0.5], np.float32)

    def scaled(part):
        return dataclasses.replace(part, runs=tuple(run * factor for run in part.runs))

    others = pooled(scans).without(subject)
    one = linear_forecasts(*scans[subject], LAGS, others)
    other = linear_forecasts(*map(scaled, scans[subject]), LAGS, others)
    for name, each in one.items():
        assert other[name].fit.alpha == each.fit.alpha
        assert other[name].skill.r2 == pytest.approx(each.skill.r2, abs=1e-4)


def test_others_of_other_regions_are_refused(scans):
    subject = next(iter(scans))
    training, test = scans[subject]
    fewer = {
        name: tuple(
            TimeSeries((part.runs[0][:, :4],), part.repetition_time, part.regions[:4])
            for part in parts
        )
        for name, parts in scans.items()
    }
    with pytest.raises(ParameterError, match="2 lags of 6 regions; got 2 lags of 4 regions"):
        linear_forecasts(training, test, LAGS, pooled(fewer).without(subject))


@pytest.mark.parametrize("power", [-9, -6, -3, 3, 6])
def test_neither_the_units_of_the_scan_nor_of_its_regions_matter(scans, power):
    by = 10.0**power * np.array([1.0, 1e-4, 30.0, 1.0, 1e3, 0.2])
    others = pooled(scans).total
    training, test = next(iter(scans.values()))
    changed = [
        dataclasses.replace(part, runs=tuple((run * by).astype(np.float32) for run in part.runs))
        for part in (training, test)
    ]
    before = linear_forecasts(training, test, LAGS, others)
    after = linear_forecasts(*changed, LAGS, others)
    assert set(after) == set(LINEAR_FORECASTERS)
    for name, forecast in after.items():
        assert forecast.skill.r2 == pytest.approx(before[name].skill.r2, abs=1e-5)
        assert forecast.fit.alpha == before[name].fit.alpha
