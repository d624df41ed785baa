import numpy as np
import pytest

from attnconn_core.forecasting import forecast_baselines
from attnconn_core.scoring import ForecastSkill, compare_on_units
from attnconn_core.timeseries import split


@pytest.fixture(scope="module")
def study(make_study):
    return make_study(subjects=4)


@pytest.fixture(scope="module")
def scored(study):
    return ForecastSkill(baseline_lags=2).score(study)


def test_methods_that_forecast_stand_beside_linear_forecasts(study, scored):
    table = scored.tables["scores"]
    assert list(table.columns) == ["subject", "session", "method", "r2", "r2_pooled", "mse"]
    for session in study.cohort.sessions:
        own = table[(table["subject"] == session.subject) & (table["session"] == session.session)]
        own = own.set_index("method")
        baselines = forecast_baselines(*split(study.series(session.key), 0.1), 2)
        assert list(own.index) == ["granger", "attention_subject", *baselines]
        for name in ("granger", "attention_subject"):
            metrics = study.matrices(name, session.key)[120].metrics
            assert own.loc[name, "r2"] == metrics["r2"]
            assert own.loc[name, "mse"] == metrics["mse"]
        for name, skill in baselines.items():
            assert own.loc[name, "r2_pooled"] == skill.r2_pooled


def test_methods_are_compared_over_subjects_with_a_region_s_own_past(scored):
    (measured,) = ForecastSkill().measures(scored.tables, scored.facts)
    means = scored.tables["scores"].pivot_table(index="subject", columns="method", values="r2")
    columns = ["granger", "attention_subject", "ridge_var", "ridge_var_own_past"]
    expected = compare_on_units(means[columns], means["ar"])
    assert measured.compared.scores.equals(expected.scores)
    assert measured.beside[["method", "kind"]].to_numpy().tolist() == [["ar", "reference"]]
    assert np.isclose(measured.beside["value"].item(), means["ar"].mean(), rtol=1e-14)
    assert measured.benchmark == "forecast"
