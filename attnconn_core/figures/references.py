"""What every panel of the comparison is drawn against, and in which quantity."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attnconn_core.figures.method_styles import Styles
from attnconn_core.forecasting import LINEAR_FORECASTERS

__all__ = ["LEAST_AGREEMENT", "Reference", "against", "reference_of"]

LEAST_AGREEMENT = "least agreement (study key: least_agreement)"
"""Name of the agreement that the study requires between seeds, in all figures."""


@dataclass(frozen=True)
class Reference:
    """The line that methods have to beat.

    Attributes
    ----------
    name
        What it is, with its value: ``"chance, 0.29"``.
    place
        Where it lies on the axis: its value, or 0 where differences from it are drawn.
    quantity
        What the axis shows.
    paired
        Whether differences from the reference are drawn.
    """

    name: str
    place: float
    quantity: str
    paired: bool


def reference_of(score: str, measure: str, scores: pd.DataFrame, styles: Styles) -> Reference:
    """Return the reference of one measure of one score, in words.

    Parameters
    ----------
    score, measure
        Their names in the tables of the comparison.
    scores
        The measure's rows: see `comparison_panel`.
    styles
        Labels of the methods.
    """
    value = float(scores["reference"].iloc[0])
    name, quantity = _in_words(score, measure, scores["unit"].iloc[0], styles)
    paired = _is_paired(scores)
    if paired:
        quantity = f"{quantity}, difference from {name}"
    said = f"{value:.2f}".replace("-", "−")
    if paired:
        name = f"as {name}, whose mean is {said}"
    elif name:
        name = f"{name}, {said}"
    else:
        name = said.removesuffix(".00")
    return Reference(name, 0.0 if paired else value, quantity, paired)


def against(scores: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """Return what is drawn of a measure: scores, or their differences from a paired reference.

    The interval of the mean paired difference is a t interval and symmetric, so that its upper
    end follows from the mean and the lower end that is stored.

    Returns
    -------
    shown
        ``value``, ``lower`` and ``upper``, one row per method, named by the index.
    """
    own = scores.set_index("method")
    if not reference.paired:
        return own[["value", "lower", "upper"]].astype(np.float64)
    above, lower = own["value"] - own["reference"], own["above_lower"]
    return pd.DataFrame({"value": above, "lower": lower, "upper": 2 * above - lower})


def _is_paired(scores: pd.DataFrame) -> bool:
    """Return whether the difference from the reference has an interval of its own.

    It hasn't if the reference is the same for all units. If methods are scored on different
    units, the mean difference doesn't follow from the means.
    """
    if "above_lower" not in scores or scores["n"].nunique() != 1:
        return False
    above = scores["above_lower"].to_numpy(dtype=np.float64)
    same = (scores["lower"] - scores["reference"]).to_numpy(dtype=np.float64)
    known = np.isfinite(above) & np.isfinite(same)
    return bool(known.any() and not np.allclose(above[known], same[known], atol=1e-12))


def _in_words(score: str, measure: str, unit: str, styles: Styles) -> tuple[str, str]:
    """Return the name of the reference, empty if it is just a number, and the quantity drawn."""
    if score == "fingerprint" and measure.startswith("accuracy"):
        return "chance", "subjects identified (share)"
    if score == "forecast":
        return styles.label(next(iter(LINEAR_FORECASTERS))), "R²"
    if measure == "r between seeds":
        return LEAST_AGREEMENT, "Pearson's r over edges"
    if measure == "r between halves":
        return "", "Pearson's r over edges"
    if measure == "ICC of edges":
        return "", "ICC, mean over edges"
    if score == "behaviour":
        return "", "r of predicted and measured"
    return ("chance" if unit == "data sets" else "reference"), measure
