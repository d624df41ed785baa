import dataclasses

import numpy as np
import pytest

from attnconn_core.forecasting import LINEAR_FORECASTERS
from attnconn_core.forecasting.skill import REGION_QUANTILES
from attnconn_core.scoring import ForecastSkill, compare_on_units


@pytest.fixture(scope="module")
def study(make_study):
    return make_study(subjects=4)


@pytest.fixture(scope="module")
def scored(study):
    return ForecastSkill().score(study)


def test_methods_that_forecast_stand_beside_linear_forecasts(study, scored):
    table = scored.tables["scores"]
    shown = ["r2", "r2_pooled", "mse", "cohort_informed"]
    assert list(table.columns) == ["subject", "session", "method", *shown]
    for session in study.cohort.sessions:
        own = table[(table["subject"] == session.subject) & (table["session"] == session.session)]
        own = own.set_index("method")
        assert list(own.index) == ["granger", "attention_subject", *LINEAR_FORECASTERS]
        for name in ("granger", "attention_subject"):
            metrics = study.matrices(name, session.key)[120].metrics
            assert own.loc[name, "r2"] == metrics["r2"]
            assert own.loc[name, "mse"] == metrics["mse"]
        for name, skill in study.linear_forecasts(session.key).items():
            assert own.loc[name, shown].to_dict() == {key: skill[key] for key in shown}
    over_regions = scored.tables["over_regions"]
    assert over_regions[["subject", "session", "method"]].equals(
        table[["subject", "session", "method"]]
    )
    assert list(over_regions.columns[3:]) == list(REGION_QUANTILES)
    metrics = study.matrices("granger", session.key)[120].metrics
    last = over_regions[over_regions["method"] == "granger"].iloc[-1]
    assert last[[*REGION_QUANTILES]].to_dict() == {key: metrics[key] for key in REGION_QUANTILES}


def test_nothing_is_fitted_and_no_series_read(make_study):
    study = make_study(subjects=2)
    ForecastSkill().score(study)
    assert study.read == {"metrics", "linear_forecasts"}


def test_what_rests_on_other_subjects_is_marked(make_study):
    *others, own = make_study().methods
    cohort = dataclasses.replace(own, name="attention_group", needs="cohort model")
    tuned = dataclasses.replace(
        own, name="attention_finetuned", more={**own.more, "cohort_informed": 1.0}
    )
    study = make_study(subjects=2, methods=[*others, own, cohort, tuned])
    table = ForecastSkill().score(study).tables["scores"]
    marked = table.groupby("method")["cohort_informed"].unique().map(list)
    assert [name for name in marked.index if marked[name] == [True]] == [
        "attention_finetuned",
        "attention_group",
        "cohort_var",
        "hierarchical_var",
    ]
    assert marked["granger"] == [False]


def test_methods_are_compared_over_subjects_with_a_region_s_own_past(scored):
    (measured,) = ForecastSkill().measures(scored.tables, scored.facts)
    means = scored.tables["scores"].pivot_table(index="subject", columns="method", values="r2")
    columns = ["granger", "attention_subject", *[n for n in LINEAR_FORECASTERS if n != "ar"]]
    expected = compare_on_units(means[columns], means["ar"])
    assert measured.compared.scores.equals(expected.scores)
    assert measured.beside[["method", "kind"]].to_numpy().tolist() == [["ar", "reference"]]
    assert np.isclose(measured.beside["value"].item(), means["ar"].mean(), rtol=1e-14)
    assert measured.score == "forecast"


def test_a_subject_alone_is_compared_by_what_needs_no_others(scored):
    table = scored.tables["scores"]
    own = table[~table["cohort_informed"]]
    (measured,) = ForecastSkill().measures({"scores": own}, {})
    assert "hierarchical_var" not in measured.compared.scores["method"].to_list()
    assert "lag_weighted_var" in measured.compared.scores["method"].to_list()


def test_a_session_that_decides_the_mean_is_named(make_study, scored):
    assert scored.notes == ()
    study = make_study(subjects=2)
    spoiled = study.cohort.sessions[1].key
    forecasts = study.linear_forecasts

    def absurd(key):
        found = {name: dict(skill) for name, skill in forecasts(key).items()}
        if key == spoiled:
            found["ridge_var"]["r2"] = -4700.4
            found["ar"]["r2"] = -10.5
        return found

    study.linear_forecasts = absurd
    found = ForecastSkill().score(study)
    [told] = found.notes
    assert f"R² below −10: {spoiled} (R² −4,700 by Ridge VAR). " in told
    assert "Their last frames are unlike those before" in told
    assert "left out of no score" in told
    assert found.tables["scores"]["r2"].min() == -4700.4


def test_many_such_sessions_are_counted(make_study):
    study = make_study(subjects=3)
    forecasts = study.linear_forecasts
    study.linear_forecasts = lambda key: {
        name: {**skill, "r2": -11.0} for name, skill in forecasts(key).items()
    }
    [told] = ForecastSkill().score(study).notes
    assert told.count("R² −11 by") == 3
    assert ", and 3 more. " in told
    assert "They are most of the sessions, so the likely cause is " in told
    assert "too many lags times regions for so few frames" in told
