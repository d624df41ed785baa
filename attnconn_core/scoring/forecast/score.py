"""Forecast skill of every method, beside linear forecasts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import pandas as pd
from pydantic import Field

from attnconn_core.forecasting import BASELINES, forecast_baselines
from attnconn_core.scoring.comparison.measured import REFERENCE, Measured
from attnconn_core.scoring.comparison.verdicts import compare_on_units
from attnconn_core.scoring.score import Read, Scored, ScoreData
from attnconn_core.timeseries import split

__all__ = ["ForecastSkill"]

_SHOWN = ("r2", "r2_pooled", "mse")


@dataclass(frozen=True)
class ForecastSkill:
    """How well each method predicts held-out frames.

    Attributes
    ----------
    baseline_lags
        Frames of the past that the linear forecasts read.
    """

    name: ClassVar[str] = "forecast_skill"
    label: ClassVar[str] = "Forecast skill"
    description: ClassVar[str] = "How well each method forecasts frames that it was not trained on."
    reads: ClassVar[frozenset[Read]] = frozenset({"metrics", "series"})

    baseline_lags: Annotated[int, Field(ge=1)] = 5

    def score(self, data: ScoreData) -> Scored:
        """Return R² and squared error of every session, by methods that forecast and baselines.

        Returns
        -------
        scored
            ``scores``: a row per session and method (then per session and baseline), with
            ``subject``, ``session``, ``method``, ``r2``, ``r2_pooled`` and ``mse``.
        """
        rows: list[dict[str, object]] = []
        for session in data.cohort.sessions:
            where = {"subject": session.subject, "session": session.session}
            for method in data.methods:
                metrics = data.metrics(method.name, session.key)
                if "r2" in metrics:
                    shown = {key: metrics.get(key) for key in _SHOWN}
                    rows.append({**where, "method": method.name, **shown})
            training, test = split(data.series(session.key), data.test_fraction)
            for name, skill in forecast_baselines(training, test, self.baseline_lags).items():
                rows.append({**where, "method": name, **skill.summary()})
        subjects = len(data.cohort.subjects)
        return Scored({"scores": pd.DataFrame(rows)}, {"subjects": subjects})

    def measures(
        self,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any],  # noqa: ARG002  (other scores need them)
    ) -> Iterator[Measured]:
        """Compare methods over subjects, against a forecast from a region's own past."""
        values = tables["scores"].pivot_table(
            index="subject", columns="method", values="r2", sort=False
        )
        own_past, *others = BASELINES
        methods = [name for name in values if name not in BASELINES]
        compared = compare_on_units(values[[*methods, *others]], values[own_past])
        beside = pd.DataFrame({"method": [own_past], "value": [values[own_past].mean()]})
        beside["kind"] = REFERENCE
        yield Measured(
            "forecast",
            "R² of test frames",
            compared,
            beside,
            column="forecast R²",
            words="Forecasts of held-out frames are {best} by {who} (R² {value})",
        )
