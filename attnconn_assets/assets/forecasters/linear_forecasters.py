"""The linear forecasters of one session, and their scores on its test frames."""

import pandas as pd

from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.moments import read_moments
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import LINEAR_FORECASTERS, linear_forecasts
from attnconn_core.timeseries import split

__all__ = ["make_linear_forecasters"]


def make_linear_forecasters(work: Work) -> Result:
    """Fit every linear forecaster on the training frames, and score it on the test frames."""
    pooled = read_moments(work.content("pooled_moments", "moments.safetensors", WHOLE))
    reason = ""
    try:
        others = pooled.without(work.session.subject)
    except CohortError as error:
        others, reason = None, str(error)
    training, test = split(work.series(), work.settings["test_fraction"])
    forecasts = linear_forecasts(training, test, work.settings["lags"], others)
    skill = {
        name: {**forecast.skill.summary(), "cohort_informed": forecast.cohort_informed}
        for name, forecast in forecasts.items()
    }
    alphas = {name: forecast.fit.alpha for name, forecast in forecasts.items()}
    rows = [
        {
            "method": name,
            "label": LINEAR_FORECASTERS[name].label,
            **skill[name],
            "alpha": alphas[name],
        }
        for name in forecasts
    ]
    curves = [
        {"method": name, "alpha": alpha, "validation_r2": r2}
        for name, forecast in forecasts.items()
        for alpha, r2 in forecast.fit.curve.items()
    ]
    return Result(
        tables={"skill": pd.DataFrame(rows), "penalties": pd.DataFrame(curves)},
        metrics={
            **{f"r2/{name}": summary["r2"] for name, summary in skill.items()},
            **{f"alpha/{name}": alpha for name, alpha in alphas.items()},
        },
        facts={
            "skill": skill,
            "alphas": alphas,
            "left_out": {name: reason for name in LINEAR_FORECASTERS if name not in forecasts},
        },
    )
