"""Tables of the behaviour score: predictions of all methods and null models, joined."""

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
    """Predictions of one method or null model.

    Attributes
    ----------
    name
        Name of the method or null model.
    kind
        `METHOD` or `NULL_MODEL`.
    table
        Its scores and predictions, from `score_behaviours`.
    """

    name: str
    kind: str
    table: BehaviourTable


def scores_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return one row per method or null model and target.

    Two columns are added. ``q`` is p corrected over all targets and all methods; a null model's is
    corrected over its own targets. ``star`` marks a finding: q below .05, the interval of r and R²
    above 0, and at least `FEWEST_SUBJECTS` subjects.
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
    """Compare methods with each other. Null models are left out: their target may differ."""
    folds = [
        answer.table.folds.assign(method=answer.name) for answer in answers if answer.kind == METHOD
    ]
    return compare_behaviours(pd.concat(folds))


def predictions_table(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return predictions, mean over repeats, per method or null model, target and subject."""
    predictions = pd.concat(
        [answer.table.predictions.assign(method=answer.name) for answer in answers]
    )
    groups = predictions.groupby(["method", "target", "subject"], sort=False)
    return groups[["predicted", "measured"]].mean().reset_index()


def unusable_targets(answers: Sequence[Answer]) -> dict[str, str]:
    """Return target → reason, for targets that have no score."""
    return {
        target: reason for answer in answers for target, reason in answer.table.unusable.items()
    }


def squared_errors(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the squared error per method, target and subject, in units of the target's variance.

    Parameters
    ----------
    predictions
        From `predictions_table`.
    """
    variance = predictions.groupby(["method", "target"])["measured"].transform("var", ddof=0)
    error = (predictions["predicted"] - predictions["measured"]) ** 2 / variance
    return predictions[["method", "target", "subject"]].assign(error=error)
