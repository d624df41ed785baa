"""The tables of behaviour: what every method and null model predicted, joined."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from attnconn_core.scoring.behaviour.comparison import compare_behaviours
from attnconn_core.scoring.behaviour.table import BehaviourTable
from attnconn_core.scoring.comparison.measured import METHOD
from attnconn_core.scoring.comparison.paired_tests import false_discovery
from attnconn_core.scoring.comparison.power import FEWEST_SUBJECTS

__all__ = [
    "Answer",
    "comparison_table",
    "predictions_table",
    "scores_table",
    "squared_errors",
    "unusable_targets",
]

_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Answer:
    """What one method or null model predicted.

    Attributes
    ----------
    name
        Of the method or null model.
    kind
        `METHOD` or `NULL_MODEL`.
    table
        From `score_behaviours`.
    """

    name: str
    kind: str
    table: BehaviourTable


def scores_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return a row per method or null model and target.

    With ``q``, p corrected over the targets and all methods (of a null model over its
    targets), and ``star``: whether it may be marked as a finding. That takes q below .05, an
    interval of r above 0, an R² above 0, and `FEWEST_SUBJECTS`.
    """
    tables = []
    for answer in answers:
        if len(answer.table.scores):
            scores = answer.table.scores
            scores = scores.assign(q=false_discovery(scores["p"].to_numpy()))
            scores.insert(0, "kind", answer.kind)
            scores.insert(0, "method", answer.name)
            tables.append(scores)
    if not tables:
        return pd.DataFrame()
    joined = pd.concat(tables, ignore_index=True)
    methods = joined["kind"] == METHOD
    joined.loc[methods, "q"] = false_discovery(joined.loc[methods, "p"].to_numpy())
    return joined.assign(star=methods & _may_be_marked(joined))


def _may_be_marked(scores: pd.DataFrame) -> pd.Series:
    enough = scores["subjects"] >= FEWEST_SUBJECTS
    return enough & (scores["q"] < _LEVEL) & (scores["lower"] > 0) & (scores["r2"] > 0)


def comparison_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Compare methods; a null model of confounds is scored on another target."""
    folds = [each.table.folds.assign(method=each.name) for each in answers if each.kind == METHOD]
    return compare_behaviours(pd.concat(folds))


def predictions_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return means over repeats, of every method, null model, target and subject."""
    whole = pd.concat([each.table.predictions.assign(method=each.name) for each in answers])
    means = whole.groupby(["method", "target", "subject"], sort=False)[["predicted", "measured"]]
    return means.mean().reset_index()


def unusable_targets(answers: Sequence[Answer]) -> dict[str, str]:
    """Return why targets have no score, by target."""
    return {name: why for each in answers for name, why in each.table.unusable.items()}


def squared_errors(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return every method's and subject's squared error, in units of the target's variance.

    Parameters
    ----------
    predictions
        From `predictions_table`.
    """
    variance = predictions.groupby(["method", "target"])["measured"].transform("var", ddof=0)
    error = (predictions["predicted"] - predictions["measured"]) ** 2 / variance
    return predictions[["method", "target", "subject"]].assign(error=error)
