"""Cautions: what scores have against a method, in one sentence."""

import pandas as pd

from attnconn_core.scoring import SCORES, Cautious, ForecastSkill, Reliability, join_cautions


def skill(**r2):
    """R² of two sessions per method."""
    rows = [
        {"subject": "a", "session": session, "method": method, "r2": value}
        for method, values in r2.items()
        for session, value in zip(("test", "retest"), values, strict=True)
    ]
    return {"scores": pd.DataFrame(rows)}


def test_who_does_not_beat_each_regions_own_past_is_named_with_both_numbers():
    found = ForecastSkill().cautions(
        skill(ar=(0.3, 0.5), good=(0.4, 0.6), bad=(0.45, 0.3), ridge_var=(0.1, 0.1))
    )
    assert found == {
        "bad": "its forecaster does not beat each region's own past (mean R² 0.375 against 0.400, "
        "n = 2 sessions)"
    }


def test_who_beats_own_past_but_not_the_mean_is_named():
    found = ForecastSkill().cautions(skill(ar=(-0.3, -0.1), good=(0.1, -0.05), bad=(-0.1, 0.0)))
    assert found == {
        "bad": "its forecaster does not beat each region's mean (mean R² −0.050, n = 2 sessions)"
    }


def test_sessions_without_a_forecast_do_not_count():
    nan = float("nan")
    assert ForecastSkill().cautions(skill(ar=(0.3, 0.9), one=(0.4, nan), none=(nan, nan))) == {}
    assert ForecastSkill().cautions(skill(one=(0.4, 0.4))) == {}


def test_reasons_are_joined_by_method():
    found = join_cautions([{"a": "seeds differ", "b": "x"}, {}, {"a": "no skill"}])
    assert found == {
        "a": "do not interpret this matrix: seeds differ; no skill",
        "b": "do not interpret this matrix: x",
    }


def test_reliability_and_forecasts_are_what_cautions_come_from():
    cautious = [name for name, kind in SCORES.items() if hasattr(kind, "cautions")]
    assert cautious == ["forecast_skill", "reliability"]
    assert isinstance(Reliability(), Cautious)
    assert isinstance(ForecastSkill(), Cautious)
