from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from attnconn_core.connectivity import choose_granger_order, granger_order
from attnconn_core.errors import CohortError, ParameterError, SeriesError
from attnconn_core.timeseries import lagged_design, split

SETTINGS = ("max_lags", "min_alpha", "max_alpha", "coarse_steps", "refine_steps")


@pytest.fixture(scope="module")
def cohort(golden, as_series):
    with np.load(golden / "granger_search.npz") as stored:
        return [as_series(stored[name].T) for name in stored]


def search(cohort, case, **changes):
    settings = {name: case[name] for name in SETTINGS} | {"test_fraction": case["test_size"]}
    return choose_granger_order(cohort, **(settings | changes))


def rounded(order):
    return [[round(alpha, 6), lags, round(r2, 6)] for alpha, lags, r2 in order.visited]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_equals_the_reference(cohort, figures, number):
    case = figures["granger_search"]["cases"][number]
    order = search(cohort, case)
    assert rounded(order) == case["visited_alpha_lags_r2_rounded"]
    assert order.lags == case["best_lags"]
    assert order.alpha == pytest.approx(case["best_alpha"], rel=1e-8)
    assert order.early_stops == case["early_stops"]
    assert order.r2 == max(r2 for _, _, r2 in order.visited)


@pytest.mark.parametrize(
    ("keep", "changes"),
    [
        pytest.param(3, {"refine_steps": 0}, id="refinement left out"),
        pytest.param(3, {"refine_steps": 4}, id="a refined step fewer"),
        pytest.param(3, {"max_lags": 7}, id="a lag fewer"),
        pytest.param(3, {"test_fraction": 0.104}, id="the border a frame earlier"),
        pytest.param(1, {}, id="one subject only"),
        pytest.param(2, {}, id="two subjects only"),
    ],
)
def test_parity_bites(cohort, figures, keep, changes):
    case = figures["granger_search"]["cases"][0]
    order = search(cohort[:keep], case, **changes)
    assert rounded(order) != case["visited_alpha_lags_r2_rounded"]


@pytest.mark.parametrize("patience", [2, 4])
def test_parity_bites_on_patience(cohort, figures, monkeypatch, patience):
    monkeypatch.setattr(granger_order, "_PATIENCE", patience)
    case = figures["granger_search"]["cases"][0]
    assert rounded(search(cohort, case)) != case["visited_alpha_lags_r2_rounded"]


def test_every_score_is_that_of_a_plain_ridge(cohort):
    order = choose_granger_order(cohort, 2, 1.0, 1e5, 3, 2, 0.2)
    for alpha, lags, r2 in order.visited:
        scores = []
        for series in cohort:
            training, test = split(series, 0.2)
            ridge = Ridge(alpha).fit(*lagged_design(training.runs, lags))
            scores.append(ridge.score(*lagged_design(test.runs, lags)))
        assert r2 == pytest.approx(np.mean(scores), rel=1e-9, abs=1e-12)


def test_projections_without_room_are_computed_again(cohort, figures, monkeypatch):
    monkeypatch.setattr(granger_order, "_KEPT_BYTES", 0)
    case = figures["granger_search"]["cases"][2]
    assert rounded(search(cohort, case)) == case["visited_alpha_lags_r2_rounded"]


def test_a_subject_too_short_is_left_out_of_its_mean(cohort, as_series, noise):
    short = as_series(cohort[0].runs[0][:60])
    both = choose_granger_order([cohort[1], short], 6, 1.0, 1e4, 2, 0)
    alone = choose_granger_order([cohort[1]], 6, 1.0, 1e4, 2, 0)
    for (_, lags, r2), (_, _, r2_alone) in zip(both.visited, alone.visited, strict=False):
        assert (r2 == r2_alone) == (lags > 4)  # 6 test frames leave two samples up to 4 lags


def test_lags_too_long_for_everyone_are_not_visited(cohort, as_series):
    short = as_series(cohort[0].runs[0][:60])
    order = choose_granger_order([short], 10, 1e6, 1e7, 2, 1)
    assert max(lags for _, lags, _ in order.visited) <= 4


def test_progress_only_grows_and_ends_at_the_total(cohort, figures):
    seen = []
    case = figures["granger_search"]["cases"][1]
    search(cohort, case, on_progress=lambda done, total: seen.append((done, total)))
    done, totals = zip(*seen, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {done[-1]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_lags": 0}, "max_lags must be at least 1 frame; got 0"),
        ({"min_alpha": 0.0}, "0 < min_alpha < max_alpha; got min_alpha=0.0"),
        ({"min_alpha": 10.0, "max_alpha": 1.0}, "got min_alpha=10.0, max_alpha=1.0"),
        ({"coarse_steps": 1}, "coarse_steps must be at least 2; got 1"),
        ({"refine_steps": -1}, "refine_steps must be at least 0; got -1"),
        ({"units": "tesla"}, "units must be one of series, deviations; got 'tesla'"),
        ({"test_fraction": 0.0}, "test_fraction must lie between 0 and 1; got 0.0"),
    ],
)
def test_settings_out_of_range_are_refused(cohort, changes, message):
    with pytest.raises(ParameterError, match=message):
        choose_granger_order(cohort, **changes)


def test_an_empty_cohort_is_refused():
    with pytest.raises(CohortError, match="at least one series"):
        choose_granger_order([])


def test_a_cohort_without_a_long_series_is_refused(as_series, noise):
    with pytest.raises(SeriesError, match="longest test part has 2"):
        choose_granger_order([as_series(noise[:20])])


def test_a_dead_region_is_named_with_its_series(cohort, as_series, noise):
    noise[:, 1] = 0
    with pytest.raises(SeriesError, match=r"series 4 of the cohort: .*region 1"):
        choose_granger_order([*cohort, as_series(noise)])


def scaled(cohort, *by):
    return [
        replace(each, runs=tuple(run * np.float32(factor) for run in each.runs))
        for each, factor in zip(cohort, by, strict=True)
    ]


@pytest.mark.parametrize("units", ["series", "deviations"])
@pytest.mark.parametrize("by", [1e-12, 1e-6, 1e-3, 1e6])
def test_the_choice_does_not_depend_on_the_units_of_the_scans(cohort, units, by):
    before = choose_granger_order(cohort, 4, units=units)
    after = choose_granger_order(scaled(cohort, by, by, by), 4, units=units)
    assert after.lags == before.lags
    assert after.r2 == pytest.approx(before.r2, abs=1e-5)
    unit = by**2 if units == "series" else 1.0
    assert after.alpha == pytest.approx(before.alpha * unit, rel=1e-4)
    assert (after.notes, after.units) == ((), units)


def test_in_deviations_every_session_may_have_units_of_its_own(cohort):
    before = choose_granger_order(cohort, 4, units="deviations")
    after = choose_granger_order(scaled(cohort, 1e-6, 1.0, 1e3), 4, units="deviations")
    assert (after.lags, after.alpha) == (before.lags, pytest.approx(before.alpha))
    assert after.r2 == pytest.approx(before.r2, abs=1e-5)


@pytest.mark.parametrize(("low", "high", "end"), [(1e-9, 1e-6, 1e-6), (1e12, 1e14, None)])
def test_a_best_penalty_at_an_end_of_the_grid_is_said(cohort, low, high, end):
    order = choose_granger_order(cohort, 3, low, high, 3, 2)
    assert order.ends == (pytest.approx(low), pytest.approx(high))
    if end:
        assert order.alpha == pytest.approx(end)
    (note,) = order.notes
    assert f"is at an end of the range tried ({low:g} to {high:g})" in note
