"""The score of forecast skill, for every method and for linear forecasters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from attnconn_core.errors import CohortError
from attnconn_core.forecasting import LINEAR_FORECASTERS
from attnconn_core.forecasting.skill import REGION_QUANTILES
from attnconn_core.scoring.comparison.measured import REFERENCE, Measured
from attnconn_core.scoring.comparison.paired_tests import mean_interval
from attnconn_core.scoring.comparison.verdicts import compare_on_units
from attnconn_core.scoring.score import MethodTraits, Read, Scored, ScoreData
from attnconn_core.wording import first_few, number

__all__ = ["ForecastSkill"]

_SHOWN = ("r2", "r2_pooled", "mse")
# A forecast this far below that of the mean (0) comes from frames that the training part
# can't predict: a spike, a jump, another unit.
_ABSURD = -10.0
_NAMED = 3  # most sessions that a note names


@dataclass(frozen=True)
class ForecastSkill:
    """The score of how well each method predicts held-out frames.

    Nothing is fitted here. A method's skill is measured when its matrices are estimated, that of
    a linear forecaster when it is fitted.
    """

    name: ClassVar[str] = "forecast_skill"
    label: ClassVar[str] = "Forecast skill"
    description: ClassVar[str] = "How well each method forecasts held-out frames."
    reads: ClassVar[frozenset[Read]] = frozenset({"metrics", "linear_forecasts"})

    def score(self, data: ScoreData) -> Scored:
        """Return R² and squared error of every session, by methods and linear forecasters.

        Returns
        -------
        scored
            ``scores``: one row per session and forecasting method, then one per session and
            linear forecaster. Columns: ``subject``, ``session``, ``method``, ``r2``,
            ``r2_pooled``, ``mse``, and ``cohort_informed``: whether the forecast also rests on
            other subjects' data. ``over_regions``: ``subject``, ``session``, ``method`` and the
            quantiles of R² over regions, named in `REGION_QUANTILES`; without the methods that
            don't have them.

        Raises
        ------
        CohortError
            If no method and no linear forecaster forecasts.
        """
        rows: list[dict[str, object]] = []
        over_regions: list[dict[str, object]] = []
        for session in data.cohort.sessions:
            where = {"subject": session.subject, "session": session.session}
            for method in data.methods:
                metrics = data.metrics(method.name, session.key)
                if "r2" in metrics:
                    informed = _cohort_informed(method, metrics)
                    rows.append(_row({**where, "method": method.name}, metrics, informed))
                    over_regions += _quantiles({**where, "method": method.name}, metrics)
            for name, skill in data.linear_forecasts(session.key).items():
                informed = bool(skill["cohort_informed"])
                rows.append(_row({**where, "method": name}, skill, informed))
                over_regions += _quantiles({**where, "method": name}, skill)
        if not rows:
            raise CohortError("forecast skill needs a method or a linear forecaster that forecasts")
        subjects = len(data.cohort.subjects)
        table = pd.DataFrame(rows)
        labels = {method.name: method.label for method in data.methods}
        labels |= {name: kind.label for name, kind in LINEAR_FORECASTERS.items()}
        tables = {"scores": table}
        if over_regions:
            tables["over_regions"] = pd.DataFrame(over_regions)
        return Scored(tables, {"subjects": subjects}, notes=_absurd(table, labels))

    def measures(
        self,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any],  # noqa: ARG002  (other scores need them)
    ) -> Iterator[Measured]:
        """Compare methods over subjects, against a forecast from each region's own past."""
        values = tables["scores"].pivot_table(
            index="subject", columns="method", values="r2", sort=False
        )
        own_past, *others = LINEAR_FORECASTERS
        if own_past not in values:
            return
        methods = [name for name in values if name not in LINEAR_FORECASTERS]
        there = [name for name in others if name in values]
        compared = compare_on_units(values[[*methods, *there]], values[own_past])
        mean, lower, upper = mean_interval(values[own_past].to_numpy(dtype=float))
        reference = {"value": mean, "lower": lower, "upper": upper, "kind": REFERENCE}
        beside = pd.DataFrame([{"method": own_past, **reference}])
        yield Measured(
            "forecast",
            "R² of test frames",
            compared,
            beside,
            column="forecast R²",
            words="The {best} R² of held-out frames is that of {who} ({value})",
            words_below_zero="No forecaster predicts held-out frames: the highest "
            "mean R² (of {who}) is {value}, below that of predicting the mean, 0. The notes on "
            "forecasts name sessions that alone have this effect",
        )

    def cautions(self, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, str]:
        """Return cautions for methods whose forecaster beats neither own past nor the mean.

        A forecast from each region's own past may itself be worse than the mean of the region,
        so a method that is above it isn't useful for that alone.
        """
        r2 = tables["scores"].pivot_table(
            index=["subject", "session"], columns="method", values="r2", sort=False
        )
        own_past = next(iter(LINEAR_FORECASTERS))
        if own_past not in r2:
            return {}
        found = {}
        for method in r2:
            held = r2[[method, own_past]].dropna()
            if method in LINEAR_FORECASTERS or not len(held):
                continue
            own, past = held[method].mean(), held[own_past].mean()
            if not own > past:
                found[str(method)] = (
                    f"its forecaster does not beat each region's own past (mean R² "
                    f"{number(own, 3)} against {number(past, 3)}, n = {len(held)} sessions)"
                )
            elif not own > 0:
                found[str(method)] = (
                    f"its forecaster does not beat each region's mean (mean R² {number(own, 3)}, "
                    f"n = {len(held)} sessions)"
                )
        return found


def _absurd(table: pd.DataFrame, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Return a note on sessions whose R² is so far below 0 that it decides the mean."""
    values = table.assign(r2=table["r2"].astype(float), session=_keys(table))
    low = values[values["r2"] < _ABSURD].sort_values("r2")
    if low.empty:
        return ()
    worst = low.drop_duplicates("session")
    said = [
        f"{row['session']} (R² −{-row['r2']:,.0f} by {labels[row['method']]})"
        for _, row in worst.head(_NAMED).iterrows()
    ]
    more = f", and {len(worst) - _NAMED} more" if len(worst) > _NAMED else ""
    cause = (
        "Their last frames are unlike those before: look at their quality, and exclude them if "
        "they can't be mended"
    )
    if len(worst) > values["session"].nunique() / 2:
        methods = [labels[method] for method in dict.fromkeys(low["method"])]
        cause = (
            f"They are most of the sessions, so the likely cause is {first_few(methods, _NAMED)}: "
            "too many lags times regions for so few frames, or too small a penalty"
        )
    return (
        f"The mean forecast R² is decided by sessions with an R² below −{-_ABSURD:g}: "
        f"{', '.join(said)}{more}. {cause}; they are left out of no score",
    )


def _keys(table: pd.DataFrame) -> pd.Series:
    return "sub-" + table["subject"].astype(str) + "_ses-" + table["session"].astype(str)


def _row(
    where: Mapping[str, object], measured: Mapping[str, float], informed: bool
) -> dict[str, object]:
    shown = {key: measured.get(key) for key in _SHOWN}
    return {**where, **shown, "cohort_informed": informed}


def _quantiles(
    where: Mapping[str, object], measured: Mapping[str, float]
) -> list[dict[str, object]]:
    """Return a row with the quantiles of R² over regions; none for a method without them."""
    if not REGION_QUANTILES.keys() <= measured.keys():
        return []
    return [{**where, **{name: measured[name] for name in REGION_QUANTILES}}]


def _cohort_informed(method: MethodTraits, metrics: Mapping[str, float]) -> bool:
    """Return whether a method's forecaster was trained on other subjects' scans."""
    return bool(metrics.get("cohort_informed", method.needs == "cohort model"))
