"""What the page says of its scores, where that depends on the study's settings and numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from attnconn_assets.assets.report.reading import facts_of, table_of
from attnconn_assets.building.work import Work
from attnconn_core.figures import Styles
from attnconn_core.forecasting import LINEAR_FORECASTERS
from attnconn_core.scoring import Score
from attnconn_core.scoring.comparison.paired_tests import mean_interval
from attnconn_core.wording import number

__all__ = ["OF_SESSION", "explanations"]

#: Name of the session models' network in the report's settings, as the methods text has it.
OF_SESSION = "the network of a session"

# The study's word → the usual name.
_ICC: Mapping[str, str] = {
    "one_way": "ICC(1,1)",
    "agreement": "ICC(2,1), of absolute agreement",
    "consistency": "ICC(3,1), of consistency",
}


def explanations(work: Work, skill: pd.DataFrame | None, styles: Styles) -> dict[str, Any]:
    """Return the variables of the report's templates that depend on settings and numbers.

    Parameters
    ----------
    work
        The report's work.
    skill
        Scores of the forecasts; None if they weren't made.
    styles
        Labels of the methods, with the marks † and ⚠.
    """
    return {
        **_settings_of_scores(work.settings["scores"]),
        "pooled": facts_of(work, "fingerprint").get("pools", 1) > 1,
        "least_p": facts_of(work, "fingerprint").get("least p"),
        "several_lengths": _has_several_lengths(work),
        "like_linear": _like_linear(skill, styles) if _session_models_begin_linear(work) else "",
        "cohort_informed": _cohort_informed(work, skill, styles),
    }


def _settings_of_scores(scores: Iterable[Score]) -> dict[str, Any]:
    """Return the settings that decide how the page explains the scores."""
    by_name: dict[str, Any] = {score.name: score for score in scores}
    shown: dict[str, Any] = {}
    if "fingerprint" in by_name:
        shown["edgewise"] = by_name["fingerprint"].normalise == "edgewise"
    if "reliability" in by_name:
        asked = by_name["reliability"]
        shown |= {
            "several_seeds": asked.seeds > 1,
            "ensemble": asked.ensemble,
            "icc_kind": _ICC[asked.icc],
        }
    return shown


def _has_several_lengths(work: Work) -> bool:
    table = table_of(work, "fingerprint", "accuracy_by_frames")
    return table is not None and table["frames"].nunique() > 1


def _session_models_begin_linear(work: Work) -> bool:
    own = work.settings["networks"].get(OF_SESSION)
    return own is not None and own["model"]["initialisation"] == "linear"


def _like_linear(skill: pd.DataFrame | None, styles: Styles) -> str:
    """Return how far the forecasts of session models are from those of the VAR they start as."""
    both = ["attention_subject", "lag_weighted_var"]
    if skill is None or not set(both) <= set(skill["method"]):
        return ""
    means = skill.groupby(["subject", "method"])["r2"].mean().unstack()[both].dropna()
    mean, *ends = mean_interval((means[both[0]] - means[both[1]]).to_numpy(dtype=float))
    if not np.isfinite(ends).all():
        return ""
    lower, upper = (number(end, 5) for end in ends)
    trained, start = map(styles.label, both)
    return (
        f"the R² of {trained} minus that of the {start}, as which it starts, is "
        f"{number(mean, 5)} (95 % interval {lower} to {upper}; n = {len(means)} subjects)"
    )


def _others(work: Work) -> list[int]:
    """Return the number of other subjects behind each pool's models; empty if unknown."""
    others: list[int] = facts_of(work, "fingerprint").get("others", [])
    return others


def _cohort_informed(work: Work, skill: pd.DataFrame | None, styles: Styles) -> str:
    """Return a note on which other subjects' frames cohort-informed forecasts use."""
    others = _others(work)
    if skill is None or not skill["cohort_informed"].any():
        return ""
    marked = styles.sort(skill.loc[skill["cohort_informed"], "method"].unique())
    linear = [styles.label(name) for name in marked if name in LINEAR_FORECASTERS]
    methods = [styles.label(name) for name in marked if name not in LINEAR_FORECASTERS]
    every = "all other training subjects"
    few = "the subjects that trained the cohort's models"
    if others:
        n = f"{others[0]}" if len(others) == 1 else f"{others[0]} to {others[-1]}"
        few = f"only the {n} subjects outside the subject's own pool"
    said = ((linear, every), (methods, few))
    phrases = [f"of {whom} ({', '.join(names)})" for names, whom in said if names]
    return (
        "Cohort-informed forecasts also use training frames of other subjects: "
        f"{', and '.join(phrases)}"
    )
