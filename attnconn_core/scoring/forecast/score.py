"""Forecast skill of every method, beside linear forecasts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from attnconn_core.errors import CohortError
from attnconn_core.forecasting import LINEAR_FORECASTERS
from attnconn_core.scoring.comparison.measured import REFERENCE, Measured
from attnconn_core.scoring.comparison.verdicts import compare_on_units
from attnconn_core.scoring.score import MethodTraits, Read, Scored, ScoreData

__all__ = ["ForecastSkill"]

_SHOWN = ("r2", "r2_pooled", "mse")


@dataclass(frozen=True)
class ForecastSkill:
    """How well each method predicts held-out frames.

    Nothing is fitted here: methods measured it when their matrices were estimated, linear
    forecasters when they were fitted.
    """

    name: ClassVar[str] = "forecast_skill"
    label: ClassVar[str] = "Forecast skill"
    description: ClassVar[str] = "How well each method forecasts frames that it was not trained on."
    reads: ClassVar[frozenset[Read]] = frozenset({"metrics", "linear_forecasts"})

    def score(self, data: ScoreData) -> Scored:
        """Return R² and squared error of every session, by methods and linear forecasters.

        Returns
        -------
        scored
            ``scores``: a row per session and method that forecasts (then per session and
            linear forecaster), with ``subject``, ``session``, ``method``, ``r2``,
            ``r2_pooled``, ``mse`` and ``cohort_informed``: whether the forecast rests on
            other subjects' data too.

        Raises
        ------
        CohortError
            If nothing forecasts.
        """
        rows: list[dict[str, object]] = []
        for session in data.cohort.sessions:
            where = {"subject": session.subject, "session": session.session}
            for method in data.methods:
                metrics = data.metrics(method.name, session.key)
                if "r2" in metrics:
                    informed = _cohort_informed(method, metrics)
                    rows.append(_row({**where, "method": method.name}, metrics, informed))
            for name, skill in data.linear_forecasts(session.key).items():
                informed = bool(skill["cohort_informed"])
                rows.append(_row({**where, "method": name}, skill, informed))
        if not rows:
            raise CohortError("forecast skill needs a method or a linear forecaster that forecasts")
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
        own_past, *others = LINEAR_FORECASTERS
        if own_past not in values:
            return
        methods = [name for name in values if name not in LINEAR_FORECASTERS]
        there = [name for name in others if name in values]
        compared = compare_on_units(values[[*methods, *there]], values[own_past])
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

    def cautions(self, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, str]:
        """Say of which methods the forecaster does not beat each region's own past."""
        r2 = tables["scores"].pivot_table(
            index=["subject", "session"], columns="method", values="r2", sort=False
        )
        own_past = next(iter(LINEAR_FORECASTERS))
        if own_past not in r2:
            return {}
        return {
            str(method): "its forecaster does not beat each region's own past (mean R² "
            f"{held[method].mean():.3f} against {held[own_past].mean():.3f}, n = {len(held)} "
            "sessions)"
            for method in r2
            if method not in LINEAR_FORECASTERS
            and len(held := r2[[method, own_past]].dropna())
            and not held[method].mean() > held[own_past].mean()
        }


def _row(
    where: Mapping[str, object], measured: Mapping[str, float], informed: bool
) -> dict[str, object]:
    shown = {key: measured.get(key) for key in _SHOWN}
    return {**where, **shown, "cohort_informed": informed}


def _cohort_informed(method: MethodTraits, metrics: Mapping[str, float]) -> bool:
    """Say whether a method's forecaster learnt from other subjects' scans."""
    return bool(metrics.get("cohort_informed", method.needs == "cohort model"))
